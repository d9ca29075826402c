"""A sweep's points judged by answers, and the one that they speak for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.core.decision import Estimate, Ruling, SenaModel
from evalharness.decide.bench import Bench
from evalharness.decide.sena import compression_models, rule_sena, sena_conditions

ANSWERS_RULE = (
    "A point passes if, for both models, the lower bounds of the quality kept beyond the tolerated loss "
    "(tail guard included) and of the context tokens saved beyond the required share, as billed and net, are "
    "above zero. Of those that pass, the one that saves most tokens (lower bound, worse model); methods that "
    "cost less time first. If none passes, of those that save enough tokens the one that keeps most quality "
    "(lower bound, worse model), and that is no recommendation."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredPoint:
    """One method at one budget, judged by the answers to what it kept."""

    method: str
    budget: float
    ruling: Ruling
    """Of the two conditions alone: what a whole study checks besides (controls, completeness) is not here."""
    models: tuple[SenaModel, ...]

    @property
    def quality_low(self) -> float:
        """Lower bound of the quality kept beyond the tolerated loss, tail guard included, worse model."""
        return min(_low(estimate) for m in self.models for estimate in (m.quality, m.quality_tail))

    @property
    def tokens_low(self) -> float:
        """Lower bound of the context tokens saved beyond the required share, worse model."""
        return min(_low(model.tokens) for model in self.models)

    @property
    def saved_low(self) -> float:
        """Lower bound of the share of context tokens saved, net, worse model."""
        return min(_low(model.net_reduction) for model in self.models)


def judge_point(bench: Bench, *, method: str, budget: float) -> AnsweredPoint | None:
    """Judge a study of one compression; None if no case is scored with and without it."""
    models = compression_models(bench)
    if not models:
        return None
    ruling = rule_sena(models, sena_conditions(models))
    return AnsweredPoint(method=method, budget=budget, ruling=ruling, models=models)


def choose_answered(points: Sequence[AnsweredPoint]) -> AnsweredPoint | None:
    """Apply the rule; the first of equals wins, so give the cheapest method first.

    Returns:
        The point to use if it passes, else the nearest to passing; None if none saves enough tokens.
    """
    passed = [point for point in points if point.ruling is Ruling.PASS]
    if passed:
        return max(passed, key=lambda point: point.saved_low)
    saving = [point for point in points if point.tokens_low > 0]
    return max(saving, key=lambda point: point.quality_low, default=None)


def _low(estimate: Estimate | None) -> float:
    return -math.inf if estimate is None or estimate.low is None else estimate.low
