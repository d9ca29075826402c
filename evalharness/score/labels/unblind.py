"""Blind grades → labelled pairs, once every pair is graded and no text has changed."""

from __future__ import annotations

from collections.abc import Sequence

from evalharness.core.errors import BadInput, RunMismatch
from evalharness.core.labels import GivenGrade, Grade, LabelledPair, SheetKey, SheetPair
from evalharness.score.labels.sheet import Texts, text_sha256


def unblind(key: SheetKey, given: Sequence[GivenGrade], texts: Texts) -> tuple[LabelledPair, ...]:
    """Return every pair of the sheet with its grades, sorted by case.

    Args:
        key: What the sheet hides.
        given: Grades of all raters, each pair at most once a rater.
        texts: The answers as the run holds them now.

    Raises:
        BadInput: If a pair of the sheet has no grade: a sample with gaps is no random sample any more.
        RunMismatch: If an answer is not what the raters read.
    """
    check_texts(key, texts)
    by_pair: dict[str, list[GivenGrade]] = {}
    for grade in given:
        by_pair.setdefault(grade.pair, []).append(grade)
    missing = [pair.pair for pair in key.pairs if pair.pair not in by_pair]
    if missing:
        raise BadInput(
            f"{len(missing)} of {len(key.pairs)} pairs have no grade, first {missing[0]}: somebody must "
            "grade every pair that was drawn, or the sample is not random"
        )
    rows = [_labelled(key, pair, by_pair[pair.pair]) for pair in key.pairs]
    return tuple(sorted(rows, key=lambda row: (row.case_id, row.repeat)))


def check_texts(key: SheetKey, texts: Texts) -> None:
    """Refuse a run whose answers are not those that were shown.

    Raises:
        RunMismatch: For the first pair whose text changed.
    """
    for pair in key.pairs:
        shown = ((key.treatment, pair.treatment_sha256), (key.control, pair.control_sha256))
        for arm, sha256 in shown:
            text = texts.get((pair.case_id, arm, pair.repeat))
            if text is None or text_sha256(text) != sha256:
                raise RunMismatch(
                    f"the answer of {arm} to {pair.case_id} is not the one that raters were shown; "
                    "draw and grade a new sheet"
                )


def _labelled(key: SheetKey, pair: SheetPair, given: Sequence[GivenGrade]) -> LabelledPair:
    grades = []
    for one in sorted(given, key=lambda grade: grade.rater):
        treatment, control = one.score_a, one.score_b
        if pair.treatment_is == "b":
            treatment, control = control, treatment
        grades.append(Grade(rater=one.rater, treatment=treatment, control=control, comment=one.comment))
    return LabelledPair(
        case_id=pair.case_id, repeat=pair.repeat, treatment=key.treatment, control=key.control,
        grades=tuple(grades),
    )  # fmt: skip
