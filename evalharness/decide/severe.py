"""Severe losses, with the exact bound of how often they may happen."""

from __future__ import annotations

from evalharness.core.decision import SevereLosses
from evalharness.decide.cells import FloatArray
from evalharness.decide.distributions import beta_quantile


def clopper_pearson_upper(count: int, n: int, confidence: float) -> float:
    """Return the one-sided exact upper bound of a share; 0 of 100 at 95 % gives 2.95 %.

    References:
        Clopper and Pearson (1934), Biometrika 26.
    """
    return 1.0 if count == n else float(beta_quantile(confidence, count + 1, n - count))


def severe_losses(differences: FloatArray, *, threshold_points: float, confidence: float) -> SevereLosses:
    """Count the cases that lose at least threshold_points, shape (n,) of differences in points."""
    count, n = int((differences <= -threshold_points + 1e-9).sum()), len(differences)
    return SevereLosses(
        threshold_points=threshold_points,
        count=count,
        n=n,
        share=count / n if n else 0.0,
        high=clopper_pearson_upper(count, n, confidence),
        confidence=confidence,
    )
