"""Prices as a published list states them, before they become rows of a rate card."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPrice:
    """One model's prices from one day on, by the rate card's own key names; USD per million tokens."""

    model: str
    starts: dt.date | None
    """First day; None where the list gives the price without a date."""
    prices: tuple[tuple[str, Decimal], ...]
    """Pairs (key of a [[rates]] row, value); only what the list states."""
    long_above_tokens: int | None = None
    long_prices: tuple[tuple[str, Decimal], ...] = ()
    """Pairs (key of [rates.long_context], value)."""
    aliases: tuple[str, ...] = ()
    """Other ids that the list gives the same price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """What a list says of all Gemini text models."""

    name: str
    """Name and version, such as genai-prices 0.2.3."""
    rows: tuple[ListedPrice, ...]
    """Sorted by model and start."""
    left_out: tuple[tuple[str, str], ...]
    """Pairs (model, why its price cannot be a row)."""
