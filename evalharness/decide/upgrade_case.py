"""The upgrade's case: what was found, and the parts of the verdict that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evalharness.core.decision import (
    Condition,
    ConditionKind,
    ConditionName,
    ControlCheck,
    Corner,
    Reason,
    ReasonCode,
    Ruling,
    SenaDecision,
)
from evalharness.core.experiment import ContextMode
from evalharness.decide.assess import Assessment, assess
from evalharness.decide.bench import Bench
from evalharness.decide.conditions import fact, too_few
from evalharness.decide.evidence import evidence_caps, evidence_conditions
from evalharness.decide.panel import disagreements
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
from evalharness.decide.stakes import Stakes
from evalharness.decide.unknowns import corner_verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeCase:
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
        split = disagreements(self.proof)
        if split:
            return Ruling.INCONCLUSIVE, uncapped, (*split, *caps)
        return capped, uncapped, caps


def upgrade_context(bench: Bench, sena: SenaDecision | None) -> ContextMode:
    """Return the context to judge in: raw, or Sena if that is to be deployed and has passed."""
    wanted = bench.study.experiment.deploy_context
    passed = sena is not None and sena.verdict.ruling is Ruling.PASS
    possible = bench.arms.pair(ContextMode.SENA) is not None
    return ContextMode.SENA if wanted is ContextMode.SENA and passed and possible else ContextMode.RAW


def build_case(stakes: Stakes, context: ContextMode, checks: tuple[ControlCheck, ...]) -> UpgradeCase:
    """Assess the upgrade on the decision's date and lay out every condition of its verdict."""
    assumptions = stakes.assumptions
    found = assess(stakes, stakes.bench.study.on, {})
    standing, field = found, None
    corners: tuple[Corner, ...] = ()
    reasons: tuple[Reason, ...] = ()
    if assumptions.unknowns():
        cornered = corner_verdicts(stakes)
        standing, corners, field = cornered.worst, cornered.corners, cornered.field
        reasons = (cornered.reason,)
    proof = proof_rows(stakes, standing, field)
    ruling, why = statistical_ruling(stakes, standing, proof, field)
    return replace(
        resting_case(stakes, context, checks), found=found, standing=standing, corners=corners, field=field,
        proof=proof, ruling=ruling,
        reasons=(*reasons, *why, *(branch_reasons(standing) if standing else ())),
    )  # fmt: skip


def resting_case(stakes: Stakes, context: ContextMode, checks: tuple[ControlCheck, ...]) -> UpgradeCase:
    """Lay out what no assumption changes: evidence, guardrails and lifecycle, with nothing assessed yet."""
    bench, assumptions = stakes.bench, stakes.assumptions
    return UpgradeCase(
        stakes=stakes, context=context, found=None, standing=None, corners=(), field=None, proof=(),
        guardrails=guardrail_conditions(bench, assumptions, context),
        lifecycle=lifecycle_condition(
            bench, bench.cells.arms[stakes.pair.minuend].model, assumptions.horizon_months
        ),
        evidence=(
            *evidence_conditions(bench, checks),
            rates_condition(bench, stakes.models, stakes.path(bench.study.on)),
            value_condition(bench, assumptions),
        ),
        ruling=Ruling.INCONCLUSIVE, reasons=(),
    )  # fmt: skip


def proof_rows(stakes: Stakes, standing: Assessment | None, field: str | None) -> tuple[Condition, ...]:
    """Return the proof conditions of an assessment; `field` is the unknown assumption that binds, if any."""
    detail = (
        () if field is None else (Reason(code=ReasonCode.UNKNOWN_ASSUMPTION, values=(("field", field),)),)
    )
    known = fact(
        ConditionName.ASSUMPTIONS_KNOWN, ConditionKind.PROOF, met=field is None, subject=field or "",
        detail=detail,
    )  # fmt: skip
    return (known, *(proof_conditions(stakes, standing) if standing else ()), *stakes.judges)


def statistical_ruling(
    stakes: Stakes, standing: Assessment | None, proof: tuple[Condition, ...], field: str | None
) -> tuple[Ruling, tuple[Reason, ...]]:
    """Return what the statistics say, guardrails and caps aside, with the reasons."""
    if field is not None:
        return Ruling.INCONCLUSIVE, ()
    if standing is None:
        reason = Reason(code=ReasonCode.TOO_FEW, values=(("what", "costs"), ("n", 0)))
        return Ruling.INCONCLUSIVE, (reason,)
    if standing.net.low is None:
        few = too_few(standing.net, stakes.pair.design.clusters is not None)
        return Ruling.INCONCLUSIVE, (few,)
    # Judges that disagree cap whatever the rest says, a rejection too: `UpgradeCase.final`.
    return rule_upgrade(standing, tuple(row for row in proof if row.name is not ConditionName.JUDGES_AGREE))


def rule_later(case: UpgradeCase, later: Assessment) -> Ruling:
    """Return the final ruling of an assessment on another day, vetoes and caps included."""
    if case.field is not None:
        return case.final(Ruling.INCONCLUSIVE)[0]
    ruling, _ = statistical_ruling(case.stakes, later, proof_rows(case.stakes, later, None), None)
    return case.final(ruling)[0]


def shown_reasons(case: UpgradeCase, final: Ruling) -> tuple[Reason, ...]:
    """Return the reasons that belong beside the final ruling."""
    # What the statistics alone would allow is no reason for a verdict that was vetoed or may not be given.
    allowed = final in (Ruling.APPROVE, Ruling.APPROVE_FOR_TRIAL)
    return tuple(r for r in case.reasons if allowed or r.code is not ReasonCode.ALL_HOLD)


def case_marks(case: UpgradeCase, sena: SenaDecision | None) -> tuple[Reason, ...]:
    """Return what must stand beside the verdict: waivers, held prices, Sena not passed, the ceiling."""
    marks: list[Reason] = []
    experiment = case.stakes.bench.study.experiment
    wanted = experiment.deploy_context
    if wanted is ContextMode.SENA and case.context is ContextMode.RAW:
        ruling = sena.verdict.ruling.value if sena else Ruling.NO_VERDICT.value
        marks.append(Reason(code=ReasonCode.SENA_NOT_PASSED, values=(("ruling", ruling),)))
    if experiment.waivers.unpaid_tier is not None:
        text = experiment.waivers.unpaid_tier
        marks.append(Reason(code=ReasonCode.UNPAID_TIER_WAIVED, values=(("text", text),)))
    # A met row with details is a waived one; one that is neither met nor unmet says what is not known.
    rows = (case.lifecycle, *case.evidence)
    marks += [reason for row in rows if row.met is not False and row.detail for reason in row.detail[-1:]]
    if case.standing:
        path = case.standing.path
        marks += [
            Reason(code=ReasonCode.PRICE_HELD, values=(("model", model), ("from", day.isoformat())))
            for model, day in path.held
        ]
        marks += [
            Reason(
                code=ReasonCode.PRICE_REROUTED,
                values=(("model", model), ("by", other), ("from", day.isoformat())),
            )
            for model, other, day in path.rerouted
        ]
        if case.standing.case.ceiling:
            ceiling = 1 - case.standing.values["baseline_satisfaction"]
            marks.append(Reason(code=ReasonCode.SATISFACTION_CEILING, values=(("ceiling", ceiling),)))
    return tuple(marks)
