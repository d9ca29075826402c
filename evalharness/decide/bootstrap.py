"""BCa bootstrap of the decisive contrast: a cross-check that decides nothing."""

from __future__ import annotations

import warnings

import numpy as np
from scipy import stats

from evalharness.core.decision import Estimate
from evalharness.decide.cells import FloatArray
from evalharness.decide.design import Design

RESAMPLES = 9999
MOST_UNITS = 2000
"""Beyond this the t bound and BCa agree, and resampling costs seconds."""


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

    def mean(numerator: FloatArray, denominator: FloatArray, axis: int = -1) -> FloatArray:
        ratio: FloatArray = numerator.sum(axis=axis) / denominator.sum(axis=axis)
        return ratio

    with warnings.catch_warnings():
        # Nearly equal units can still defeat the acceleration; the limits are then not finite, checked below.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        result = stats.bootstrap(
            (totals, weights), mean, paired=True, vectorized=True, n_resamples=RESAMPLES, batch=1000,
            method="BCa", confidence_level=2 * confidence - 1,
            rng=np.random.default_rng([seed & 0xFFFFFFFFFFFFFFFF, 0xBCA]),
        )  # fmt: skip
    low, high = float(result.confidence_interval.low), float(result.confidence_interval.high)
    if not (np.isfinite(low) and np.isfinite(high)):
        return None, "degenerate"
    value = float(totals.sum() / weights.sum())
    return Estimate(
        value=value, low=low, high=high, n=len(totals), se=float(result.standard_error),
        confidence=confidence, method="bca", unit=unit,
    ), ""  # fmt: skip


def _unit_sums(values: FloatArray, design: Design) -> tuple[FloatArray, FloatArray]:
    weights = design.weights / design.weights.mean()
    if design.clusters is None:
        return weights * values, weights
    _, unit = np.unique(design.clusters, return_inverse=True)
    totals: FloatArray = np.bincount(unit, weights=weights * values).astype(np.float64)
    sizes: FloatArray = np.bincount(unit, weights=weights).astype(np.float64)
    return totals, sizes
