"""Judges in the decision: what they score, where they differ, and what they must not do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from evalharness.core.decision import (
    BindingKind,
    ConditionName,
    ReasonCode,
    Ruling,
    from_json,
    to_json,
)
from evalharness.core.experiment import DroppedCells, JudgeChoice, ScorerChoice
from evalharness.core.judging import Compared, Judged, Mark, Side, Uncompared, Unjudged
from evalharness.core.provenance import Origin
from evalharness.core.score import Scored, Unscored
from evalharness.decide import decide
from evalharness.decide.pairwise import exact_share
from evalharness.decide.panel import family_of

RUBRIC = ScorerChoice(name="rubric", judge=True)


def judge(name: str, model: str = "other-1", family: str = "other", **changes: Any) -> JudgeChoice:
    return JudgeChoice(
        name=name, model=model, family=family, client="openai-compatible", prompts="judges/1",
        max_output_tokens=512, **({"repeats": 1} | changes),
    )  # fmt: skip


PANEL = (judge("first"), judge("second", "third-1", "third"))


@pytest.fixture
def judged(study, scores, card, assume):
    """Decide a study that judges have judged; `seen` is what each of them adds to an arm's points."""

    def make(
        seen: dict[str, dict[str, float]],
        *,
        judges: Sequence[JudgeChoice] = PANEL,
        scorer: ScorerChoice = RUBRIC,
        options: dict[str, Any] | None = None,
        gain: float = 1.0,
        **changes: Any,
    ):
        made = scores(gain=gain)
        rows, verdicts = [], []
        for name, shifts in seen.items():
            for arm, column in made.items():
                for i, points in enumerate(column):
                    value = float(np.clip(points + shifts.get(arm, 0.0), 0, 5))
                    cell = {"case_id": f"c{i:06d}", "arm": arm, "repeat": 0}
                    about = {"judge": name, "round": 0, "prompts": "abc", "calls": ("k",)}
                    rows.append(Scored(**cell, scorer=f"rubric@{name}/1", value=value / 5))
                    mark = Mark(criterion="c1", points=round(value), quote="…", stands=i % 10 > 0)
                    verdicts.append(Judged(**cell, **about, marks=(mark,), points=value))
        extra = {"scores": tuple(rows), "judgements": tuple(verdicts)} | (options or {})
        return decide(
            study(made, judges=tuple(judges), scorer=scorer, options=extra, **changes), card, assume()
        )

    return make


def test_judges_that_see_the_same_sign_let_the_verdict_stand(judged) -> None:
    found = judged({"first": {}, "second": {"pro-raw": -0.4}})
    row = next(r for r in found.upgrade.verdict.conditions if r.name is ConditionName.JUDGES_AGREE)
    assert row.met
    assert found.upgrade.verdict.ruling is Ruling.APPROVE


def test_a_sign_flip_caps_an_approval_at_inconclusive(judged) -> None:
    """Whoever wants another verdict only has to choose another judge: so nobody gets one."""
    found = judged({"first": {}, "second": {"pro-raw": -1.5, "pro-sena": -1.5}})
    verdict = found.upgrade.verdict
    assert (verdict.ruling, verdict.uncapped) == (Ruling.INCONCLUSIVE, Ruling.APPROVE)
    assert [cap.code for cap in verdict.caps] == [ReasonCode.JUDGES_DISAGREE]
    assert (verdict.binding.kind, verdict.binding.condition) == (
        BindingKind.JUDGE,
        ConditionName.JUDGES_AGREE,
    )
    assert verdict.caps[0].get("judges") == "first +1.01, second -0.49"
    assert all(row.ruling is Ruling.INCONCLUSIVE for row in found.upgrade.dates)


def test_a_sign_flip_caps_a_rejection_too(judged) -> None:
    found = judged({"first": {}, "second": {"pro-raw": 1.5}}, gain=-0.5)
    verdict = found.upgrade.verdict
    assert (verdict.ruling, verdict.uncapped) == (Ruling.INCONCLUSIVE, Ruling.REJECT)


def test_a_flip_about_compression_caps_that_verdict_alone(judged) -> None:
    """The margin that compression is judged by has the other sign; 5 % of the raw mean is 0.15 points."""
    found = judged({"first": {}, "second": {"flash-sena": -0.6}})
    assert found.upgrade.verdict.ruling is Ruling.APPROVE
    assert (found.sena.verdict.ruling, found.sena.verdict.uncapped) == (Ruling.INCONCLUSIVE, Ruling.PASS)
    flips = [r for r in found.sena.verdict.conditions if r.name is ConditionName.JUDGES_AGREE]
    assert [(row.subject, row.met) for row in flips] == [("flash", False), ("pro", True)]


def test_one_judge_has_nobody_to_disagree_with(judged) -> None:
    found = judged({"first": {}}, judges=PANEL[:1])
    assert not any(r.name is ConditionName.JUDGES_AGREE for r in found.upgrade.verdict.conditions)


