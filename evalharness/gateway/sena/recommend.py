"""Which method and budget a sweep speaks for, by a rule stated before the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.core.case import Case
from evalharness.gateway.sena.sweep import CONTROLS, Point, Sweep, paired_difference

RULE = (
    "Of the points whose token reduction, as sent, exceeds the experiment's threshold by 5 % of itself "
    "(lower 95 % bound; the bill counts otherwise) and that keep at least 15 points more of the key facts "
    "than every control swept at the same budget, the one that keeps most key facts (lower 95 % bound); if "
    "none beats the controls so far, the best of the others, and that is said. A method that costs more "
    "time is taken only if its bound is higher by more than one point. The facts limit is met if that bound "
    "reaches 1 - quality_loss."
)
COUNTING_ALLOWANCE = 0.05
"""Share of the threshold by which an offline count may be off (docs/decisions/0003)."""
WORTH_OVER_CONTROLS = 0.15
"""Share of the key facts; a compressor that does not beat deletion clearly is no compressor."""
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
    beats_controls: bool
    """Whether it keeps so much more than every control that was swept."""
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
    needed = token_threshold * (1 + COUNTING_ALLOWANCE)
    saving = [point for point in points if point.reduction_low >= needed]
    clear = [point for point in saving if _beats_controls(point, sweep)]
    best = _best(clear or saving)
    if best is None:
        return None
    limit = 1 - quality_loss
    safe = [point for point in points if point.facts_kept_low >= limit]
    return Recommendation(
        point=best,
        meets_facts=best.facts_kept_low >= limit,
        beats_controls=bool(clear),
        facts_limit=limit,
        token_threshold=token_threshold,
        safest=max(safe, key=lambda point: point.reduction, default=None),
        margins=tuple(_margin(sweep, cases, best, control) for control in CONTROLS if _has(sweep, control)),
    )


def _best(points: Sequence[Point]) -> Point | None:
    """Return the point that keeps most facts; the first method wins unless a later one is clearly better."""
    best: Point | None = None
    for method in dict.fromkeys(point.method for point in points):
        own = [point for point in points if point.method == method]
        candidate = max(own, key=lambda point: (point.facts_kept_low, point.reduction))
        if best is None or candidate.facts_kept_low > best.facts_kept_low + _WORTH_A_DEARER_METHOD:
            best = candidate
    return best


def _beats_controls(point: Point, sweep: Sweep) -> bool:
    return all(
        point.facts_kept >= other.facts_kept + WORTH_OVER_CONTROLS
        for other in sweep.points
        if other.method in CONTROLS and other.budget == point.budget
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
