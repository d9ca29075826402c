"""What finance adds to a list price: currency, tax, credits, budget. No verdict uses any of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

MAX_FX_AGE_DAYS = 30
"""An exchange rate read longer ago than this is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """The currency in which the bill is paid."""

    code: str
    per_usd: Decimal
    as_of: dt.date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vat:
    """Tax on the bill."""

    rate: Decimal
    """Share of the net bill."""
    recoverable: bool
    """Whether it comes back: then it is paid and no cost."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Money that the provider takes off the net bill until it is used up or expires."""

    usd: Decimal
    expires: dt.date
    """Last day on which it is taken off."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyBudget:
    """What may be spent in a calendar month at list price."""

    usd: Decimal
    source: str
    local_from: float | None = None
    """Share of the budget from which requests go to the local model first; None without one."""
    local_usd_per_request: Decimal = Decimal(0)
    """What a request answered locally costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finance:
    """A finance file."""

    name: str
    example: bool
    """Whether its figures are an example that nobody has signed."""
    currency: Currency | None
    vat: Vat | None
    credits: tuple[Credit, ...]
    budget: MonthlyBudget | None
    thinking: tuple[float, ...]
    """Factors on the measured thinking tokens that are looked at, such as 0 and 2."""
