"""The upgrade's conditions and the ruling that follows from them: METHOD §2, written as a table."""

from __future__ import annotations

from dataclasses import replace

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import (
    Branch,
    Condition,
    ConditionKind,
    ConditionName,
    Reason,
    ReasonCode,
    Ruling,
)
from evalharness.core.errors import PricingError
from evalharness.core.experiment import ContextMode
from evalharness.core.provenance import Origin
from evalharness.decide.assess import Assessment
from evalharness.decide.bench import Bench
from evalharness.decide.conditions import at_least, at_most, fact, lower_bound, unmet
from evalharness.decide.pricepath import PricePath, add_months
from evalharness.decide.stakes import Stakes

REJECTING_PROBABILITY = 0.05
"""P(ROI > threshold) at or below which the upgrade is rejected."""


def proof_conditions(stakes: Stakes, found: Assessment) -> tuple[Condition, ...]:
    """Return the rows that the branch asks for; money bounds are in USD a month."""
    month = found.requests
    net = lower_bound(ConditionName.NET, found.net, unit="usd_per_month", factor=month)
    tail = lower_bound(ConditionName.TAIL_GUARD, found.tail_guard, unit="usd_per_month", factor=month)
    rows: tuple[Condition, ...]
    if found.branch is Branch.NOT_DEARER:
        kept = lower_bound(ConditionName.NON_INFERIOR, found.non_inferiority, unit="points")
        kept_tail = lower_bound(ConditionName.NON_INFERIOR_TAIL, found.non_inferiority_tail, unit="points")
        rows = (net, kept, kept_tail, tail)
    else:
        decisive = lower_bound(
            ConditionName.NET_AT_THRESHOLD, found.net_at_threshold, unit="usd_per_month", factor=month
        )
        rows = (decisive, net, tail)
    if found.branch is Branch.DEARER:
        rows += _dearer_conditions(stakes, found)
    if stakes.correction is None:
        rows += (
            lower_bound(
                ConditionName.BIAS_ALLOWANCE, found.with_allowance, unit="usd_per_month", factor=month
            ),
        )
    return rows


def _dearer_conditions(stakes: Stakes, found: Assessment) -> tuple[Condition, ...]:
    kind = ConditionKind.PROOF
    chance = None if found.chance is None else found.chance.probability
    return (
        at_least(
            ConditionName.ROI_PROBABILITY, kind, chance, stakes.limits.roi_probability, unit="share",
            strict=False,
        ),
        at_least(ConditionName.NPV, kind, found.money.npv, 0.0, unit="usd"),
    )  # fmt: skip


def guardrail_conditions(
    bench: Bench, assumptions: Assumptions, context: ContextMode
) -> tuple[Condition, ...]:
    """Return the rows that can veto: mean latency, error rate, satisfaction; unmeasured is not met."""
    limits, arm = bench.study.experiment.thresholds, bench.arms.treatment[context]
    cells, kind = bench.cells, ConditionKind.GUARDRAIL
    measured = cells.latency_ms[arm][cells.answered[arm] & (cells.latency_ms[arm] >= 0)]
    latency = float(measured.mean()) if measured.size else None
    failures = bench.failures(arm)
    errors = None if failures is None else failures[0] / failures[1]
    rated = assumptions.satisfaction
    satisfied = rated.share if rated is not None and rated.ratings >= limits.min_ratings else None
    name = cells.arms[arm].name
    return (
        at_most(
            ConditionName.LATENCY, kind, latency, limits.max_mean_latency_ms, unit="ms", subject=name
        ),
        at_most(ConditionName.ERRORS, kind, errors, limits.max_error_rate, unit="share", subject=name),
        at_least(
            ConditionName.SATISFACTION, kind, satisfied, limits.min_satisfaction, unit="share", strict=False,
            subject=name,
        ),
    )  # fmt: skip


def lifecycle_condition(bench: Bench, model: str, months: int) -> Condition:
    """Return the cap row: the candidate is no preview and not retired within the horizon, or it is waived."""
    card, on = bench.card, bench.study.on
    try:
        known = card.resolve(model)
    except PricingError:
        if bench.study.origin is not Origin.IMPORTED:
            raise
        # Whoever states costs may have no price list: nothing is known of the model's end then.
        unknown = Reason(code=ReasonCode.LIFECYCLE_UNKNOWN, values=(("model", model),))
        return replace(
            fact(ConditionName.LIFECYCLE, ConditionKind.CAP, met=True, subject=model, detail=(unknown,)),
            met=None,
        )  # fmt: skip
    last = add_months(on, months)
    found = [Reason(code=ReasonCode.PREVIEW_MODEL, values=(("model", known),))] * (known in card.previews)
    found += [
        Reason(code=ReasonCode.RETIRED_MODEL, values=(("model", known), ("on", row.on.isoformat())))
        for row in card.shutdowns
        if row.model == known and row.on <= last
    ]
    waiver = bench.study.experiment.waivers.preview_model
    if found and waiver:
        found.append(Reason(code=ReasonCode.LIFECYCLE_WAIVED, values=(("model", known), ("text", waiver))))
    return fact(
        ConditionName.LIFECYCLE, ConditionKind.CAP, met=not found or bool(waiver), subject=known,
        detail=tuple(found),
    )  # fmt: skip


