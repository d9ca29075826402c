"""Fieller's interval for a ratio of two correlated means."""

from __future__ import annotations

import math

from evalharness.core.decision import RatioInterval

_FLAT = 1e-14
"""|A| below this share of b² is zero but for rounding."""


def fieller_set(
    numerator: float,
    denominator: float,
    *,
    v_numerator: float,
    v_denominator: float,
    v_both: float,
    quantile: float,
    confidence: float,
) -> RatioInterval:
    """Return the set of ratios that the data do not contradict.

    With a = numerator, b = denominator and q the t quantile: A = b² − q²·v_bb, H = a·b − q²·v_ab,
    D = H² − A·(a² − q²·v_aa), limits (H ± √D)/A. A > 0: bounded. A < 0 and D > 0: two rays, everything but
    the gap between the limits. D < 0 (or A = 0): the whole line.

    Args:
        numerator: Mean a.
        denominator: Mean b.
        v_numerator: Variance of the mean a.
        v_denominator: Variance of the mean b.
        v_both: Their covariance.
        quantile: t quantile q: of `confidence` for one-sided limits.
        confidence: Stored with the result.

    References:
        Fieller (1954), Some problems in interval estimation, JRSS B 16.
    """
    q2 = quantile**2
    a_term = denominator**2 - q2 * v_denominator
    h_term = numerator * denominator - q2 * v_both
    d_term = h_term**2 - a_term * (numerator**2 - q2 * v_numerator)
    if abs(d_term) <= _FLAT * h_term**2:
        d_term = 0.0  # no spread at all: the interval is the point itself
    if d_term < 0 or abs(a_term) <= _FLAT * denominator**2 or (a_term < 0 and d_term == 0):
        return RatioInterval(kind="unbounded", low=None, high=None, confidence=confidence)
    root = math.sqrt(d_term)
    low, high = sorted(((h_term - root) / a_term, (h_term + root) / a_term))
    kind = "bounded" if a_term > 0 else "two_rays"
    return RatioInterval(kind=kind, low=low, high=high, confidence=confidence)
