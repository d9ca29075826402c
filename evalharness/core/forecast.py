"""What production would cost, month by month, and what would change it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in USD with its interval."""

    usd: float
    low: float
    high: float
    """low and high are one-sided bounds at the forecast's confidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """A month against the budget."""

    share: float
    """Of the budget that the month would use."""
    runs_out: dt.date | None
    """Day on which the month's spending passes the budget, requests spread evenly; None if it does not."""
    earliest: dt.date | None
    """The same at the upper bound of the cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthForecast:
    """One calendar month."""

    month: dt.date
    """Its first day."""
    cost: Money
    budget: BudgetLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """One arm under another choice."""

    name: str
    """batch | flex | priority | cached_prompt | thinking | sena | persona | local_first"""
    detail: str
    """The choice itself: a factor, a persona, an arm."""
    month_usd: float | None
    """The first month; None where it cannot be had or priced."""
    total_usd: float | None
    """All months."""
    change: float | None
    """Share by which the total changes."""
    why: str
    """Why it cannot be had, or what it stands on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """A total as finance sees it. Credits are taken off first, tax is on what is left."""

    list_usd: Decimal
    credits_usd: Decimal
    net_usd: Decimal
    vat_usd: Decimal
    payable_usd: Decimal
    """What is paid: net and tax."""
    cost_usd: Decimal
    """What is not recovered: net, and tax unless it comes back."""
    payable_local: Decimal | None
    """In the file's currency, at its dated rate."""
    cost_local: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmForecast:
    """One arm in production."""

    arm: str
    model: str
    cases: int
    """Cases that the mean stands on."""
    per_request: Money
    """At the first month's prices."""
    months: tuple[MonthForecast, ...]
    total: Money
    what_ifs: tuple[WhatIf, ...]
    payable: Payable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Every main arm's forecast."""

    on: dt.date
    requests: int
    """A month."""
    confidence: float
    """Of each bound, one-sided."""
    arms: tuple[ArmForecast, ...]
    notes: tuple[str, ...]
