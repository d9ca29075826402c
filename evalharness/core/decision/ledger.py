"""What was spent, and what production would cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """Tokens and money of one arm and purpose. Money is exact."""

    arm: str
    purpose: str
    model: str
    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    thinking_tokens: int
    tool_use_tokens: int
    usd: Decimal
    """As billed at the decision's date."""
    usd_cache_neutral: Decimal
    requests: int
    """Cells of the arm that these calls served (production), or calls (study)."""
    usd_per_request: Decimal
    upper_bound: bool = False
    """True if some calls may be below the long-context tier but all are priced above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was spent, and what production would cost."""

    on: dt.date
    production: tuple[LedgerRow, ...]
    """Every call an arm would pay for in production, shared compressions billed to each arm."""
    imported_usd: tuple[tuple[str, Decimal], ...]
    """Pairs (arm, USD) of costs that an import stated; their tokens are unknown."""
    study: tuple[LedgerRow, ...]
    """What the study itself spent."""
    study_usd: Decimal
    decided_usd: float | None
    """Incremental cost over the horizon that the study decides about; None while an assumption is unknown."""
