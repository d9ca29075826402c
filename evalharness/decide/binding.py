"""What binds: the one thing that would have to change first."""

from __future__ import annotations

from evalharness.core.decision import (
    Binding,
    BindingKind,
    Condition,
    ConditionKind,
    ConditionName,
    Ruling,
    TornadoRow,
)
from evalharness.decide.assess import Assessment
from evalharness.decide.conditions import unmet
from evalharness.decide.evidence import evidence_binding
from evalharness.decide.panel import judges_binding

_OF_SAMPLE = (
    ConditionName.NET_AT_THRESHOLD,
    ConditionName.NET,
    ConditionName.TAIL_GUARD,
    ConditionName.NON_INFERIOR,
    ConditionName.NON_INFERIOR_TAIL,
)
_MEASURED = ("quality_difference", "cost_difference", "latency_difference")


def upgrade_binding(
    ruling: Ruling,
    conditions: tuple[Condition, ...],
    *,
    field: str | None,
    tornado: tuple[TornadoRow, ...],
    found: Assessment | None,
) -> Binding | None:
    """Name what stands between the verdict and an approval; None for APPROVE and for REJECT.

    Evidence comes first (a cost that nobody knows included), then judges that disagree, an unknown
    assumption, the statistics (sample or assumption, whichever spreads the answer more), the judge's
    allowance, NPV, guardrails, and the lifecycle cap.
    """
    first = evidence_binding(conditions) or judges_binding(conditions)
    if first is not None or ruling in (Ruling.APPROVE, Ruling.REJECT):
        return first
    if ruling is Ruling.APPROVE_FOR_TRIAL:
        return Binding(kind=BindingKind.CAP, condition=ConditionName.LIFECYCLE)
    if field is not None:
        return Binding(kind=BindingKind.ASSUMPTION, condition=ConditionName.ASSUMPTIONS_KNOWN, field=field)
    if found is None:
        return Binding(kind=BindingKind.EVIDENCE, condition=ConditionName.NET_AT_THRESHOLD)
    proof = {row.name: row for row in unmet(conditions, ConditionKind.PROOF)}
    return _statistical(proof, tornado, found) or _vetoing(conditions)


def widest_assumption(tornado: tuple[TornadoRow, ...]) -> str | None:
    """Return the assumption that moves the result most, None if none has a width."""
    return next(iter(widest_assumptions(tornado)), None)


def widest_assumptions(tornado: tuple[TornadoRow, ...]) -> list[str]:
    """Return the assumptions that have a width, what moves the result most first."""
    return [row.name for row in tornado if row.name not in _MEASURED]


def _statistical(
    proof: dict[ConditionName, Condition], tornado: tuple[TornadoRow, ...], found: Assessment
) -> Binding | None:
    sample = next((name for name in _OF_SAMPLE if name in proof), None)
    uncertain = ConditionName.ROI_PROBABILITY in proof
    widest = widest_assumption(tornado)
    chance = found.chance
    assumed = chance is not None and chance.assumption_sd > chance.sample_sd
    if uncertain and widest is not None and (sample is None or assumed):
        return Binding(
            kind=BindingKind.ASSUMPTION, condition=ConditionName.ROI_PROBABILITY, field=widest, also=sample
        )  # fmt: skip
    if sample is not None or uncertain:
        return Binding(kind=BindingKind.SAMPLE, condition=sample or ConditionName.ROI_PROBABILITY)
    if ConditionName.BIAS_ALLOWANCE in proof:
        return Binding(kind=BindingKind.JUDGE, condition=ConditionName.BIAS_ALLOWANCE)
    if ConditionName.NPV in proof:
        return Binding(kind=BindingKind.MONEY, condition=ConditionName.NPV)
    return None


def _vetoing(conditions: tuple[Condition, ...]) -> Binding | None:
    rows = unmet(conditions, ConditionKind.GUARDRAIL)
    if not rows:
        return None
    return Binding(kind=BindingKind.GUARDRAIL, condition=rows[0].name, subject=rows[0].subject)