def rates_condition(bench: Bench, models: tuple[str, ...], path: PricePath) -> Condition:
    """Return the evidence row: every price used was read recently enough."""
    limit, on = bench.study.experiment.thresholds.max_rate_age_days, bench.study.on
    ages = {
        (model, rate.as_of): (on - rate.as_of).days
        for model in models
        for start in path.days
        for rate in [bench.card.in_force(model, start)]
    }
    stale = tuple(
        Reason(
            code=ReasonCode.STALE_RATES,
            values=(("model", model), ("as_of", as_of.isoformat()), ("age_days", age), ("limit_days", limit)),
        )
        for (model, as_of), age in sorted(ages.items())
        if age > limit
    )
    oldest = float(max(ages.values(), default=0))
    return at_most(
        ConditionName.RATES_FRESH, ConditionKind.EVIDENCE, oldest, float(limit), unit="days", detail=stale
    )


def value_condition(bench: Bench, assumptions: Assumptions) -> Condition:
    """Return the evidence row: the value of quality has a range, or a written waiver says why not."""
    waiver = bench.study.experiment.waivers.fixed_value
    fixed = [field.name for field in assumptions.used() if field.spec.is_value and field.is_fixed]
    code = ReasonCode.VALUE_WAIVED if waiver else ReasonCode.FIXED_VALUE
    text = (("text", waiver),) if waiver else ()
    detail = tuple(Reason(code=code, values=(("field", name), *text)) for name in fixed)
    return fact(
        ConditionName.VALUE_RANGED, ConditionKind.EVIDENCE, met=not fixed or bool(waiver), detail=detail
    )


def rule_upgrade(found: Assessment, proof: tuple[Condition, ...]) -> tuple[Ruling, tuple[Reason, ...]]:
    """Return what the statistics say, guardrails and caps aside, with the reasons.

    Not dearer: APPROVE iff LCB(B − C) > 0 and not inferior. Cost spanning zero: the two contrasts alone.
    Dearer: also the Monte Carlo probability and NPV. The tail guard and the bias allowance hold in all.
    """
    rejections = _rejections(found)
    if rejections:
        return Ruling.REJECT, rejections
    if unmet(proof, ConditionKind.PROOF):
        return Ruling.INCONCLUSIVE, ()
    return Ruling.APPROVE, (Reason(code=ReasonCode.ALL_HOLD),)


def _rejections(found: Assessment) -> tuple[Reason, ...]:
    named = {
        Branch.NOT_DEARER: ((ConditionName.NET, found.net),),
        Branch.SPANS_ZERO: (
            (ConditionName.NET_AT_THRESHOLD, found.net_at_threshold), (ConditionName.NET, found.net)
        ),
        Branch.DEARER: ((ConditionName.NET_AT_THRESHOLD, found.net_at_threshold),),
    }  # fmt: skip
    reasons = [
        Reason(
            code=ReasonCode.UPPER_BOUND_BELOW,
            values=(
                ("condition", name.value), ("high", estimate.high * found.requests),
                ("unit", "usd_per_month"),
            ),
        )
        for name, estimate in named[found.branch]
        if estimate.high is not None and estimate.high < 0
    ]  # fmt: skip
    chance = found.chance
    if found.branch is Branch.DEARER and chance and chance.probability <= REJECTING_PROBABILITY:
        values = (("probability", chance.probability), ("limit", REJECTING_PROBABILITY))
        reasons.append(Reason(code=ReasonCode.PROBABILITY_LOW, values=values))
    return tuple(reasons)


def apply_vetoes(
    ruling: Ruling, guardrails: tuple[Condition, ...], lifecycle: Condition
) -> tuple[Ruling, tuple[Reason, ...]]:
    """Return the ruling after guardrails (veto APPROVE) and the lifecycle cap (lower it to a trial)."""
    if ruling is not Ruling.APPROVE:
        return ruling, ()
    if unmet(guardrails, ConditionKind.GUARDRAIL):
        return Ruling.INCONCLUSIVE, ()
    if lifecycle.met is not False:
        return ruling, ()
    return Ruling.APPROVE_FOR_TRIAL, lifecycle.detail


def branch_reasons(found: Assessment) -> tuple[Reason, ...]:
    """Return what must be said about the branch: no ROI, an unbounded one, a trade-off, a one-off cost."""
    month = found.requests
    reasons: list[Reason] = []
    if found.branch is Branch.NOT_DEARER:
        high = None if found.cost.high is None else found.cost.high * month
        reasons.append(Reason(code=ReasonCode.NO_INCREMENTAL_COST, values=(("cost_high", high),)))
    elif found.branch is Branch.SPANS_ZERO and found.cost.low is not None and found.cost.high is not None:
        bounds = (("cost_low", found.cost.low * month), ("cost_high", found.cost.high * month))
        reasons.append(Reason(code=ReasonCode.ROI_UNBOUNDED, values=bounds))
    quality = found.quality.value
    if quality < 0 and found.cost.value < 0:
        values = (("quality", quality), ("cost", found.cost.value * month))
        reasons.append(Reason(code=ReasonCode.COST_SAVING_TRADE_OFF, values=values))
    if found.money.one_off > 0:
        values_one = (("one_off_usd", found.money.one_off), ("months", found.money.months))
        reasons.append(Reason(code=ReasonCode.ONE_OFF_COST, values=values_one))
    return tuple(reasons)
