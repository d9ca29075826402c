"""People's labels in a decision: what they change, and what they must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from evalharness.core.decision import BindingKind, ConditionName, Decision, ReasonCode, Ruling
from evalharness.core.errors import BadInput
from evalharness.core.experiment import ContextMode, DroppedCells, ScorerChoice, Thresholds
from evalharness.core.labels import Grade, LabelledPair
from evalharness.core.study import Study
from evalharness.decide import decide
from evalharness.decide.bench import Bench
from evalharness.decide.labelled import labelled_of

LIMITS = Thresholds(bias_allowance=0.1)


def whole_scores(n: int = 100, gain: float = 1.0, seed: int = 3) -> dict[str, list[float]]:
    """Scores in whole grades, so that people can say exactly what the judge said."""
    rng = np.random.default_rng(seed)
    flash = rng.integers(1, 4, n)
    pro = flash + (rng.random(n) < gain)
    return {
        f"{model}-{context}": [float(x) for x in values]
        for context in ("raw", "sena")
        for model, values in (("flash", flash), ("pro", pro))
    }


def labels(
    study: Study, m: int = 40, *, off: int = 0, raters: tuple[str, ...] = ("kim",), seed: int = 11
) -> tuple[LabelledPair, ...]:
    """Grades of m random cases: what the judge said, the treatment `off` grades lower."""
    quality = {(o.case_id, o.arm): o.quality for o in study.outcomes}
    names = sorted({case.case_id for case in study.cases})
    drawn = sorted(np.random.default_rng(seed).choice(names, m, replace=False).tolist())
    return tuple(
        LabelledPair(
            case_id=name, repeat=0, treatment="pro-raw", control="flash-raw",
            grades=tuple(
                Grade(
                    rater=rater,
                    treatment=max(0, round(quality[name, "pro-raw"] or 0) - off),
                    control=round(quality[name, "flash-raw"] or 0),
                )
                for rater in raters
            ),
        )
        for name in drawn
    )  # fmt: skip


def row(decision: Decision, name: ConditionName) -> object:
    return next((c for c in decision.upgrade.verdict.conditions if c.name is name), None)


def codes(decision: Decision) -> set[ReasonCode]:
    return {mark.code for mark in decision.upgrade.verdict.marks}


def test_labels_replace_the_bias_allowance(study, card, assume) -> None:
    made = study(whole_scores(), thresholds=LIMITS)
    bare = decide(made, card, assume())
    graded = decide(replace(made, labels=labels(made)), card, assume())
    assert row(bare, ConditionName.BIAS_ALLOWANCE) is not None
    assert ReasonCode.NO_LABELS in codes(bare)
    assert row(graded, ConditionName.BIAS_ALLOWANCE) is None
    assert ReasonCode.PEOPLE_CORRECT in codes(graded)
    assert ReasonCode.NO_LABELS not in codes(graded)
    assert (bare.evidence.human_labels, graded.evidence.human_labels) == (0, 40)
    assert graded.labels is not None
    assert graded.labels.applied
    assert graded.upgrade.net_at_threshold is not None
    assert graded.upgrade.net_at_threshold.method == "ppi++ t"
    assert graded.upgrade.net_at_threshold.df == 39


def test_people_who_contradict_the_judge_take_the_approval_away(study, card, assume) -> None:
    """The judge sees a gain of one point in every case; people see none."""
    made = study(whole_scores(), thresholds=LIMITS)
    assert decide(made, card, assume()).upgrade.verdict.ruling is Ruling.APPROVE
    graded = decide(replace(made, labels=labels(made, off=1)), card, assume())
    assert graded.upgrade.verdict.ruling is not Ruling.APPROVE
    assert graded.labels is not None
    assert graded.labels.bias_difference.value == pytest.approx(-1.0)
    assert graded.labels.corrected.value == pytest.approx(0.0, abs=1e-9)
    assert graded.labels.arms[0].bias.value == pytest.approx(-1.0)
    assert graded.labels.arms[1].bias.value == 0.0
    assert graded.upgrade.money is not None
    assert graded.upgrade.money.benefit == pytest.approx(0.0, abs=1e-9)
    # The grid shows what the judge says; the money is what people say.
    assert graded.upgrade.quality.value == pytest.approx(1.0)


def test_the_contrast_is_the_formula_on_x_itself(study, card, assume) -> None:
    """METHOD §5 recomputed: h and f of x = b − 2.5c, λ, θ, SE and the lower bound."""
    made = study(whole_scores(gain=0.7), thresholds=LIMITS)
    given = labels(made, off=0)
    found = decide(replace(made, labels=given), card, assume()).upgrade.net_at_threshold
    assert found is not None
    quality = {(o.case_id, o.arm): o.quality or 0.0 for o in made.outcomes}
    cases = sorted({c.case_id for c in made.cases})
    difference = np.array([quality[c, "pro-raw"] - quality[c, "flash-raw"] for c in cases])
    cost = (1000 * 2 + 300 * 12 - 1000 * 1 - 300 * 4) / 1e6
    judged = 0.05 * difference - 2.5 * cost
    at = [cases.index(label.case_id) for label in given]
    human = np.array(
        [0.05 * (label.grades[0].treatment - label.grades[0].control) - 2.5 * cost for label in given]
    )
    rest = np.delete(judged, at)
    trust = np.cov(human, judged[at])[0, 1] / ((1 + 40 / 60) * judged.var(ddof=1))
    value = trust * rest.mean() + (human - trust * judged[at]).mean()
    se = np.sqrt(trust**2 * rest.var(ddof=1) / 60 + (human - trust * judged[at]).var(ddof=1) / 40)
    assert found.value == pytest.approx(value, rel=1e-9)
    assert found.se == pytest.approx(se, rel=1e-9)
    assert found.low == pytest.approx(value - 1.6848751194973 * se, rel=1e-9)


def test_the_monte_carlo_is_centred_on_the_corrected_benefit(study, card, assume) -> None:
    made = study(whole_scores(gain=0.8), thresholds=LIMITS)
    found = decide(replace(made, labels=labels(made, off=0)), card, assume()).upgrade
    assert found.monte_carlo is not None
    assert found.money is not None
    middle = found.monte_carlo.net_benefit.p50
    assert middle == pytest.approx(found.money.benefit - found.money.cost, rel=0.02)


def test_too_few_labels_are_shown_and_change_nothing(study, card, assume) -> None:
    made = study(whole_scores(), thresholds=LIMITS)
    found = decide(replace(made, labels=labels(made, 12, off=1)), card, assume())
    assert found.upgrade.verdict.ruling is Ruling.APPROVE
    assert codes(found) >= {ReasonCode.NO_LABELS, ReasonCode.LABELS_NOT_USED}
    assert found.labels is not None
    assert (found.labels.applied, found.labels.why_not, found.labels.pairs) == (False, "too_few", 12)


def test_labels_of_other_arms_are_shown_and_change_nothing(study, card, assume) -> None:
    made = study(whole_scores(), thresholds=LIMITS)
    of_sena = tuple(
        replace(label, treatment="pro-sena", control="flash-sena") for label in labels(made, off=1)
    )
    found = decide(replace(made, labels=of_sena), card, assume())
    assert found.upgrade.context is ContextMode.RAW
    assert found.labels is not None
    assert (found.labels.applied, found.labels.why_not) == (False, "other_contrast")
    assert found.labels.treatment_arm == "pro-sena"
    assert found.evidence.human_labels == 0
    assert row(found, ConditionName.BIAS_ALLOWANCE) is not None


def test_a_label_of_an_unknown_case_is_refused(study, card, assume) -> None:
    made = study(whole_scores(), thresholds=LIMITS)
    strange = (*labels(made), replace(labels(made)[0], case_id="nobody"))
    with pytest.raises(BadInput, match="nobody, which this study does not have"):
        decide(replace(made, labels=strange), card, assume())


def test_two_raters_are_averaged_and_compared(study, card, assume) -> None:
    made = study(whole_scores(), thresholds=LIMITS)
    given = tuple(
        replace(
            label,
            grades=(
                replace(label.grades[0], rater="kim"),
                replace(label.grades[0], rater="lee", treatment=max(0, label.grades[0].treatment - 1)),
            ),
        )
        for label in labels(made)
    )
    audit = decide(replace(made, labels=given), card, assume()).labels
    assert audit is not None
    assert audit.raters == ("kim", "lee")
    assert audit.bias_difference.value == pytest.approx(-0.5)
    (between,) = audit.between
    assert (between.first, between.second, between.n) == ("kim", "lee", 80)
    assert between.kappa is not None
    assert 0.5 < between.kappa < 1
    assert audit.scorer.n == 160


def test_another_scale_takes_grades_by_proportion(study, card, assume) -> None:
    scores = {arm: [20 * x for x in column] for arm, column in whole_scores().items()}
    scale = ScorerChoice(name="percent", scale_low=0, scale_high=100)
    made = study(scores, thresholds=LIMITS, scorer=scale)
    same = tuple(
        replace(
            label,
            grades=(Grade(rater="kim", treatment=g.treatment // 20, control=g.control // 20),),
        )
        for label in labels(made)
        for g in label.grades
    )
    audit = decide(replace(made, labels=same), card, assume()).labels
    assert audit is not None
    assert audit.bias_difference.value == pytest.approx(0.0)
    assert audit.scorer.kappa == pytest.approx(1.0)


def test_a_failed_repeat_keeps_its_worst_score(study, card, assume, bench_of_two_repeats) -> None:
    """People grade one repeat of a case whose other repeat failed: only the graded half is theirs."""
    bench, pair = bench_of_two_repeats
    found = labelled_of(bench, pair)
    assert found is not None
    # Repeat 0 is judged 4 and graded 2, repeat 1 failed and counts 0: (2 + 0) / 2 instead of (4 + 0) / 2.
    assert found.minuend[0] == pytest.approx(1.0)
    assert not found.people.known.any()


@pytest.fixture
def bench_of_two_repeats(study: Callable[..., Study], card, assume) -> tuple[Bench, object]:
    from evalharness.decide import bench_of

    made = study({arm: [4.0] * 6 for arm in ("flash-raw", "flash-sena", "pro-raw", "pro-sena")}, repeats=2)
    again = [
        replace(
            outcome, repeat=1, quality=None, cause="timeout", failed=True, charges=(), latency_ms=None,
            context_tokens_net=None, context_tokens_gross=None,
        )
        if outcome.case_id == "c000000" and outcome.arm == "pro-raw"
        else replace(outcome, repeat=1)
        for outcome in made.outcomes
    ]  # fmt: skip
    grades = tuple(
        LabelledPair(
            case_id=f"c{i:06d}", repeat=0, treatment="pro-raw", control="flash-raw",
            grades=(Grade(rater="kim", treatment=2, control=4),),
        )
        for i in range(4)
    )  # fmt: skip
    whole = replace(made, outcomes=(*made.outcomes, *again), labels=grades)
    bench = bench_of(whole, card, assume())
    return bench, bench.upgrade_pair(ContextMode.RAW, DroppedCells.WORST)


def test_a_verdict_that_the_allowance_binds_is_freed_by_labels(study, card, assume) -> None:
    thresholds = Thresholds(bias_allowance=0.9)
    made = study(whole_scores(gain=0.9), thresholds=thresholds)
    bound = decide(made, card, assume()).upgrade.verdict
    assert bound.binding is not None
    assert bound.binding.kind is BindingKind.JUDGE
    assert decide(replace(made, labels=labels(made)), card, assume()).upgrade.verdict.ruling is Ruling.APPROVE


def test_not_dearer_is_judged_on_corrected_retention(study, card, assume) -> None:
    """Pro is cheaper and looks as good to the judge; people see it lose a point, so it is not approved."""
    cheap = {"pro-raw": (100, 20), "pro-sena": (60, 20)}
    scores = whole_scores(gain=0.2)
    made = study(scores, tokens=cheap, thresholds=Thresholds(bias_allowance=0.0))
    assert decide(made, card, assume()).upgrade.verdict.ruling is Ruling.APPROVE
    graded = decide(replace(made, labels=labels(made, off=1)), card, assume()).upgrade
    assert graded.verdict.ruling is not Ruling.APPROVE
    assert graded.non_inferiority is not None
    assert graded.non_inferiority.high is not None
    assert graded.non_inferiority.high < 0


def test_an_answer_that_only_the_judge_left_without_a_score_is_no_error_of_the_judge(
    study, card, assume
) -> None:
    """Two repeats, the graded one unjudged: as a worst score it would be a bias of whole grades."""
    made = study(whole_scores(), thresholds=LIMITS)
    twice = tuple(
        replace(row, repeat=repeat, quality=None, cause="judge:unreadable", unjudged=True)
        if (row.arm, repeat) == ("pro-raw", 0) and row.case_id < "c000050"
        else replace(row, repeat=repeat)
        for row in made.outcomes
        for repeat in range(2)
    )
    graded = replace(made, outcomes=twice, labels=labels(made, m=60))
    limits = replace(LIMITS, min_complete_share=0.0)
    decided = decide(replace(graded, experiment=replace(made.experiment, thresholds=limits)), card, assume())
    assert decided.labels is not None
    assert decided.labels.pairs == sum(label.case_id >= "c000050" for label in graded.labels)
    assert decided.labels.bias_difference.value == pytest.approx(0.0, abs=1e-9)
    assert decided.labels.corrected.value == pytest.approx(1.0, abs=1e-9)