def test_judges_beside_another_scorer_decide_nothing(judged) -> None:
    """Their tables are printed all the same."""
    found = judged({"first": {}, "second": {"pro-raw": -1.5}}, scorer=ScorerChoice(name="key_facts"))
    assert found.upgrade.verdict.ruling is Ruling.APPROVE
    assert not found.judge.decides
    assert len(found.judge.judges) == 2


def test_the_table_has_each_judge_with_its_contrasts(judged) -> None:
    found = judged({"first": {}, "second": {"pro-raw": -0.4}})
    first, second = found.judge.judges
    assert (first.primary, second.primary) == (True, False)
    assert [row.name for row in first.contrasts] == [
        "pro-flash|raw", "pro-flash|sena", "sena-raw|flash", "sena-raw|pro",
    ]  # fmt: skip
    assert first.contrasts[0].quality.low == pytest.approx(found.upgrade.quality.low)
    gap = first.contrasts[0].quality.value - second.contrasts[0].quality.value
    assert gap == pytest.approx(0.4, abs=0.02)
    assert (first.answers, first.scored, first.unscored, first.criteria, first.voided) == (
        400,
        400,
        0,
        400,
        40,
    )
    assert first.against_primary is None
    assert second.against_primary > 0.9
    assert from_json(to_json(found)).judge.judges[0].voided == 40


@pytest.mark.parametrize(
    ("model", "family", "kin", "itself"),
    [
        ("flash", "x", True, True),
        ("pro-9", "x", True, False),
        ("qwen-32b", "flash", True, False),
        ("qwen-32b", "qwen", False, False),
    ],
)
def test_judges_of_the_judged_family_are_flagged(
    judged, model: str, family: str, kin: bool, itself: bool
) -> None:
    """By what is declared, and by the id, so that a declaration cannot hide it."""
    found = judged({"first": {}}, judges=(judge("first", model, family),))
    row = found.judge.judges[0]
    assert (row.same_family, row.judges_itself) == (kin, itself)
    codes = [mark.code for mark in found.upgrade.verdict.marks]
    assert (ReasonCode.JUDGE_OF_SAME_FAMILY in codes) is kin
    assert ReasonCode.STAND_IN_QUALITY not in codes


def test_families_are_read_off_ids() -> None:
    names = ("gemini-3.5-flash", "models/gemini-pro", "gemma-3", "google", "gpt-5", "qwen2.5-7b")
    assert [family_of(name) for name in names] == ["gemini", "gemini", "gemini", "gemini", "gpt", "qwen"]


def test_without_labels_the_bias_allowance_stays_a_condition(judged) -> None:
    found = judged({"first": {}}, judges=PANEL[:1])
    assert any(r.name is ConditionName.BIAS_ALLOWANCE for r in found.upgrade.verdict.conditions)


def with_losses(study, column: str, lost: int, *, unjudged: bool):
    """The last cells of an arm lose their score: for the judge's sake, or for their own."""
    rows = [o for o in study.outcomes if o.arm == column]
    names = {o.case_id for o in rows[-lost:]}
    changed = tuple(
        replace(o, quality=None, unjudged=unjudged, cause="judge:unreadable" if unjudged else "max_tokens")
        if o.arm == column and o.case_id in names
        else o
        for o in study.outcomes
    )
    return replace(study, outcomes=changed)


def test_an_answer_without_a_judgement_never_counts_as_the_worst(study, scores, card, assume) -> None:
    """Under "worst" a failed answer is the lowest score; one that the judge failed on leaves the contrast."""
    plain = study(scores(), dropped_cells=DroppedCells.WORST)
    whole, judges_fault, arms_fault = (
        decide(one, card, assume())
        for one in (
            plain,
            with_losses(plain, "pro-raw", 3, unjudged=True),
            with_losses(plain, "pro-raw", 3, unjudged=False),
        )
    )
    assert judges_fault.upgrade.quality.n == 97
    assert judges_fault.upgrade.quality.value == pytest.approx(whole.upgrade.quality.value, abs=0.03)
    assert arms_fault.upgrade.quality.n == 100
    assert arms_fault.upgrade.quality.value < whole.upgrade.quality.value - 0.08
    assert judges_fault.evidence.complete == 97
    assert ("judge:unreadable", 3) in judges_fault.arms[2].causes


def test_too_many_unjudged_answers_are_no_evidence(study, scores, card, assume) -> None:
    found = decide(with_losses(study(scores()), "pro-raw", 6, unjudged=True), card, assume())
    assert found.upgrade.verdict.ruling is Ruling.NO_VERDICT
    assert found.upgrade.verdict.caps[0].code is ReasonCode.INCOMPLETE


