"""One call's usage → its price, line by line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal, TypeAlias

from evalharness.core.errors import PricingError
from evalharness.core.pricing.card import RateCard
from evalharness.core.pricing.rates import Rate
from evalharness.core.usage import Usage

Tier: TypeAlias = Literal["standard", "batch", "flex", "priority"]
TIERS: tuple[Tier, ...] = ("standard", "batch", "flex", "priority")

_MTOK = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The price of one call, in USD, by kind of token."""

    input_usd: Decimal
    """Uncached input, audio included."""
    cached_usd: Decimal
    output_usd: Decimal
    """Visible output, thinking excluded."""
    thinking_usd: Decimal
    tool_use_usd: Decimal

    @property
    def total_usd(self) -> Decimal:
        """All lines together."""
        return self.input_usd + self.cached_usd + self.output_usd + self.thinking_usd + self.tool_use_usd

    def __add__(self, other: Bill) -> Bill:
        """Add two bills line by line."""
        return Bill(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


EMPTY_BILL = Bill(
    input_usd=Decimal(0),
    cached_usd=Decimal(0),
    output_usd=Decimal(0),
    thinking_usd=Decimal(0),
    tool_use_usd=Decimal(0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """USD per million tokens of each kind: a row's prices at one context size and service tier."""

    model: str
    input: Decimal
    output: Decimal
    cached: Decimal | None
    tool_use: Decimal
    audio: Decimal
    audio_cached: Decimal | None


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
    prices apply to the whole call when the prompt exceeds the row's threshold. Audio is a part of the prompt
    with prices of its own on some rows.

    Args:
        usage: What was billed.
        model: The model that served the call.
        card: Prices.
        on: Day whose prices apply.
        tier: batch, flex and priority multiply the row's prices by its factor for that tier.
        cache_neutral: Price cached tokens as ordinary input, so that arms compare without luck of caching.

    Raises:
        PricingError: If the model, the day, the tier or the cached tokens have no price.
    """
    row = card.rate(model, on)
    return bill_of(usage, prices_of(row, long=is_long(row, usage), tier=tier), cache_neutral=cache_neutral)


def is_long(row: Rate, usage: Usage) -> bool:
    """Tell whether a call falls into the long-context prices.

    Gemini chooses by prompt size; prompt tokens that tools added are not part of that size.
    """
    limit = row.long_context_above_tokens
    return limit is not None and usage.input_tokens > limit


def prices_of(row: Rate, *, long: bool, tier: Tier = "standard") -> Prices:
    """Return a row's prices.

    Raises:
        PricingError: If the row has no price for the tier, or a threshold without prices beyond it.
    """
    factor = _factor(row, tier)
    price_in, price_out, cached = _base(row, long=long)
    own_audio = row.audio_usd_per_mtok is not None
    audio_cached = row.audio_cached_usd_per_mtok if own_audio else cached
    batch_cached = row.long_batch_cached_usd_per_mtok if long else row.batch_cached_usd_per_mtok
    batch_audio = row.batch_audio_cached_usd_per_mtok if own_audio else batch_cached
    return Prices(
        model=row.model,
        input=price_in * factor,
        output=price_out * factor,
        cached=_cached(cached, factor, batch_cached if tier == "batch" else None),
        tool_use=_or(row.tool_use_usd_per_mtok, price_in) * factor,
        audio=_or(row.audio_usd_per_mtok, price_in) * factor,
        audio_cached=_cached(audio_cached, factor, batch_audio if tier == "batch" else None),
    )


def bill_of(usage: Usage, prices: Prices, *, cache_neutral: bool = False) -> Bill:
    """Price tokens of one call, or the sum of calls that fall under the same prices.

    Raises:
        PricingError: If cached tokens have no price.
    """
    cached_audio = usage.cached_audio_tokens
    fresh_audio = usage.audio_tokens - cached_audio
    fresh_text = usage.input_tokens - usage.cached_tokens - fresh_audio
    read_text = usage.cached_tokens - cached_audio
    cached = prices.input if cache_neutral else prices.cached
    audio_cached = prices.audio if cache_neutral else prices.audio_cached
    if (read_text and cached is None) or (cached_audio and audio_cached is None):
        raise PricingError(f"{prices.model} has no price for cached tokens")
    return Bill(
        input_usd=(fresh_text * prices.input + fresh_audio * prices.audio) / _MTOK,
        cached_usd=(read_text * (cached or 0) + cached_audio * (audio_cached or 0)) / _MTOK,
        output_usd=(usage.output_tokens - usage.thinking_tokens) * prices.output / _MTOK,
        thinking_usd=usage.thinking_tokens * prices.output / _MTOK,
        tool_use_usd=usage.tool_use_tokens * prices.tool_use / _MTOK,
    )


def _base(row: Rate, *, long: bool) -> tuple[Decimal, Decimal, Decimal | None]:
    if not long:
        return row.input_usd_per_mtok, row.output_usd_per_mtok, row.cached_usd_per_mtok
    if row.long_input_usd_per_mtok is None or row.long_output_usd_per_mtok is None:
        raise PricingError(
            f"{row.model} has a long-context threshold but no long-context prices",
            file=row.file,
            line=row.line,
        )
    return row.long_input_usd_per_mtok, row.long_output_usd_per_mtok, row.long_cached_usd_per_mtok


def _or(price: Decimal | None, other: Decimal) -> Decimal:
    return other if price is None else price


def _cached(price: Decimal | None, factor: Decimal, own: Decimal | None) -> Decimal | None:
    if own is not None:
        return own
    return None if price is None else price * factor


def _factor(row: Rate, tier: Tier) -> Decimal:
    if tier == "standard":
        return Decimal(1)
    factors = {"batch": row.batch_factor, "flex": row.flex_factor, "priority": row.priority_factor}
    factor = factors[tier]
    if factor is None:
        raise PricingError(
            f"{row.model} has no {tier} price on its row from {row.valid_from}", file=row.file, line=row.line
        )
    return factor
