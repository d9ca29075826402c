"""Drawing, hiding and unblinding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from evalharness.core.case import Case
from evalharness.core.errors import BadInput, RunMismatch
from evalharness.core.labels import GivenGrade, SheetKey
from evalharness.score.labels import draw_sheet, sheet_items, unblind

TEXTS = {
    (f"c{case:02d}", arm, repeat): f"{arm} says {case}.{repeat}"
    for case in range(30)
    for arm in ("pro", "flash")
    for repeat in range(2)
    if not (case == 7 and arm == "pro")  # never answered: outside the frame
}


def drawn(pairs: int = 10, seed: int = 1, run: str = "a" * 64) -> SheetKey:
    return draw_sheet(TEXTS, treatment="pro", control="flash", pairs=pairs, seed=seed, run=run)


def test_the_draw_is_random_without_replacement_and_repeatable() -> None:
    key = drawn()
    assert key == drawn()
    assert key != drawn(seed=2)
    assert key.frame == 29
    cases = [pair.case_id for pair in key.pairs]
    assert len(set(cases)) == 10
    assert "c07" not in cases
    assert cases != sorted(cases)


def test_every_case_and_side_has_the_same_chance() -> None:
    keys = [drawn(seed=seed) for seed in range(400)]
    cases = Counter(pair.case_id for key in keys for pair in key.pairs)
    sides = Counter(pair.treatment_is for key in keys for pair in key.pairs)
    repeats = Counter(pair.repeat for key in keys for pair in key.pairs)
    expected = 400 * 10 / 29
    assert all(abs(count - expected) < 5 * expected**0.5 for count in cases.values())
    assert len(cases) == 29
    for counts in (sides, repeats):
        assert all(abs(count - 2000) < 5 * 1000**0.5 for count in counts.values())


def test_the_draw_is_the_same_on_every_machine() -> None:
    """Pinned: another algorithm or another seed of it would change what people were shown."""
    pairs = drawn(pairs=3).pairs
    assert [(pair.case_id, pair.repeat, pair.treatment_is) for pair in pairs] == PINNED


def test_the_sheet_hides_arm_case_and_run(make_case: Callable[..., Case]) -> None:
    key = drawn()
    case = make_case(id=key.pairs[0].case_id)
    items = sheet_items(key, TEXTS, {case.id: case})
    assert items[0].message == "그 일정대로 가도 될까요?"
    assert items[0].history == (("mentee", "마감은 12월 3일입니다. 예산은 500만 원이에요."),)
    assert items[1].message == ""  # a case that is not known is shown by its answers alone
    for item, pair in zip(items, key.pairs, strict=True):
        assert pair.case_id not in repr(replace(item, answer_a="", answer_b="", message="", history=()))
        shown = item.answer_a if pair.treatment_is == "a" else item.answer_b
        assert shown.startswith("pro says")
    assert "pro" not in key.sheet
    assert key.sheet == "aaaaaaaa-1-10"


def test_layout_does_not_tell_raters_whose_answer_it_is() -> None:
    """One model writes Markdown, the other does not; raters read words."""
    texts = {
        (f"c{n}", arm, 0): said
        for n in range(4)
        for arm, said in (("pro", "## Plan\n\n- **First** call `her`."), ("flash", "First call her."))
    }
    key = draw_sheet(texts, treatment="pro", control="flash", pairs=3, seed=1, run="b" * 64)
    shown = {text for item in sheet_items(key, texts, {}) for text in (item.answer_a, item.answer_b)}
    assert not any(sign in text for text in shown for sign in "#*`")
    unblind(key, graded(key), texts)  # the hashes are still those of the answers themselves


@pytest.mark.parametrize(("pairs", "message"), [(2, "at least 3"), (30, "answered only 29 cases")])
def test_numbers_that_cannot_be_drawn(pairs: int, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        drawn(pairs=pairs)


def graded(key: SheetKey, rater: str = "kim") -> list[GivenGrade]:
    """The treatment gets 4, the control 1, wherever they stand."""
    return [
        GivenGrade(
            pair=pair.pair, rater=rater, score_a=4 if pair.treatment_is == "a" else 1,
            score_b=1 if pair.treatment_is == "a" else 4,
        )
        for pair in key.pairs
    ]  # fmt: skip


def test_unblinding_gives_each_arm_its_grade() -> None:
    key = drawn()
    labels = unblind(key, [*graded(key, "lee"), *graded(key, "kim")], TEXTS)
    assert [label.case_id for label in labels] == sorted(pair.case_id for pair in key.pairs)
    assert {(label.treatment, label.control) for label in labels} == {("pro", "flash")}
    assert [grade.rater for grade in labels[0].grades] == ["kim", "lee"]
    assert {(g.treatment, g.control) for label in labels for g in label.grades} == {(4, 1)}


def test_a_pair_that_nobody_graded_is_refused() -> None:
    key = drawn()
    with pytest.raises(BadInput, match=f"1 of 10 pairs have no grade, first {key.pairs[-1].pair}"):
        unblind(key, graded(key)[:-1], TEXTS)
    # Two people may share the work.
    both = [*graded(key, "kim")[:6], *graded(key, "lee")[6:]]
    assert len(unblind(key, both, TEXTS)) == 10


def test_grades_of_a_text_that_changed_are_refused() -> None:
    key = drawn()
    place = (key.pairs[0].case_id, "flash", key.pairs[0].repeat)
    with pytest.raises(RunMismatch, match="not the one that raters were shown"):
        unblind(key, graded(key), {**TEXTS, place: "something else"})
    without = {where: text for where, text in TEXTS.items() if where != place}
    with pytest.raises(RunMismatch, match=f"the answer of flash to {place[0]}"):
        unblind(key, graded(key), without)


PINNED = [("c20", 0, "a"), ("c01", 0, "a"), ("c11", 0, "b")]