def test_causes_repairs_and_repeats_are_counted(judged) -> None:
    cell = {"case_id": "c000000", "arm": "flash-raw", "repeat": 0, "judge": "first", "prompts": "abc"}
    mark = Mark(criterion="c1", points=3, quote="…", stands=True)
    rows = (
        Judged(**cell, round=0, calls=("a", "b"), marks=(mark,), points=3.0),
        Unjudged(**cell, round=1, calls=("c",), cause="judge:empty"),
        Judged(**(cell | {"arm": "pro-raw"}), round=0, calls=("d",), marks=(mark,), points=4.0),
        Judged(**(cell | {"arm": "pro-raw"}), round=1, calls=("e",), marks=(mark,), points=2.0),
        Judged(**(cell | {"arm": "pro-sena"}), round=0, calls=("d",), marks=(mark,), points=4.0),
        Judged(**(cell | {"arm": "pro-sena"}), round=1, calls=("e",), marks=(mark,), points=4.0),
        Unjudged(**(cell | {"arm": "flash-sena"}), round=0, calls=("f",), cause="judge:unreadable"),
        Unjudged(**(cell | {"arm": "flash-sena"}), round=1, calls=("g",), cause="judge:empty"),
    )
    found = judged(
        {"first": {}}, judges=(judge("first", repeats=2),),
        options={"judgements": rows, "judge_origins": (("first", Origin.LOCAL),)},
    ).judge.judges[0]  # fmt: skip
    assert (found.answers, found.scored, found.unscored) == (4, 3, 1)
    assert found.causes == (("judge:unreadable", 1),)
    assert (found.judgements, found.repaired, found.origin) == (8, 1, Origin.LOCAL)
    assert found.self_agreement.answers == 2
    assert found.self_agreement.mean_difference == pytest.approx(1.0)
    assert found.self_agreement.correlation is None  # two answers make no correlation


def pair(i: int, first: Side, second: Side, **changes: Any) -> Compared:
    fields = {
        "case_id": f"c{i:06d}", "judge": "first", "treatment": "pro-raw", "control": "flash-raw",
        "calls": (), "treatment_first": first, "control_first": second,
    }  # fmt: skip
    return Compared(**(fields | changes))


def test_wins_losses_ties_and_flips_with_exact_intervals(judged) -> None:
    win, loss, tie = Side.TREATMENT, Side.CONTROL, Side.TIE
    rows = [pair(i, win, win) for i in range(12)]
    rows += [pair(i, loss, loss) for i in range(12, 16)]
    rows += [pair(i, tie, tie) for i in range(16, 18)]
    rows += [pair(i, win, loss) for i in range(18, 24)]  # each order names the answer shown first
    arms = {"treatment": "pro-raw", "control": "flash-raw"}
    rows += [Uncompared(case_id="c000030", judge="first", **arms, calls=(), cause="judge:empty")]
    lengths = tuple(
        Scored(
            case_id=f"c{i:06d}", arm=arm, repeat=0, scorer="length/1", value=1 + (i % 5) * (arm == "pro-raw")
        )
        for i in range(40)
        for arm in ("flash-raw", "pro-raw")
    )
    found = judged(
        {"first": {}}, judges=PANEL[:1], options={"comparisons": tuple(rows), "scores": lengths}
    ).judge.pairwise[0]  # fmt: skip
    assert (found.pairs, found.wins, found.losses, found.ties, found.flips) == (24, 12, 4, 8, 6)
    assert (found.unscored, found.causes) == (1, (("judge:empty", 1),))
    assert found.win_rate.value == 0.75
    exact = stats.binomtest(12, 16).proportion_ci(0.9, method="exact")
    assert (found.win_rate.low, found.win_rate.high) == pytest.approx((exact.low, exact.high))
    assert found.flip_rate.value == 6 / 24
    assert found.tie_rate.value == 8 / 24
    assert found.first_share == (12 + 4 + 12) / (2 * (12 + 4 + 6))
    assert found.uplift.value == pytest.approx((12 - 4) / 24)
    assert found.length_adjusted is not None


def test_a_share_of_nothing_is_none_and_of_none_has_the_rule_of_three() -> None:
    assert exact_share(0, 0, 0.95) is None
    assert exact_share(0, 100, 0.95).high == pytest.approx(1 - 0.05**0.01)


def test_plain_scorers_stand_beside_the_rubric(judged, scores) -> None:
    """Correlation over the answers that both scored."""
    made = scores()
    points = {(i, arm): v for arm, column in made.items() for i, v in enumerate(column)}
    rubric = [
        Scored(case_id=f"c{i:06d}", arm=arm, repeat=0, scorer="rubric@first/1", value=v / 5)
        for (i, arm), v in points.items()
    ]
    half = [
        Scored(case_id=f"c{i:06d}", arm=arm, repeat=0, scorer="key_facts/1", value=v / 10)
        for (i, arm), v in points.items()
        if i % 2
    ]
    flat = [
        Scored(case_id=f"c{i:06d}", arm=arm, repeat=0, scorer="must_not/1", value=1.0) for i, arm in points
    ]
    missing = [
        Unscored(case_id=f"c{i:06d}", arm=arm, repeat=0, scorer="language/1", cause="no_letters")
        for i, arm in points
    ]
    rows = judged(
        {"first": {}}, judges=PANEL[:1], options={"scores": (*rubric, *half, *flat, *missing)}
    ).judge.scorers  # fmt: skip
    assert [(row.scorer, row.answers) for row in rows] == [("key_facts/1", 200), ("must_not/1", 400)]
    assert (rows[0].pearson, rows[0].spearman) == (pytest.approx(1), pytest.approx(1))
    assert (rows[1].pearson, rows[1].spearman) == (None, None)
