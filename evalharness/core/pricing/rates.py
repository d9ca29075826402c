"""Dated, sourced prices per million tokens, and the days on which models end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one model costs over a span of days, in USD per million tokens."""

    model: str
    valid_from: dt.date
    valid_to: dt.date | None
    """Last day on which the row holds, inclusive; None while no end is announced."""
    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    cached_usd_per_mtok: Decimal | None
    """Price of input tokens read from a cache; None where no price is known (then cached tokens raise)."""
    tool_use_usd_per_mtok: Decimal | None = None
    """Price of prompt tokens that tools added; None where they cost what other input costs."""
    audio_usd_per_mtok: Decimal | None = None
    """Price of audio in the prompt; None where it costs what other input costs."""
    audio_cached_usd_per_mtok: Decimal | None = None
    """Price of cached audio; used with audio_usd_per_mtok only."""
    long_context_above_tokens: int | None = None
    """Prompts longer than this are priced by the long_ columns, whole."""
    long_input_usd_per_mtok: Decimal | None = None
    long_output_usd_per_mtok: Decimal | None = None
    long_cached_usd_per_mtok: Decimal | None = None
    batch_factor: Decimal | None = None
    """Share of the standard price that batch calls pay; None if not offered or not known."""
    batch_cached_usd_per_mtok: Decimal | None = None
    """Price of cached input in batches; None where the factor holds for it too."""
    batch_audio_cached_usd_per_mtok: Decimal | None = None
    long_batch_cached_usd_per_mtok: Decimal | None = None
    flex_factor: Decimal | None = None
    """As batch_factor, for flex calls; cached input included."""
    priority_factor: Decimal | None = None
    """As batch_factor, for priority calls; cached input included."""
    search_usd_per_thousand: Decimal | None = None
    """Price of 1,000 grounding searches beyond the account's free allowance."""
    source: str
    as_of: dt.date
    """Day on which somebody last read the price at its source."""
    file: str | None = None
    """File that states the row, None if it comes from no file."""
    line: int | None = None

    def covers(self, day: dt.date) -> bool:
        """Tell whether the row holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown:
    """The day from which a model is no longer served."""

    model: str
    on: dt.date
    source: str
    routed_to: str | None = None
    """The model that answers (and is billed) instead from that day; None if calls fail or nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStorage:
    """What an explicit cache of a model costs to keep, and how small it may be."""

    model: str
    usd_per_mtok_hour: Decimal | None
    """USD per million cached tokens and hour; None where the model has no explicit caches or no known
    price."""
    min_tokens: int
    """Smallest prompt that is cached at all, explicitly or implicitly."""
    source: str
    as_of: dt.date
