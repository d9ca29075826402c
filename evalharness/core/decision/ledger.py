"""What was spent, and what production would cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from evalharness.core.decision.estimates import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """Tokens and money of one arm and purpose. Money is exact."""

    arm: str
    """The arm that pays; in the study's own rows the first that asked, or "shared" for calls of no arm."""
    purpose: str
    """answer | compress | judge | pairwise | retry (tries that were refused and cost nothing) | unconfirmed
    (tries and answers that may be on the bill without counts, at the most they can cost)"""
    model: str
    calls: int
    """Calls; tries for retry and unconfirmed."""
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
    """True if some calls may be below the long-context tier but all are priced above it, or if the counts are
    the most that a try can be billed."""
    usd_per_thousand: Decimal = Decimal(0)
    """Per 1,000 requests."""
    thinking_share: float | None = None
    """Share of the output tokens that was thinking; None without output."""
    cache_share: float | None = None
    """Share of the input tokens that was read from a cache; None without input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPrice:
    """What one arm costs a request, all purposes together, exact."""

    arm: str
    requests: int
    usd: Decimal
    """Of all its requests in the study."""
    usd_per_request: Decimal
    usd_per_request_cache_neutral: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDate:
    """The same calls at the prices of another day."""

    on: dt.date
    why: str
    """run (latest recording) | today (the decision's date) | price_change (announced)"""
    arms: tuple[ArmPrice, ...]
    study_usd: Decimal
    held: tuple[str, ...]
    """Models that are shut down by then without a named successor: priced at their last price."""
    rerouted: tuple[tuple[str, str], ...]
    """Pairs (model, model that answers by then and whose price is taken)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionBill:
    """What a compressed arm pays its compressor, and what that saves, USD per request."""

    arm: str
    raw_arm: str
    compressor: str | None
    """Model that compresses; None where no model is called."""
    compressor_usd: float
    """Per request, reuse over turns as the experiment declares it."""
    saved_usd: float
    """Answers without compression minus answers with it; negative if those got dearer."""
    net: Estimate
    """Saved minus compressor, USD per request; below zero is a net loss."""
    break_even_turns: int | None
    """Requests that one compression must serve to pay for itself at these prices; None if none suffice."""
    break_even_share: float | None
    """Share of the tokens given to the compressor that it must drop to pay for itself in one request, its
    instruction and thinking not counted: (p_in + p_out of the compressor) / (p_in of the answering model +
    p_out of the compressor). From 1 on it cannot. None without a compressor."""


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
    dates: tuple[LedgerDate, ...] = ()
    """The same calls on the run's day, on the decision's day and on every announced price change of the
    horizon."""
    compression: tuple[CompressionBill, ...] = ()
    """One for each compressed arm that has an uncompressed twin."""
