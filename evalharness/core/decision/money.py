"""Quality to money: the price path, Monte Carlo, break-evens and what moves the result."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from evalharness.core.decision.estimates import Quantiles
from evalharness.core.decision.verdict import Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class MonteCarlo:
    """Sampling and assumptions together."""

    draws: int
    seed: int
    probability: float
    """P(ROI > threshold) over the price path, one-off cost included."""
    threshold: float
    curve: tuple[tuple[float, float], ...]
    """Pairs (r, P(ROI > r)), non-increasing."""
    cost_positive: float
    """P(C > 0)."""
    net_benefit: Quantiles
    """USD a month, B - C, mean over the horizon."""
    npv: Quantiles
    """USD."""
    roi: Quantiles | None
    """Over the horizon; None unless P(C > 0) is practically 1."""
    sample_sd: float
    """SD of monthly B - (1 + r)C from sampling alone, assumptions at their means, USD."""
    assumption_sd: float
    """SD of the same from the assumptions alone, quality and cost at their means, USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """One month of the price path."""

    month: int
    """1 is the month that starts on the decision's date."""
    starts: dt.date
    benefit: float
    cost: float
    """Incremental cost at that month's announced prices, ops included, one-off excluded."""
    net: float
    cumulative: float
    """Running sum of net, one-off cost subtracted at the start."""
    roi: float | None = None
    """ROI of all months up to this one, one-off cost included; None while they do not cost more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Point figures with every assumption at its mean, USD."""

    months: int
    requests_per_month: float
    value_per_point: float
    """V: USD per score point per request."""
    benefit: float
    """B a month, latency loss already taken off."""
    latency_loss: float
    """USD a month."""
    cost: float
    """C a month: mean over the price path, ops included, one-off excluded."""
    cost_at_run_date: float
    """C a month at the decision date's prices held still."""
    ops: float
    one_off: float
    roi: float | None
    """Headline: [sum of (B - C_m) - I0] / (sum of C_m + I0) over the price path; None if not dearer."""
    roi_at_run_date: float | None
    """(B - C)/C at the decision date's prices, one-off excluded; None if C <= 0."""
    npv: float
    payback_months: float | None
    """I0/(B - C), months priced one by one; None if the horizon brings nothing back."""
    path: tuple[MonthRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """The value of one input at which B = (1 + r)C, all others at their means."""

    name: str
    """quality_difference (points), value_per_point (USD), or an assumption's name."""
    value: float | None
    """None if no value in its domain breaks even."""
    current: float | None
    """Its measured value or mean; None if unknown."""
    unit: str
    direction: str
    """at_least | at_most: on which side of the value the upgrade pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """Where one assumption, known exactly, turns the money conditions, all others as doubtful as stated.

    The money conditions are the bounds, the tail guard, the judge's bias allowance, P and NPV together.
    """

    name: str
    value: float | None
    """From where on all of them hold; None if they do not turn between the mean and the reach."""
    current: float | None
    """The assumption's mean; None if unknown."""
    reach: float
    """The last value that was tried."""
    unit: str
    direction: str
    """at_least | at_most: on which side of the value they hold."""
    holds: bool
    """Whether all of them hold with the assumption known to be its mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEvenCurve:
    """Pairs of two unknowns that break even together."""

    x: str
    y: str
    x_unit: str
    y_unit: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TornadoRow:
    """Swing of monthly B - (1 + r)C when one input goes from its p5 to its p95, others at their medians."""

    name: str
    """An assumption's name, or quality_difference, cost_difference, latency_difference."""
    low_input: float
    high_input: float
    at_low: float
    at_high: float
    swing: float
    """|at_high - at_low|, USD a month; rows are sorted by it, largest first."""
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """The verdict as it would be on another day."""

    on: dt.date
    why: str
    """run | price_change"""
    cost_per_request: float
    """Incremental, at that day's prices, ops and one-off excluded, USD."""
    roi_at_prices: float | None
    """That day's prices held still; None if C <= 0."""
    roi: float | None
    """Over the price path from that day."""
    ruling: Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """The ruling at one corner of the stated bounds of unknown assumptions."""

    values: tuple[tuple[str, float], ...]
    ruling: Ruling
