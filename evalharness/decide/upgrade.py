"""The upgrade verdict: Flash to Pro in the context that is to be deployed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import (
    BreakEven,
    BreakEvenCurve,
    Condition,
    ConditionKind,
    ConditionName,
    ControlCheck,
    Corner,
    Estimate,
    Reason,
    ReasonCode,
    Ruling,
    SenaDecision,
    TornadoRow,
    UpgradeDecision,
    Verdict,
)
from evalharness.core.experiment import ContextMode
from evalharness.core.provenance import Origin
from evalharness.decide.assess import Assessment, Stakes, assess
from evalharness.decide.bench import Bench
from evalharness.decide.binding import upgrade_binding
from evalharness.decide.bootstrap import bca_estimate
from evalharness.decide.breakeven import Measured, break_even_curve, break_evens
from evalharness.decide.conditions import fact, too_few
from evalharness.decide.contrasts import net_values
from evalharness.decide.dates import Validity, validity
from evalharness.decide.draws import means
from evalharness.decide.evidence import (
    assumption_marks,
    common_marks,
    evidence_caps,
    evidence_conditions,
)
from evalharness.decide.next_step import next_step
from evalharness.decide.rulings import (
    apply_vetoes,
    branch_reasons,
    guardrail_conditions,
    lifecycle_condition,
    proof_conditions,
    rates_condition,
    rule_upgrade,
    value_condition,
)
from evalharness.decide.sensitivities import sensitivities
from evalharness.decide.severe import severe_losses
from evalharness.decide.slices import slices
from evalharness.decide.tornado import tornado
from evalharness.decide.unknowns import corner_verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """The upgrade's case: what was found, and the parts of the verdict that follow."""

    stakes: Stakes
    context: ContextMode
    found: Assessment | None
    """Numbers that may be shown; None while an assumption is unknown or no cost is known."""
    standing: Assessment | None
    """Numbers under the conditions table: found, or the worst corner of the unknowns' bounds."""
    corners: tuple[Corner, ...]
    field: str | None
    """The unknown assumption that binds."""
    proof: tuple[Condition, ...]
    guardrails: tuple[Condition, ...]
    lifecycle: Condition
    evidence: tuple[Condition, ...]
    ruling: Ruling
    """What the statistics say."""
    reasons: tuple[Reason, ...]

    def final(self, ruling: Ruling) -> tuple[Ruling, Ruling, tuple[Reason, ...]]:
        """Return the ruling with vetoes and caps, the one without caps, and the caps."""
        missing = evidence_caps(self.evidence)
        if missing or any(row.met is False for row in self.evidence):
            return Ruling.NO_VERDICT, Ruling.NO_VERDICT, missing
        capped, caps = apply_vetoes(ruling, self.guardrails, self.lifecycle)
        uncapped = Ruling.APPROVE if capped is Ruling.APPROVE_FOR_TRIAL else capped
        return capped, uncapped, caps


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
        study_usd: What the study spent.

    Raises:
        InsufficientData: If no case is scored in both arms.
        PricingError: If a month of the horizon has no price.
    """
    context = _context(bench, sena)
    stakes = Stakes(bench, assumptions, bench.upgrade_pair(context))
    case = _case(stakes, context, checks)
    final, uncapped, caps = case.final(case.ruling)
    given = dict(case.standing.values) if case.found is None and case.standing else {}
    dates = validity(stakes, final, case.standing, given, lambda later: _rule_later(case, later))
    conditions = (*case.evidence, *case.proof, *case.guardrails, case.lifecycle)
    marks = (
        *common_marks(bench, checks), *assumption_marks(bench, assumptions), *_own_marks(case, sena),
    )  # fmt: skip
    bca, fallback = _bca(stakes, case.found)
    verdict = Verdict(
        ruling=final, uncapped=uncapped, would_be=bench.study.origin is not Origin.GOOGLE,
        reasons=_reasons(case, final), caps=caps, marks=(*marks, *fallback), conditions=conditions,
        binding=upgrade_binding(final, conditions, field=case.field, tornado=_tornado(case),
                                found=case.standing),
        valid_until=dates.valid_until, prices_hold_until=dates.prices_hold_until,
    )  # fmt: skip
    return _decision(case, verdict, dates, bca, study_usd)


def _context(bench: Bench, sena: SenaDecision | None) -> ContextMode:
    wanted = bench.study.experiment.deploy_context
    passed = sena is not None and sena.verdict.ruling is Ruling.PASS
    possible = bench.arms.pair(ContextMode.SENA) is not None
    return ContextMode.SENA if wanted is ContextMode.SENA and passed and possible else ContextMode.RAW


def _case(stakes: Stakes, context: ContextMode, checks: tuple[ControlCheck, ...]) -> _Case:
    bench, assumptions = stakes.bench, stakes.assumptions
    on = bench.study.on
    found = assess(stakes, on, {})
    standing, field = found, None
    corners: tuple[Corner, ...] = ()
    reasons: tuple[Reason, ...] = ()
    if assumptions.unknowns():
        cornered = corner_verdicts(stakes)
        standing, corners, field = cornered.worst, cornered.corners, cornered.field
        reasons = (cornered.reason,)
    proof = _proof(stakes, standing, field)
    ruling, why = _rule(stakes, standing, proof, field)
    path = standing.path if standing else stakes.path(on)
    return _Case(
        stakes=stakes, context=context, found=found, standing=standing, corners=corners, field=field,
        proof=proof, guardrails=guardrail_conditions(bench, assumptions, context),
        lifecycle=lifecycle_condition(
            bench, bench.cells.arms[stakes.pair.minuend].model, assumptions.horizon_months
        ),
        evidence=(
            *evidence_conditions(bench, checks), rates_condition(bench, stakes.models, path),
            value_condition(bench, assumptions),
        ),
        ruling=ruling,
        reasons=(*reasons, *why, *(branch_reasons(standing) if standing else ())),
    )  # fmt: skip


def _proof(stakes: Stakes, standing: Assessment | None, field: str | None) -> tuple[Condition, ...]:
    detail = (
        () if field is None else (Reason(code=ReasonCode.UNKNOWN_ASSUMPTION, values=(("field", field),)),)
    )
    known = fact(
        ConditionName.ASSUMPTIONS_KNOWN, ConditionKind.PROOF, met=field is None, subject=field or "",
        detail=detail,
    )  # fmt: skip
    return (known, *(proof_conditions(stakes, standing) if standing else ()))


def _rule(
    stakes: Stakes, standing: Assessment | None, proof: tuple[Condition, ...], field: str | None
) -> tuple[Ruling, tuple[Reason, ...]]:
    if field is not None:
        return Ruling.INCONCLUSIVE, ()
    if standing is None:
        reason = Reason(code=ReasonCode.TOO_FEW, values=(("what", "costs"), ("n", 0)))
        return Ruling.INCONCLUSIVE, (reason,)
    if standing.net.low is None:
        few = too_few(standing.net, stakes.pair.design.clusters is not None)
        return Ruling.INCONCLUSIVE, (few,)
    return rule_upgrade(standing, proof)


def _rule_later(case: _Case, later: Assessment) -> Ruling:
    if case.field is not None:
        return case.final(Ruling.INCONCLUSIVE)[0]
    ruling, _ = _rule(case.stakes, later, _proof(case.stakes, later, None), None)
    return case.final(ruling)[0]


def _reasons(case: _Case, final: Ruling) -> tuple[Reason, ...]:
    # What the statistics alone would allow is no reason for a verdict that was vetoed or may not be given.
    allowed = final in (Ruling.APPROVE, Ruling.APPROVE_FOR_TRIAL)
    return tuple(r for r in case.reasons if allowed or r.code is not ReasonCode.ALL_HOLD)


def _own_marks(case: _Case, sena: SenaDecision | None) -> tuple[Reason, ...]:
    marks: list[Reason] = []
    wanted = case.stakes.bench.study.experiment.deploy_context
    if wanted is ContextMode.SENA and case.context is ContextMode.RAW:
        ruling = sena.verdict.ruling.value if sena else Ruling.NO_VERDICT.value
        marks.append(Reason(code=ReasonCode.SENA_NOT_PASSED, values=(("ruling", ruling),)))
    # A met row with details is a waived one.
    rows = (case.lifecycle, *case.evidence)
    marks += [reason for row in rows if row.met and row.detail for reason in row.detail[-1:]]
    if case.standing:
        held = case.standing.path.held
        marks += [
            Reason(code=ReasonCode.PRICE_HELD, values=(("model", model), ("from", day.isoformat())))
            for model, day in held
        ]
        if case.standing.case.ceiling:
            ceiling = 1 - case.standing.values["baseline_satisfaction"]
            marks.append(Reason(code=ReasonCode.SATISFACTION_CEILING, values=(("ceiling", ceiling),)))
    return tuple(marks)


def _bca(stakes: Stakes, found: Assessment | None) -> tuple[Estimate | None, tuple[Reason, ...]]:
    if found is None:
        return None, ()
    net = net_values(found.case.benefit, found.case.cost, stakes.limits.roi)
    estimate, why = bca_estimate(
        net, stakes.pair.design, unit="usd_per_request", confidence=stakes.bench.confidence,
        seed=stakes.bench.study.experiment.seed,
    )  # fmt: skip
    if estimate is not None:
        return estimate, ()
    return None, (Reason(code=ReasonCode.BCA_FELL_BACK, values=(("why", why),)),)


def _tornado(case: _Case) -> tuple[TornadoRow, ...]:
    found = case.found
    if found is None or found.joint is None:
        return ()
    return tornado(
        case.stakes.assumptions, {}, found.joint, tuple(found.path.shares.tolist()), case.stakes.exchange,
        threshold=case.stakes.limits.roi,
    )  # fmt: skip


def _measured(case: _Case) -> Measured | None:
    stakes = case.stakes
    path = stakes.path(stakes.bench.study.on)
    costs = stakes.cost_path(path)
    if costs is None:
        return None
    weights = stakes.pair.design.weights
    return Measured(
        quality=float(np.average(stakes.pair.quality, weights=weights)),
        token_cost=float(np.average(costs @ path.shares, weights=weights)),
        latency_s=float(np.average(stakes.latency_s, weights=weights)),
    )


def _break_evens(case: _Case) -> tuple[BreakEven, ...]:
    stakes, measured = case.stakes, _measured(case)
    if measured is None:
        return ()
    stated = means(stakes.assumptions)
    return break_evens(stakes.assumptions, stated, measured, stakes.exchange, threshold=stakes.limits.roi)


def _curve(case: _Case) -> BreakEvenCurve | None:
    stakes, measured = case.stakes, _measured(case)
    if measured is None:
        return None
    stated = means(stakes.assumptions)
    return break_even_curve(
        stakes.assumptions, stated, measured, stakes.exchange, threshold=stakes.limits.roi
    )


def _decision(
    case: _Case, verdict: Verdict, dates: Validity, bca: Estimate | None, study_usd: Decimal
) -> UpgradeDecision:
    stakes, found = case.stakes, case.found
    bench, pair = stakes.bench, stakes.pair
    limits = stakes.limits
    net = None if found is None else net_values(found.case.benefit, found.case.cost, limits.roi)
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
        break_evens=_break_evens(case),
        curve=_curve(case),
        tornado=_tornado(case),
        corners=case.corners,
        next=next_step(stakes, found, study_usd=study_usd, binding=verdict.binding),
        dates=dates.rows,
        sensitivities=sensitivities(bench, stakes.assumptions, case.context, stakes, found),
        slices=slices(stakes, net),
        severe=severe_losses(pair.quality, threshold_points=limits.severe_loss, confidence=bench.confidence),
    )
