"""Which method and budget a sweep speaks for, by a rule stated before the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.core.case import Case
from evalharness.gateway.sena.sweep import CONTROLS, Point, Sweep, paired_difference

RULE = (
    "Of the points whose token reduction is at least the experiment's threshold (lower 95 % bound), the one "
    "that keeps most key facts (lower 95 % bound). A method that costs more time is taken only if its bound "
    "is higher by more than one point. The facts limit is met if that bound reaches 1 - quality_loss."
)
_WORTH_A_DEARER_METHOD = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """How much more than a control the recommended point keeps, at the same budget."""

    control: str
    difference: float
    """Share of all key facts, with a two-sided 95 % interval."""
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What to put into the experiment file, and what it does not reach."""

    point: Point
    meets_facts: bool
    """Whether the facts limit is met; the token threshold always is."""
    facts_limit: float
    token_threshold: float
    safest: Point | None
    """The cheapest point that meets the facts limit, whatever its tokens; None if none does."""
    margins: tuple[Margin, ...]


def recommend(
    sweep: Sweep, cases: Sequence[Case], *, token_threshold: float, quality_loss: float
) -> Recommendation | None:
    """Apply the rule; None if no point saves enough tokens.

    Args:
        sweep: The measured grid, methods in order of what they cost.
        cases: The cases, in the order of the trials.
        token_threshold: Share of context tokens that must be saved.
        quality_loss: Share of the key facts that may be lost.
    """
    points = [point for point in sweep.points if point.method not in CONTROLS]
    best: Point | None = None
    for method in dict.fromkeys(point.method for point in points):
        saving = [p for p in points if p.method == method and p.reduction_low >= token_threshold]
        candidate = max(saving, key=lambda p: (p.facts_kept_low, p.reduction), default=None)
        handicap = _WORTH_A_DEARER_METHOD if best else 0.0
        if candidate and (best is None or candidate.facts_kept_low > best.facts_kept_low + handicap):
            best = candidate
    if best is None:
        return None
    limit = 1 - quality_loss
    safe = [point for point in points if point.facts_kept_low >= limit]
    return Recommendation(
        point=best,
        meets_facts=best.facts_kept_low >= limit,
        facts_limit=limit,
        token_threshold=token_threshold,
        safest=max(safe, key=lambda point: point.reduction, default=None),
        margins=tuple(_margin(sweep, cases, best, control) for control in CONTROLS if _has(sweep, control)),
    )


def _has(sweep: Sweep, method: str) -> bool:
    return any(point.method == method for point in sweep.points)


def _margin(sweep: Sweep, cases: Sequence[Case], best: Point, control: str) -> Margin:
    at_budget = {
        method: [t for t in sweep.trials if t.method == method and t.budget == best.budget]
        for method in (best.method, control)
    }
    difference, low, high = paired_difference(cases, at_budget[best.method], at_budget[control])
    return Margin(control=control, difference=difference, low=low, high=high)
