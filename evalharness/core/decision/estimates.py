"""Estimates: a value, its bounds and the number of independent units behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean (or share, or ratio) with its uncertainty."""

    value: float
    low: float | None
    """One-sided lower bound; None if unbounded or not estimable."""
    high: float | None
    n: int
    """Independent units behind it: cases, or clusters in a clustered design."""
    se: float | None = None
    df: float | None = None
    confidence: float
    """Of each bound, one-sided."""
    p_greater: float | None = None
    """One-sided p value of "the mean is greater than zero"; None where no test is made."""
    method: str
    """t | weighted t | stratified t | cluster t | degenerate | clopper-pearson | bca | fieller | mean"""
    unit: str
    """points | usd_per_request | usd_per_month | share | tokens | ms | ratio"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SevereLosses:
    """Cases on which an arm loses badly."""

    threshold_points: float
    count: int
    n: int
    share: float
    high: float
    """One-sided Clopper-Pearson bound of the share."""
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioInterval:
    """Fieller set of ROI = B/C - 1."""

    kind: str
    """bounded: [low, high]; two_rays: (-inf, low] and [high, inf); unbounded: the whole line."""
    low: float | None
    high: float | None
    confidence: float
    """Of each limit, one-sided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Five points of a distribution."""

    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
