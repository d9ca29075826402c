"""The primary scorer held against people: bias of each arm, agreement, and the corrected difference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from evalharness.core.decision import Agreement, ArmBias, Estimate, LabelAudit, Reason, ReasonCode
from evalharness.core.labels import GRADES, LabelledPair
from evalharness.decide.agreement import quadratic_kappa
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import mean_or_value
from evalharness.decide.labelled import Correction, Labelled, labelled_of
from evalharness.decide.pairing import Pair
from evalharness.decide.stakes import Stakes

CONFIDENCE = 0.975
"""Of each bound: the audit's intervals are two-sided 95 %."""


def label_audit(bench: Bench, judged: Pair) -> LabelAudit | None:
    """Hold the primary scorer against people's grades, None without (or with hardly any) labels.

    Args:
        bench: The study.
        judged: The pair of arms that the upgrade is judged in.
    """
    pair = _labelled_pair(bench, judged)
    found = None if pair is None else labelled_of(bench, pair)
    if pair is None or found is None:
        return None
    names = tuple(bench.cells.arms[arm].name for arm in (pair.minuend, pair.subtrahend))
    why_not = _why_not(bench, found, pair, judged)
    correction = Correction.of(found, pair)
    whole = correction.rectified(pair.quality, pair.design, correction.quality)
    difference = found.graded_minuend - found.graded_subtrahend
    scores = found.judged_minuend - found.judged_subtrahend
    return LabelAudit(
        treatment_arm=names[0], control_arm=names[1], pairs=found.m,
        frame=int((~found.people.known).sum()),
        raters=tuple(sorted({grade.rater for label in found.pairs for grade in label.grades})),
        applied=not why_not, why_not=why_not, trust=whole.trust,
        judged=mean_or_value(pair.quality, pair.design, unit="points", confidence=CONFIDENCE),
        people=_of_graded(difference, found, pair),
        corrected=correction.estimate(
            pair.quality, pair.design, correction.quality, unit="points", confidence=CONFIDENCE
        ),
        bias_difference=_of_graded(difference - scores, found, pair),
        arms=(
            _arm(names[0], found.graded_minuend, found.judged_minuend, found, pair),
            _arm(names[1], found.graded_subtrahend, found.judged_subtrahend, found, pair),
        ),
        scorer=_with_scorer(bench, found),
        between=tuple(_between(found)),
    )  # fmt: skip


def label_marks(stakes: Stakes) -> tuple[Reason, ...]:
    """Return what stands beside the money verdict because people graded answers, or did not."""
    limits, found = stakes.limits, stakes.labelled
    if stakes.correction is not None and found is not None:
        bias = float(np.mean(stakes.correction.quality))
        values = (("pairs", found.m), ("bias", bias))
        return (Reason(code=ReasonCode.PEOPLE_CORRECT, values=values),)
    missing = Reason(code=ReasonCode.NO_LABELS, values=(("allowance", limits.bias_allowance),))
    given = len(stakes.bench.study.labels)
    if not given:
        return (missing,)
    why = "other_contrast" if found is None and given >= limits.min_labels else "too_few"
    used = (("why", why), ("pairs", given), ("needed", limits.min_labels))
    return (missing, Reason(code=ReasonCode.LABELS_NOT_USED, values=used))


def _labelled_pair(bench: Bench, judged: Pair) -> Pair | None:
    """Return the pair of arms that people graded; the judged one if it is among them."""
    place = {arm.name: position for position, arm in enumerate(bench.cells.arms)}
    graded = {(label.treatment, label.control) for label in bench.study.labels}
    names = [bench.cells.arms[arm].name for arm in (judged.minuend, judged.subtrahend)]
    if (names[0], names[1]) in graded:
        return judged
    known = sorted(pair for pair in graded if pair[0] in place and pair[1] in place)
    return bench.pair(place[known[0][0]], place[known[0][1]]) if known else None


def _why_not(bench: Bench, found: Labelled, pair: Pair, judged: Pair) -> str:
    if (pair.minuend, pair.subtrahend) != (judged.minuend, judged.subtrahend):
        return "other_contrast"
    return "too_few" if found.m < bench.study.experiment.thresholds.min_labels else ""


def _of_graded(values: FloatArray, found: Labelled, pair: Pair) -> Estimate:
    design = pair.design.take(found.people.at)
    return mean_or_value(values, design, unit="points", confidence=CONFIDENCE)


def _arm(name: str, grades: FloatArray, scores: FloatArray, found: Labelled, pair: Pair) -> ArmBias:
    weights = pair.design.weights[found.people.at]
    return ArmBias(
        arm=name, bias=_of_graded(grades - scores, found, pair),
        mean_grade=float(np.average(grades, weights=weights)),
        mean_score=float(np.average(scores, weights=weights)),
    )  # fmt: skip


def _with_scorer(bench: Bench, found: Labelled) -> Agreement:
    scale, (low, high) = bench.study.experiment.scorer, GRADES
    people: list[int] = []
    scorer: list[int] = []
    judged = zip(found.judged_minuend.tolist(), found.judged_subtrahend.tolist(), strict=True)
    for label, scores in zip(found.pairs, judged, strict=True):
        shares = [(score - scale.scale_low) / scale.width for score in scores]
        # Half a grade is rounded up, whatever the digit before it.
        rounded = [int(np.floor(low + (high - low) * share + 0.5)) for share in shares]
        for grade in label.grades:
            people += [grade.treatment, grade.control]
            scorer += rounded
    return quadratic_kappa(people, scorer, names=("people", scale.name))


def _between(found: Labelled) -> Iterator[Agreement]:
    by_rater: dict[str, dict[str, list[int]]] = {}
    for label in found.pairs:
        for grade in label.grades:
            by_rater.setdefault(grade.rater, {})[_key(label)] = [grade.treatment, grade.control]
    for first, second in combinations(sorted(by_rater), 2):
        both = sorted(by_rater[first].keys() & by_rater[second].keys())
        if both:
            one, other = ([g for key in both for g in by_rater[who][key]] for who in (first, second))
            yield quadratic_kappa(one, other, names=(first, second))


def _key(label: LabelledPair) -> str:
    return f"{label.case_id}/{label.repeat}"
