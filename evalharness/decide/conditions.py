"""Rows of the conditions table."""

from __future__ import annotations

from evalharness.core.decision import Condition, ConditionKind, ConditionName, Estimate, Reason, ReasonCode


def at_least(
    name: ConditionName,
    kind: ConditionKind,
    value: float | None,
    limit: float,
    *,
    unit: str,
    subject: str = "",
    strict: bool = True,
    detail: tuple[Reason, ...] = (),
) -> Condition:
    """Return a row that is met above its limit (at it, if not strict); a missing value is not met."""
    margin = None if value is None else value - limit
    met = margin is not None and bool(margin > 0 if strict else margin >= 0)
    return Condition(
        name=name, kind=kind, subject=subject, value=value, limit=limit, margin=margin, strict=strict,
        met=met, unit=unit, detail=detail,
    )  # fmt: skip


def at_most(
    name: ConditionName,
    kind: ConditionKind,
    value: float | None,
    limit: float,
    *,
    unit: str,
    subject: str = "",
    detail: tuple[Reason, ...] = (),
) -> Condition:
    """Return a row that is met at or below its limit; a missing value is not met."""
    margin = None if value is None else limit - value
    return Condition(
        name=name, kind=kind, subject=subject, value=value, limit=limit, margin=margin, strict=False,
        met=margin is not None and bool(margin >= 0), unit=unit, detail=detail,
    )  # fmt: skip


def fact(
    name: ConditionName,
    kind: ConditionKind,
    *,
    met: bool,
    subject: str = "",
    detail: tuple[Reason, ...] = (),
) -> Condition:
    """Return a row without a number: true or not."""
    return Condition(
        name=name, kind=kind, subject=subject, value=None, limit=None, margin=None, met=met, unit="none",
        detail=detail,
    )  # fmt: skip


def lower_bound(
    name: ConditionName, estimate: Estimate, *, unit: str, factor: float = 1.0, subject: str = ""
) -> Condition:
    """Return the proof row "the lower bound exceeds zero", scaled by factor (requests a month)."""
    value = None if estimate.low is None else estimate.low * factor
    return at_least(name, ConditionKind.PROOF, value, 0.0, unit=unit, subject=subject)


def unmet(conditions: tuple[Condition, ...], kind: ConditionKind) -> tuple[Condition, ...]:
    """Return the rows of a kind that are not met."""
    return tuple(row for row in conditions if row.kind is kind and row.met is False)


def too_few(estimate: Estimate, clustered: bool) -> Reason:
    """Return the reason for bounds that do not exist."""
    what = "clusters" if clustered else "cases"
    return Reason(code=ReasonCode.TOO_FEW, values=(("what", what), ("n", estimate.n)))
