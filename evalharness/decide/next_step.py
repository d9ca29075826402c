"""What to do next: power, detectable effects, value of more prompts, value of knowing V."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from evalharness.core.decision import Advice, Binding, BindingKind, ConditionName, NextStep, TornadoRow
from evalharness.decide.assess import Assessment
from evalharness.decide.binding import widest_assumption
from evalharness.decide.evsi import best_number, evsi_rows, expected_gain
from evalharness.decide.money import value_per_point
from evalharness.decide.power import mde_of_se, power_of
from evalharness.decide.settle import Settling, settling
from evalharness.decide.stakes import Stakes

TRUE_ROIS = (2.0, 3.0, 5.0)
"""True ROIs whose chance of approval is shown."""
_ADVICE = {
    BindingKind.EVIDENCE: Advice.MEND_EVIDENCE,
    BindingKind.JUDGE: Advice.CALIBRATE_JUDGE,
    BindingKind.GUARDRAIL: Advice.MEET_GUARDRAIL,
    BindingKind.MONEY: Advice.DECIDE,
    BindingKind.CAP: Advice.DECIDE,
}


def next_step(
    stakes: Stakes,
    found: Assessment | None,
    *,
    study_usd: Decimal,
    binding: Binding | None,
    tornado: tuple[TornadoRow, ...],
) -> NextStep:
    """Say what more evidence would bring.

    Args:
        stakes: The pair that is compared.
        found: The assessment; None while an assumption is unknown (then only quality is spoken of).
        study_usd: What the study's answers cost, from which the cost of another prompt follows.
        binding: What stands in the way of the verdict.
        tornado: Which assumption moves the result most.
    """
    quality = stakes.estimate(stakes.pair.quality, "points")
    confidence = stakes.bench.confidence
    mde_points = mde_of_se(quality.se or 0.0, confidence=confidence)
    per_prompt = _cost_per_prompt(stakes, study_usd)
    field = binding.field if binding else None
    if found is None or found.net_at_threshold.se is None:
        advice = _advice_without_money(binding)
        return NextStep(
            advice=advice, field=field, mde_points=mde_points, mde_net=None, roi_detectable=None, power=(),
            cases_for_power=None, evsi=(), best_more_prompts=0, cost_per_prompt=per_prompt,
            value_of_knowing_v=None,
        )  # fmt: skip
    return _with_money(
        stakes, found, mde_points=mde_points, per_prompt=per_prompt, binding=binding,
        widest=widest_assumption(tornado),
    )  # fmt: skip


def _advice_without_money(binding: Binding | None) -> Advice:
    if binding is None:
        return Advice.STATE_ASSUMPTION
    # A single cluster has no standard error: what it lacks is sample, whatever is assumed.
    sample = Advice.RUN_MORE if binding.kind is BindingKind.SAMPLE else Advice.STATE_ASSUMPTION
    return _ADVICE.get(binding.kind, sample)


def _cost_per_prompt(stakes: Stakes, study_usd: Decimal) -> float | None:
    if study_usd:
        return float(study_usd) / len(stakes.bench.cells.cases)
    # Nothing spent (imported or shared calls): one more case in every arm costs what it costs in production.
    by_case = stakes.bench.costs.at(stakes.bench.study.on)
    means = [float(arm[~np.isnan(arm)].mean()) for arm in by_case if not np.isnan(arm).all()]
    return sum(means) * stakes.bench.cells.shape[2] if any(means) else None


def _with_money(
    stakes: Stakes,
    found: Assessment,
    *,
    mde_points: float,
    per_prompt: float | None,
    binding: Binding | None,
    widest: str | None,
) -> NextStep:
    confidence, cases = stakes.bench.confidence, stakes.pair.design.n
    net, month = found.net_at_threshold, found.requests
    se = net.se or 0.0
    horizon = month * stakes.exchange.months
    # Prompts are counted in cases, also where sessions are the independent units: they come as they came.
    rows = evsi_rows(horizon * net.value, horizon * se, n_before=cases, cost_per_case=per_prompt or 0.0)
    best = best_number(rows) if per_prompt is not None else 0
    knowing = _value_of_knowing(stakes, found)
    settles = settling(stakes, found)
    doubtful = settles.obstacle is ConditionName.ROI_PROBABILITY
    field = binding.field if binding else None
    return NextStep(
        advice=_advice(
            binding, settles, best=best, gain=max(row.net for row in rows), knowing=knowing, widest=widest
        ),
        field=widest if field is None and doubtful else field,
        mde_points=mde_points,
        mde_net=month * mde_of_se(se, confidence=confidence),
        roi_detectable=_detectable_roi(stakes, found),
        power=_power(stakes, found),
        cases_for_power=_asked(stakes, settles),
        evsi=rows,
        best_more_prompts=best,
        cost_per_prompt=per_prompt,
        value_of_knowing_v=knowing,
    )


def _asked(stakes: Stakes, settles: Settling) -> int | None:
    """Return how many cases must be asked, so that enough of them are usable."""
    if settles.cases is None:
        return None
    asked = int(stakes.bench.complete.cases.sum())
    return math.ceil(settles.cases * asked / stakes.pair.design.n)


def _detectable_roi(stakes: Stakes, found: Assessment) -> float | None:
    # mean(x) = (ROI − r)·C must reach the detectable mean.
    if found.cost.value <= 0:
        return None
    detectable = mde_of_se(found.net_at_threshold.se or 0.0, confidence=stakes.bench.confidence)
    return stakes.limits.roi + detectable / found.cost.value


def _power(stakes: Stakes, found: Assessment) -> tuple[tuple[float, float], ...]:
    if found.cost.value <= 0:
        return ()  # no added cost, so no return on it
    return tuple((roi, _power_at(stakes, found, roi)) for roi in TRUE_ROIS)


def _power_at(stakes: Stakes, found: Assessment, roi: float) -> float:
    net = found.net_at_threshold
    mean = (roi - stakes.limits.roi) * found.cost.value
    sd = (net.se or 0.0) * net.n**0.5
    return power_of(mean, sd, net.n, confidence=stakes.bench.confidence)


def _value_of_knowing(stakes: Stakes, found: Assessment) -> float | None:
    drawn = {**found.values, **{k: v for k, v in stakes.draws.items() if k not in _NOT_OF_VALUE}}
    spread = float(np.std(value_per_point(drawn, stakes.exchange)))
    quality = found.quality.value
    horizon = found.requests * stakes.exchange.months
    return expected_gain(horizon * found.net_at_threshold.value, horizon * abs(quality) * spread)


_NOT_OF_VALUE = ("requests_per_month", "ops_delta_per_month", "one_off_cost", "discount_rate")


def _advice(
    binding: Binding | None,
    settles: Settling,
    *,
    best: int,
    gain: float,
    knowing: float | None,
    widest: str | None,
) -> Advice:
    if binding is None:
        return Advice.DECIDE
    if binding.kind in _ADVICE:
        return _ADVICE[binding.kind]
    worth_knowing = (knowing or 0.0) > max(gain, 0.0)
    # What no number of prompts would meet binds in the end, however wide the sample's own error is now.
    if settles.obstacle is ConditionName.BIAS_ALLOWANCE and binding.kind is BindingKind.SAMPLE:
        return Advice.CALIBRATE_JUDGE
    doubtful = settles.obstacle is ConditionName.ROI_PROBABILITY and widest is not None
    if binding.kind is BindingKind.ASSUMPTION or worth_knowing or doubtful:
        return Advice.MEASURE_VALUE if worth_knowing else Advice.STATE_ASSUMPTION
    return Advice.RUN_MORE if best else Advice.DECIDE
