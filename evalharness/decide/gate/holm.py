"""Several arms, one chance of a false alarm: each row is tested at the level that Holm's steps give it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.core.decision import Estimate
from evalharness.core.errors import InsufficientData
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design
from evalharness.decide.slices import holm


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """How far something passes its limit, case by case: a mean above zero is what must not be."""

    values: FloatArray
    """Shape (n,)."""
    design: Design
    unit: str

    def estimate(self, level: float) -> Estimate | None:
        """Return mean and one-sided bounds at a level of error; None with fewer than two units."""
        try:
            return mean_estimate(self.values, self.design, unit=self.unit, confidence=1 - level)
        except InsufficientData:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One row's test."""

    estimate: Estimate | None
    """With bounds at the row's own level; None if there were too few cases."""
    p: float | None
    """Holm-adjusted."""
    first_level: float
    """Level of the hardest step, at which the smallest detectable excess is stated."""
    alpha: float

    @property
    def passed_limit(self) -> bool:
        """Whether the mean excess is above zero beyond doubt."""
        return self.p is not None and self.p < self.alpha


def holm_tests(rows: Sequence[Excess], alpha: float) -> tuple[Tested, ...]:
    """Test all rows so that, where no mean is above zero, any is found with a chance of alpha at most.

    Args:
        rows: What is tested; those with fewer than two units are left untested and do not count.
        alpha: Chance of a false alarm over all of them.

    References:
        Holm (1979), Scandinavian Journal of Statistics 6.
    """
    raw = [estimate.p_greater if (estimate := row.estimate(alpha)) else None for row in rows]
    p_values = {i: p for i, p in enumerate(raw) if p is not None}
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    rank = {i: step for step, i in enumerate(sorted(p_values, key=lambda i: p_values[i]))}
    first = alpha / max(1, len(p_values))
    return tuple(
        Tested(
            estimate=row.estimate(alpha / (len(p_values) - rank[i])) if i in rank else None,
            p=adjusted.get(i), first_level=first, alpha=alpha,
        )
        for i, row in enumerate(rows)
    )  # fmt: skip
