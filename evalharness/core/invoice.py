"""A provider's bill beside what a run booked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a line of a bill is for."""

    INPUT = "input"
    """Uncached prompt tokens, tool use included."""
    CACHED = "cached"
    OUTPUT = "output"
    """Thinking included: the bill does not tell them apart."""
    OTHER = "other"
    """Storage, searches and whatever else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a bill and a run meet."""

    day: dt.date
    model: str
    kind: Kind
    long: bool
    """Whether the long-context price holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One row of an exported bill that is about model calls."""

    row: int
    """Line in the file."""
    sku: str
    usd: Decimal
    units: Decimal | None
    """Usage as billed, tokens; None if the export has no such column."""
    place: Place | None
    """None if the SKU cannot be read."""
    cents: int
    """Decimal places that the export gives its costs."""

    @property
    def rounding_usd(self) -> Decimal:
        """The most that rounding may have taken or added: half a unit of the last place."""
        return Decimal(5).scaleb(-self.cents - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An exported bill."""

    lines: tuple[InvoiceLine, ...]
    credits_usd: Decimal
    """Negative; credits and promotions, compared with nothing."""
    tax_usd: Decimal
    other_services: int
    """Rows of other services, left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a run's calls cost at one place."""

    usd: Decimal
    tokens: int
    calls: int


class Verdict(StrEnum):
    """What is said of one place."""

    AGREES = "agrees"
    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One place: what the run booked, what was billed, and why they differ."""

    day: dt.date
    model: str
    kind: Kind
    long: bool
    skus: tuple[str, ...]
    run_usd: Decimal
    billed_usd: Decimal
    run_tokens: int
    billed_tokens: Decimal | None
    verdict: Verdict
    why: str

    @property
    def difference_usd(self) -> Decimal:
        """Billed minus booked."""
        return self.billed_usd - self.run_usd
