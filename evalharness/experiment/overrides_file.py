"""Negotiated prices: a second file whose rows replace list prices for a while."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from evalharness.core.errors import BadInput, PricingError
from evalharness.core.pricing import Rate, RateCard
from evalharness.experiment.edge import Strict, read_text, read_toml
from evalharness.experiment.rates_file import Price, Source, check_spans
from evalharness.experiment.toml_lines import line_of

_ONE_DAY = dt.timedelta(days=1)
_PRICES = (
    "input_usd_per_mtok", "output_usd_per_mtok", "cached_usd_per_mtok", "tool_use_usd_per_mtok",
    "audio_usd_per_mtok", "audio_cached_usd_per_mtok", "long_input_usd_per_mtok", "long_output_usd_per_mtok",
    "long_cached_usd_per_mtok", "batch_cached_usd_per_mtok", "batch_audio_cached_usd_per_mtok",
    "long_batch_cached_usd_per_mtok",
)  # fmt: skip
"""Columns that a factor scales."""


class OverrideTable(Strict):
    """One [[overrides]] row: what a contract says of a model, in place of the list."""

    model: str
    valid_from: dt.date
    valid_to: dt.date
    factor: Price | None = None
    input: Price | None = None
    output: Price | None = None
    cached: Price | None = None
    source: Source
    as_of: dt.date

    @model_validator(mode="after")
    def _says_one_thing(self) -> OverrideTable:
        prices = [name for name in ("input", "output", "cached") if getattr(self, name) is not None]
        if (self.factor is None) == (not prices):
            raise ValueError("a row states either a factor of the list price or prices of its own")
        return self


class OverridesFile(Strict):
    """Negotiated prices."""

    name: str
    overrides: Annotated[list[OverrideTable], Field(min_length=1)]


def overrides_beside(card: Path) -> Path | None:
    """Return the file of negotiated prices beside a card (gemini.overrides.toml), None if there is none."""
    beside = card.with_name(f"{card.stem}.overrides.toml")
    return beside if beside.exists() else None


def load_overrides(path: Path, card: RateCard) -> RateCard:
    """Return the card as the contract changes it; rows keep the list's price where the contract is silent.

    Raises:
        BadInput: Naming file and line: a model that the list does not have, rows that overlap, a span in
            which the list has no price, or prices of one's own for a model with long-context prices (state a
            factor there).
    """
    file, text = read_toml(path, OverridesFile), read_text(path)
    check_spans(file.overrides, path, text, "overrides")
    rates = card.rates
    for index, row in enumerate(file.overrides):
        rates = _applied(row, rates, card, path, line_of(text, ("overrides", index)))
    return replace(card, name=f"{card.name} with {file.name}", rates=rates)


def _applied(
    row: OverrideTable, rates: tuple[Rate, ...], card: RateCard, path: Path, line: int | None
) -> tuple[Rate, ...]:
    try:
        model = card.resolve(row.model)
    except PricingError as error:
        raise BadInput(error.message, file=path, line=line) from None
    result: list[Rate] = []
    found = False
    for rate in rates:
        overlaps = rate.valid_from <= row.valid_to and (rate.valid_to or dt.date.max) >= row.valid_from
        if rate.model != model or not overlaps:
            result.append(rate)
            continue
        if rate.long_context_above_tokens is not None and row.factor is None:
            message = f"{model} has long-context prices: state a factor, which holds for all of them"
            raise BadInput(message, file=path, line=line)
        found = True
        result += _cut(rate, row, path, line)
    if not found:
        message = f"the list has no price of {model} between {row.valid_from} and {row.valid_to}"
        raise BadInput(message, file=path, line=line)
    return tuple(result)


def _cut(rate: Rate, row: OverrideTable, path: Path, line: int | None) -> Iterator[Rate]:
    """Yield the list's row before, the contract's row, and the list's row after."""
    end = rate.valid_to or dt.date.max
    if rate.valid_from < row.valid_from:
        yield replace(rate, valid_to=row.valid_from - _ONE_DAY)
    yield replace(
        rate,
        valid_from=max(rate.valid_from, row.valid_from),
        valid_to=min(end, row.valid_to),
        source=row.source,
        as_of=row.as_of,
        file=str(path),
        line=line,
        **_changes(rate, row),
    )
    if end > row.valid_to:
        yield replace(rate, valid_from=row.valid_to + _ONE_DAY)


def _changes(rate: Rate, row: OverrideTable) -> dict[str, Any]:
    if row.factor is not None:
        stated = {name: getattr(rate, name) for name in _PRICES}
        return {name: price * row.factor for name, price in stated.items() if price is not None}
    own: dict[str, Decimal | None] = {
        "input_usd_per_mtok": row.input,
        "output_usd_per_mtok": row.output,
        "cached_usd_per_mtok": row.cached,
    }
    return {name: price for name, price in own.items() if price is not None}
