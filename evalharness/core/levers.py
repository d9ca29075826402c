"""What it takes to judge the upgrade again under other values of what is assumed: the what-if panel's data.

Everything here is rounded as a page states it, so that whoever computes with it, in Python or in a browser,
starts from the same numbers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

SCORES: Final = (-6.0, 0.05, 241)
"""Normal scores at which quantiles are tabled: the first, the step between two, and how many."""
NODE_BITS: Final = 13
"""The quadrature has 2 to the power of this many nodes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One assumption that the verdict uses."""

    name: str
    unit: str
    mean: float | None
    """Where contrasts evaluate it; None while nobody has stated it."""
    table: tuple[float, ...]
    """Its quantiles at the normal scores of SCORES; empty if it is fixed or unknown."""
    p05: float | None
    p50: float | None
    p95: float | None
    low: float
    """Least value that the panel offers."""
    high: float
    least: float | None
    """Least value that the field can have at all; None for no limit."""
    most: float | None
    above: bool
    """Whether `least` itself is excluded."""
    logarithmic: bool
    """Whether equal steps of its slider are equal factors."""
    movable: bool
    """Whether the panel has a slider for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSpan:
    """The prices in force from a day on, until the next span begins."""

    starts: dt.date
    regime: int | None
    """Row of `costs`; None if some price is not announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelShift:
    """What people's grades add to the judge's scores (decide.labelled.Correction)."""

    at: tuple[int, ...]
    """Positions of the graded cases."""
    known: tuple[int, ...]
    """Positions of the cases whose score no person can change."""
    treatment: tuple[float, ...]
    """Points added to the treatment's score of each graded case."""
    control: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """When the candidate model leaves, as the rate card announces it."""

    preview: bool
    ends: tuple[dt.date, ...]
    waived: bool
    known: bool
    """False where nothing is known of the model's life: the row then does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One position of all levers."""

    on: dt.date
    months: int
    threshold: float
    values: tuple[tuple[str, float], ...] = ()
    """Moved assumptions; what stays is drawn from its distribution and counts at its mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What the levers say at a setting."""

    ruling: str
    branch: str | None
    """None, as all numbers, where nothing could be computed."""
    binding: str | None
    """Name of the condition that binds."""
    binding_field: str | None = None
    binding_also: str | None = None
    """The assumption that binds, where one does."""
    conditions: tuple[tuple[str, float | None, bool | None], ...] = ()
    """(name, value, met) of the proof rows and of the lifecycle, in the order of the table."""
    quality: float | None = None
    """Mean difference, points."""
    benefit: float | None = None
    """USD a month."""
    cost: float | None = None
    """USD a month, mean over the horizon, one-off cost aside."""
    roi: float | None = None
    roi_kind: str | None = None
    roi_low: float | None = None
    roi_high: float | None = None
    npv: float | None = None
    payback_months: float | None = None
    probability: float | None = None
    path: tuple[tuple[float, float | None], ...] = ()
    """(added cost, ROI of all months so far), month by month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """The upgrade's numbers, case by case, and every rule's limits. Shapes: n cases, k sets of prices."""

    on: dt.date
    months: int
    last_day: dt.date
    """Last day from which the panel prices months."""
    most_months: int
    channel: str
    scale_low: float
    scale_high: float
    confidence: float
    threshold: float
    probability: float
    """Limit of P."""
    tail_share: float
    quality_loss: float
    bias_allowance: float
    rejecting: float
    """P at or below which the upgrade is rejected."""
    treatment: tuple[float, ...]
    """Scores, shape (n,)."""
    control: tuple[float, ...]
    latency_s: tuple[float, ...]
    """Added seconds, shape (n,)."""
    costs: tuple[tuple[float, ...], ...]
    """Added token cost in USD per request, shape (k, n)."""
    prices: tuple[PriceSpan, ...]
    weights: tuple[float, ...]
    clusters: tuple[int, ...] | None
    strata: tuple[int, ...] | None
    labels: LabelShift | None
    fields: tuple[Lever, ...]
    correlated: tuple[str, ...]
    """Fields drawn together."""
    root: tuple[tuple[float, ...], ...]
    """Lower triangular root of their correlations."""
    spread: tuple[float, ...]
    """Quantiles of √(χ²/df) at the normal scores of SCORES."""
    sobol: tuple[tuple[int, ...], ...]
    """One row for each dimension of the quadrature (`dimensions`): its digital shift, then its direction
    numbers, NODE_BITS bits each."""
    lifecycle: Lifecycle
    checks: tuple[tuple[Setting, Pulled], ...]
    """What Python computes from these numbers at some settings: a page that computes otherwise says so."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the quadrature's dimensions, in the order of `sobol`."""
        return (*(field.name for field in self.fields if field.table), *POSTERIOR)


POSTERIOR: Final = ("~latency", "~cost", "~quality", "~spread")
"""Dimensions of the measured means: normal scores of added seconds, cost and quality, and the t's spread."""
