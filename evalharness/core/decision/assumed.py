"""The assumptions and prices that a decision stands on, as a report shows them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionRow:
    """One assumption as the report shows it."""

    name: str
    symbol: str
    definition: str
    status: str
    dist: str | None
    low: float | None
    mid: float | None
    high: float | None
    mean: float | None
    """Where the contrasts evaluate it; None if unknown."""
    p05: float | None
    p95: float | None
    unit: str
    source: str
    as_of: dt.date | None
    owner: str
    used: bool
    """Whether the chosen channel needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsView:
    """The assumptions a decision stands on."""

    preset: str
    channel: str
    """sessions | retention | mentoring"""
    example: bool
    currency: str
    rows: tuple[AssumptionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """A price row that a number stands on, USD per million tokens."""

    model: str
    valid_from: dt.date
    valid_to: dt.date | None
    input: Decimal
    output: Decimal
    cached: Decimal | None
    source: str
    as_of: dt.date
