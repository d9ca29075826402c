"""BCa bootstrap of the decisive contrast: a cross-check that decides nothing."""

from __future__ import annotations

import math

import numpy as np

from evalharness.core.decision import Estimate
from evalharness.decide.cells import FloatArray
from evalharness.decide.design import Design
from evalharness.decide.distributions import normal_below, normal_quantile

RESAMPLES = 9999
MOST_UNITS = 2000
"""Beyond this the t bound and BCa agree, and resampling costs seconds."""
_BATCH = 1000
"""Resamples at once, which bounds memory."""


def bca_estimate(
    values: FloatArray, design: Design, *, unit: str, confidence: float, seed: int
) -> tuple[Estimate | None, str]:
    """Return the BCa interval of the weighted mean, resampling independent units.

    Args:
        values: One per case, shape (n,).
        design: Of the same cases; clusters are resampled whole.
        unit: Of the values.
        confidence: Of each bound, one-sided.
        seed: Of the resampling.

    Returns:
        The estimate, or None and why it fell back: "degenerate" (all units equal: BCa is not a number there)
        or "too_many" (more than MOST_UNITS).
    """
    totals, weights = _unit_sums(values, design)
    if len(totals) > MOST_UNITS:
        return None, "too_many"
    if len(totals) < 3 or np.ptp(totals / weights) <= 1e-12 * np.abs(totals / weights).max():
        return None, "degenerate"

    means = _resampled_means(totals, weights, seed)
    low, high = _bca_ends(means, totals, weights, confidence)
    if not (np.isfinite(low) and np.isfinite(high)):
        return None, "degenerate"
    return Estimate(
        value=float(totals.sum() / weights.sum()), low=low, high=high, n=len(totals),
        se=float(means.std(ddof=1)), confidence=confidence, method="bca", unit=unit,
    ), ""  # fmt: skip


def _resampled_means(totals: FloatArray, weights: FloatArray, seed: int) -> FloatArray:
    """Return the mean of each resample of as many units, drawn with replacement."""
    rng, n = np.random.default_rng([seed & 0xFFFFFFFFFFFFFFFF, 0xBCA]), len(totals)
    means = []
    for begin in range(0, RESAMPLES, _BATCH):
        drawn = rng.integers(0, n, (min(_BATCH, RESAMPLES - begin), n))
        means.append(totals[drawn].sum(axis=-1) / weights[drawn].sum(axis=-1))
    return np.concatenate(means)


def _bca_ends(
    means: FloatArray, totals: FloatArray, weights: FloatArray, confidence: float
) -> tuple[float, float]:
    """Return the two limits of the bias-corrected and accelerated interval; not finite where it has none.

    A test holds them to scipy.stats.bootstrap, whose import takes longer than the resampling.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, §14.3.
    """
    mean = totals.sum() / weights.sum()
    below = ((means < mean).mean() + (means <= mean).mean()) / 2
    without = (totals.sum() - totals) / (weights.sum() - weights)
    influence = without.mean() - without
    spread = (influence**2).sum() ** 1.5
    with np.errstate(all="ignore"):
        # Nearly equal units can defeat the acceleration; the limits are then not finite.
        bias, acceleration = normal_quantile(below), (influence**3).sum() / (6 * spread)
        shifts = bias + normal_quantile(np.array([1 - confidence, confidence]))
        levels = normal_below(bias + shifts / (1 - acceleration * shifts))
    if not np.isfinite(levels).all():
        return math.nan, math.nan
    low, high = (float(end) for end in np.quantile(means, levels))
    return low, high


def _unit_sums(values: FloatArray, design: Design) -> tuple[FloatArray, FloatArray]:
    weights = design.weights / design.weights.mean()
    if design.clusters is None:
        return weights * values, weights
    _, unit = np.unique(design.clusters, return_inverse=True)
    totals: FloatArray = np.bincount(unit, weights=weights * values).astype(np.float64)
    sizes: FloatArray = np.bincount(unit, weights=weights).astype(np.float64)
    return totals, sizes
