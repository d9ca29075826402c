"""One call's usage → its price, line by line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from evalharness.core.errors import PricingError
from evalharness.core.pricing.rates import Rate, RateCard
from evalharness.core.usage import Usage

Tier: TypeAlias = Literal["standard", "batch", "flex"]

_MTOK = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The price of one call, in USD, by kind of token."""

    input_usd: Decimal
    """Uncached input."""
    cached_usd: Decimal
    output_usd: Decimal
    """Visible output, thinking excluded."""
    thinking_usd: Decimal
    tool_use_usd: Decimal

    @property
    def total_usd(self) -> Decimal:
        """All lines together."""
        return self.input_usd + self.cached_usd + self.output_usd + self.thinking_usd + self.tool_use_usd


@dataclass(frozen=True, slots=True)
class _Prices:
    input: Decimal
    output: Decimal
    cached: Decimal | None


def price_usage(
    usage: Usage,
    *,
    model: str,
    card: RateCard,
    on: dt.date,
    tier: Tier = "standard",
    cache_neutral: bool = False,
) -> Bill:
    """Price one call.

    (prompt − cached)·in + cached·cache_read + (candidates + thoughts)·out + toolUse·in; the long-context
    prices apply to the whole call when the prompt exceeds the row's threshold.

    Args:
        usage: What was billed.
        model: The model that served the call.
        card: Prices.
        on: Day whose prices apply.
        tier: batch and flex multiply every line by the row's batch_factor.
        cache_neutral: Price cached tokens as ordinary input, so that arms compare without luck of caching.

    Raises:
        PricingError: If the model, the day, the tier or the cached tokens have no price.
    """
    row = card.rate(model, on)
    prices = _prices(row, usage)
    factor = _factor(row, tier)
    cached_price = prices.input if cache_neutral else prices.cached
    if usage.cached_tokens and cached_price is None:
        raise PricingError(f"{row.model} has no price for cached tokens on {on} in {card.name!r}")

    def line(tokens: int, price: Decimal | None) -> Decimal:
        return Decimal(0) if price is None else Decimal(tokens) * price * factor / _MTOK

    return Bill(
        input_usd=line(usage.input_tokens - usage.cached_tokens, prices.input),
        cached_usd=line(usage.cached_tokens, cached_price),
        output_usd=line(usage.output_tokens - usage.thinking_tokens, prices.output),
        thinking_usd=line(usage.thinking_tokens, prices.output),
        tool_use_usd=line(usage.tool_use_tokens, prices.input),
    )


def _prices(row: Rate, usage: Usage) -> _Prices:
    # Gemini chooses the tier by prompt size; tool-use prompt tokens are not part of that size.
    if row.long_context_above_tokens is None or usage.input_tokens <= row.long_context_above_tokens:
        return _Prices(row.input_usd_per_mtok, row.output_usd_per_mtok, row.cached_usd_per_mtok)
    if row.long_input_usd_per_mtok is None or row.long_output_usd_per_mtok is None:
        raise PricingError(f"{row.model} has a long-context threshold but no long-context prices")
    return _Prices(row.long_input_usd_per_mtok, row.long_output_usd_per_mtok, row.long_cached_usd_per_mtok)


def _factor(row: Rate, tier: Tier) -> Decimal:
    if tier == "standard":
        return Decimal(1)
    if row.batch_factor is None:
        raise PricingError(f"{row.model} has no {tier} price on its row from {row.valid_from}")
    return row.batch_factor
