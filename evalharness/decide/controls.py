"""Controls: an A/A arm must show nothing, a damaged arm must be caught."""

from __future__ import annotations

from evalharness.core.decision import (
    Condition,
    ConditionKind,
    ConditionName,
    ControlCheck,
    Reason,
    ReasonCode,
)
from evalharness.core.experiment import ContextMode, Role
from evalharness.decide.bench import Bench
from evalharness.decide.conditions import fact
from evalharness.decide.costs import billed_tokens
from evalharness.decide.pairing import Pair, complete_differences
from evalharness.decide.severe import severe_losses

AA_CONFIDENCE = 0.975
"""Of each bound: a two-sided 95 % interval must hold zero, so 5 % of sound studies fail by chance."""
_NAMES = {Role.AA: ConditionName.AA, Role.DAMAGED: ConditionName.DAMAGED}
_CODES = {Role.AA: ReasonCode.AA_FAILED, Role.DAMAGED: ReasonCode.DAMAGED_FAILED}


def control_checks(bench: Bench) -> tuple[ControlCheck, ...]:
    """Check every aa and damaged arm against the arm that it copies."""
    return tuple(
        _check(bench, position, other)
        for position, arm in enumerate(bench.cells.arms)
        if arm.role in _NAMES and (other := _copied(bench, position)) is not None
    )


def control_conditions(checks: tuple[ControlCheck, ...]) -> tuple[Condition, ...]:
    """Return one evidence row for each check."""
    return tuple(
        fact(_NAMES[check.role], ConditionKind.EVIDENCE, met=check.passed, subject=check.arm,
             detail=() if check.passed else (_failure(check),))
        for check in checks
    )  # fmt: skip


def missing_controls(checks: tuple[ControlCheck, ...]) -> tuple[Reason, ...]:
    """Return a mark that says which kinds of control the study does without."""
    missing = [role.value for role in _NAMES if role not in {check.role for check in checks}]
    if not missing:
        return ()
    return (Reason(code=ReasonCode.NO_CONTROLS, values=(("missing", ",".join(missing)),)),)


def _copied(bench: Bench, position: int) -> int | None:
    arm = bench.cells.arms[position]
    context = ContextMode.RAW if arm.context is ContextMode.DAMAGED else arm.context
    for index in bench.arms.all:
        other = bench.cells.arms[index]
        if other.model == arm.model and other.context is context:
            return index
    return None


def _check(bench: Bench, position: int, other: int) -> ControlCheck:
    arm = bench.cells.arms[position]
    pair = bench.pair(position, other, main=False)
    is_aa = arm.role is Role.AA
    difference = bench.points(pair, confidence=AA_CONFIDENCE if is_aa else bench.confidence)
    low, high = difference.low, difference.high
    passed = False  # a control without bounds shows nothing, and so controls nothing
    vacuous = is_aa and _is_same_again(bench, pair)
    if low is not None and high is not None and not vacuous:
        passed = low <= 0 <= high if is_aa else high < 0
    return ControlCheck(
        role=arm.role,
        arm=arm.name,
        against=bench.cells.arms[other].name,
        difference=difference,
        passed=passed,
        severe=severe_losses(
            pair.quality,
            threshold_points=bench.study.experiment.thresholds.severe_loss,
            confidence=bench.confidence,
        ),
        vacuous=vacuous,
    )


def _is_same_again(bench: Bench, pair: Pair) -> bool:
    """Whether one arm's answers are the other's: equal scores, and equal bills to the token, on every case.

    Two draws of a model that varies are never that. Requests without a seed are, where whoever answers looks
    at nothing but the request, as the emulator does. Without bills nothing can be told.
    """
    bills = complete_differences(pair, billed_tokens(bench.cells))
    if bills is None or len(bills[0]) < len(pair.quality):
        return False
    return not bills[0].any() and not pair.quality.any()


def _failure(check: ControlCheck) -> Reason:
    if check.vacuous:
        return Reason(code=ReasonCode.AA_VACUOUS, values=(("arm", check.arm), ("against", check.against)))
    values = (("arm", check.arm), ("difference", check.difference.value))
    bounds = (("low", check.difference.low), ("high", check.difference.high))
    return Reason(
        code=_CODES[check.role], values=(*values, *(bounds if check.role is Role.AA else bounds[1:]))
    )
