"""The upgrade verdict: Flash to Pro in the context that is to be deployed."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import (
    BreakEven,
    BreakEvenCurve,
    ControlCheck,
    Estimate,
    Reason,
    ReasonCode,
    SenaDecision,
    TornadoRow,
    UpgradeDecision,
    Verdict,
)
from evalharness.core.provenance import Origin
from evalharness.decide.assess import Assessment
from evalharness.decide.bench import Bench
from evalharness.decide.binding import upgrade_binding
from evalharness.decide.bootstrap import bca_estimate
from evalharness.decide.breakeven import Measured, break_even_curve, break_evens
from evalharness.decide.choices import choices
from evalharness.decide.contrasts import net_values
from evalharness.decide.dates import Validity, validity
from evalharness.decide.draws import means
from evalharness.decide.evidence import (
    assumption_marks,
    common_marks,
)
from evalharness.decide.flips import flips
from evalharness.decide.label_audit import label_marks
from evalharness.decide.next_step import next_step
from evalharness.decide.sensitivities import sensitivities
from evalharness.decide.severe import severe_losses
from evalharness.decide.slices import slices
from evalharness.decide.stakes import Stakes
from evalharness.decide.tornado import tornado
from evalharness.decide.upgrade_case import (
    UpgradeCase,
    build_case,
    case_marks,
    rule_later,
    shown_reasons,
    upgrade_context,
)


def decide_upgrade(
    bench: Bench,
    assumptions: Assumptions,
    checks: tuple[ControlCheck, ...],
    sena: SenaDecision | None,
    study_usd: Decimal,
) -> UpgradeDecision:
    """Judge the upgrade raw, or with Sena if that is to be deployed and has passed.

    Args:
        bench: The study.
        assumptions: How quality becomes money.
        checks: Control arms.
        sena: The compression decision.
        study_usd: What the study's answers cost.

    Raises:
        InsufficientData: If no case is scored in both arms.
        PricingError: If a month of the horizon has no price.
    """
    context = upgrade_context(bench, sena)
    stakes = Stakes(bench, assumptions, bench.upgrade_pair(context))
    case = build_case(stakes, context, checks)
    final, uncapped, caps = case.final(case.ruling)
    unknown = [field.name for field in assumptions.unknowns()]
    given = {name: case.standing.values[name] for name in unknown} if case.standing else {}
    dates = validity(stakes, final, case.standing, given, lambda later: rule_later(case, later))
    conditions = (*case.evidence, *case.proof, *case.guardrails, case.lifecycle)
    marks = (
        *common_marks(bench, checks), *assumption_marks(assumptions), *label_marks(stakes),
        *case_marks(case, sena),
    )  # fmt: skip
    bca, fallback = _bca(stakes, case.found)
    swings = _tornado(case)
    verdict = Verdict(
        ruling=final, uncapped=uncapped, would_be=bench.study.origin is not Origin.GOOGLE,
        reasons=shown_reasons(case, final), caps=caps, marks=(*marks, *fallback), conditions=conditions,
        binding=upgrade_binding(final, conditions, field=case.field, tornado=swings,
                                found=case.standing),
        valid_until=dates.valid_until, prices_hold_until=dates.prices_hold_until,
    )  # fmt: skip
    return _decision(case, verdict, dates, bca, swings=swings, study_usd=study_usd)


def _bca(stakes: Stakes, found: Assessment | None) -> tuple[Estimate | None, tuple[Reason, ...]]:
    if found is None:
        return None, ()
    if stakes.correction is not None:
        # Resampling cases would treat the few graded ones like the many that are not.
        return None, (Reason(code=ReasonCode.BCA_FELL_BACK, values=(("why", "labels"),)),)
    net = net_values(found.case.benefit, found.case.cost, found.threshold)
    estimate, why = bca_estimate(
        net, stakes.pair.design, unit="usd_per_request", confidence=stakes.bench.confidence,
        seed=stakes.bench.study.experiment.seed,
    )  # fmt: skip
    if estimate is not None:
        return estimate, ()
    return None, (Reason(code=ReasonCode.BCA_FELL_BACK, values=(("why", why),)),)


def _tornado(case: UpgradeCase) -> tuple[TornadoRow, ...]:
    found = case.found
    if found is None or found.joint is None:
        return ()
    return tornado(
        case.stakes.assumptions, {}, found.joint, tuple(found.path.shares.tolist()), case.stakes.exchange,
        threshold=found.threshold,
    )  # fmt: skip


def _measured(case: UpgradeCase) -> Measured | None:
    stakes = case.stakes
    path = stakes.path(stakes.bench.study.on)
    costs = stakes.cost_path(path)
    if costs is None:
        return None
    weights = stakes.pair.design.weights
    return Measured(
        quality=float(np.average(stakes.pair.quality, weights=weights)) + stakes.people_add,
        token_cost=float(np.average(costs @ path.shares, weights=weights)),
        latency_s=float(np.average(stakes.latency_s, weights=weights)),
    )


def _to_beat(case: UpgradeCase) -> float:
    return case.standing.threshold if case.standing else case.stakes.limits.roi


def _break_evens(case: UpgradeCase) -> tuple[BreakEven, ...]:
    stakes, measured = case.stakes, _measured(case)
    if measured is None:
        return ()
    stated = means(stakes.assumptions)
    return break_evens(stakes.assumptions, stated, measured, stakes.exchange, threshold=_to_beat(case))


def _curve(case: UpgradeCase) -> BreakEvenCurve | None:
    stakes, measured = case.stakes, _measured(case)
    if measured is None:
        return None
    stated = means(stakes.assumptions)
    return break_even_curve(stakes.assumptions, stated, measured, stakes.exchange, threshold=_to_beat(case))


def _decision(
    case: UpgradeCase,
    verdict: Verdict,
    dates: Validity,
    bca: Estimate | None,
    *,
    swings: tuple[TornadoRow, ...],
    study_usd: Decimal,
) -> UpgradeDecision:
    stakes, found = case.stakes, case.found
    bench, pair = stakes.bench, stakes.pair
    limits, evens = stakes.limits, _break_evens(case)
    at_run_date = stakes.cost_on(bench.study.on)
    latency = bench.difference(pair, bench.cells.latency_ms, "ms")
    return UpgradeDecision(
        verdict=verdict,
        context=case.context,
        control_arm=bench.cells.arms[pair.subtrahend].name,
        treatment_arm=bench.cells.arms[pair.minuend].name,
        branch=case.standing.branch if case.standing else None,
        quality=stakes.estimate(pair.quality, "points"),
        cost=found.cost if found else None,
        cost_at_run_date=None if at_run_date is None else stakes.estimate(at_run_date),
        latency=latency,
        net_at_threshold=found.net_at_threshold if found else None,
        net=found.net if found else None,
        tail_guard=found.tail_guard if found else None,
        with_allowance=found.with_allowance if found else None,
        non_inferiority=found.non_inferiority if found else None,
        bca=bca,
        fieller=found.fieller if found else None,
        money=found.money if found else None,
        monte_carlo=found.monte_carlo if found else None,
        break_evens=evens,
        flips=flips(stakes, evens, swings),
        curve=_curve(case),
        tornado=swings,
        corners=case.corners,
        next=next_step(stakes, found, study_usd=study_usd, binding=verdict.binding, tornado=swings),
        dates=dates.rows,
        sensitivities=sensitivities(bench, stakes.assumptions, case.context, stakes, found),
        slices=slices(stakes, found),
        severe=severe_losses(pair.quality, threshold_points=limits.severe_loss, confidence=bench.confidence),
        choices=choices(stakes, found),
    )
