"""prompts/rates/*.toml → RateCard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import BeforeValidator, Field

from evalharness.core.errors import BadInput
from evalharness.core.pricing import CacheStorage, Rate, RateCard, Shutdown
from evalharness.experiment.edge import Strict, read_text, read_toml
from evalharness.experiment.toml_lines import line_of


def _decimal(value: object) -> Decimal:
    # Prices are strings in the file: a TOML float would already have lost the cent it was written with.
    if not isinstance(value, str):
        raise ValueError(f'a price is written in quotes, such as "0.75", got {value!r}')
    try:
        price = Decimal(value)
    except ArithmeticError:
        raise ValueError(f"not a price: {value!r}") from None
    if not price.is_finite() or price < 0:
        raise ValueError(f"a price is a number that is not negative, got {value!r}")
    return price


Price = Annotated[Decimal, BeforeValidator(_decimal)]
Source = Annotated[str, Field(min_length=3)]


class LongContextTable(Strict):
    """Prices of prompts longer than a threshold."""

    above_tokens: Annotated[int, Field(gt=0)]
    input: Price
    output: Price
    cached: Price | None = None
    batch_cached: Price | None = None


class RateTable(Strict):
    """One [[rates]] row."""

    model: str
    aliases: list[str] = []
    valid_from: dt.date
    valid_to: dt.date | None = None
    input: Price
    output: Price
    cached: Price | None = None
    tool_use: Price | None = None
    audio: Price | None = None
    audio_cached: Price | None = None
    batch_factor: Price | None = None
    batch_cached: Price | None = None
    batch_audio_cached: Price | None = None
    flex_factor: Price | None = None
    priority_factor: Price | None = None
    search_per_thousand: Price | None = None
    long_context: LongContextTable | None = None
    source: Source
    as_of: dt.date


class ShutdownTable(Strict):
    """One [[shutdowns]] row."""

    model: str
    on: dt.date
    routed_to: str | None = None
    source: Source


class StorageTable(Strict):
    """One [[cache_storage]] row."""

    model: str
    usd_per_mtok_hour: Price | None = None
    min_tokens: Annotated[int, Field(gt=0)]
    source: Source
    as_of: dt.date


class RateCardFile(Strict):
    """A rate card: USD per million tokens, dated and sourced."""

    name: str
    aliases: dict[str, str] = {}
    previews: list[str] = []
    rates: Annotated[list[RateTable], Field(min_length=1)]
    shutdowns: list[ShutdownTable] = []
    cache_storage: list[StorageTable] = []


def load_rate_card(path: Path) -> RateCard:
    """Read and check a rate card.

    Raises:
        BadInput: Naming file and line; also for rows that overlap or end before they begin, for an alias that
            stands twice or names a model without a row, and for a shutdown that leads to one.
    """
    file, text = read_toml(path, RateCardFile), read_text(path)
    check_spans(file.rates, path, text, "rates")
    models = {row.model for row in file.rates}
    _check_names(file, models, path, text)
    return RateCard(
        name=file.name,
        rates=tuple(_rate(row, path, line_of(text, ("rates", i))) for i, row in enumerate(file.rates)),
        aliases=tuple(sorted(_aliases(file, path, text).items())),
        previews=tuple(sorted(file.previews)),
        shutdowns=tuple(Shutdown(**row.model_dump()) for row in file.shutdowns),
        storage=tuple(CacheStorage(**row.model_dump()) for row in file.cache_storage),
        file=str(path),
    )


class Dated(Protocol):
    """A row about a model that holds over a span of days."""

    @property
    def model(self) -> str:
        """Whose row."""

    @property
    def valid_from(self) -> dt.date:
        """First day."""

    @property
    def valid_to(self) -> dt.date | None:
        """Last day, None while no end is known."""


def check_spans(rows: Sequence[Dated], path: Path, text: str, key: str) -> None:
    """Refuse rows of a model that overlap or end before they begin.

    Raises:
        BadInput: Naming file and line.
    """
    last: dict[str, Dated] = {}
    for index, row in sorted(enumerate(rows), key=lambda item: (item[1].model, item[1].valid_from)):
        line = line_of(text, (key, index))
        if row.valid_to is not None and row.valid_to < row.valid_from:
            raise BadInput(f"{row.model}: valid_to {row.valid_to} is before valid_from", file=path, line=line)
        before = last.get(row.model)
        if before is not None and (before.valid_to is None or before.valid_to >= row.valid_from):
            message = f"{row.model}: rows from {before.valid_from} and {row.valid_from} overlap"
            raise BadInput(message, file=path, line=line)
        last[row.model] = row


def _check_names(file: RateCardFile, models: set[str], path: Path, text: str) -> None:
    for index, end in enumerate(file.shutdowns):
        if end.routed_to is not None and end.routed_to not in models:
            line = line_of(text, ("shutdowns", index, "routed_to"))
            raise BadInput(
                f"{end.model} is routed to {end.routed_to!r}, which has no row", file=path, line=line
            )
    for alias, target in file.aliases.items():
        if target not in models:
            line = line_of(text, ("aliases", alias))
            raise BadInput(f"alias {alias!r} names {target!r}, which has no row", file=path, line=line)


def _aliases(file: RateCardFile, path: Path, text: str) -> dict[str, str]:
    found = dict(file.aliases)
    for index, row in enumerate(file.rates):
        for alias in row.aliases:
            if found.setdefault(alias, row.model) != row.model:
                message = f"alias {alias!r} names both {found[alias]} and {row.model}"
                raise BadInput(message, file=path, line=line_of(text, ("rates", index, "aliases")))
    return found


def _rate(row: RateTable, path: Path, line: int | None) -> Rate:
    long = row.long_context
    return Rate(
        model=row.model,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        input_usd_per_mtok=row.input,
        output_usd_per_mtok=row.output,
        cached_usd_per_mtok=row.cached,
        tool_use_usd_per_mtok=row.tool_use,
        audio_usd_per_mtok=row.audio,
        audio_cached_usd_per_mtok=row.audio_cached,
        long_context_above_tokens=None if long is None else long.above_tokens,
        long_input_usd_per_mtok=None if long is None else long.input,
        long_output_usd_per_mtok=None if long is None else long.output,
        long_cached_usd_per_mtok=None if long is None else long.cached,
        batch_factor=row.batch_factor,
        batch_cached_usd_per_mtok=row.batch_cached,
        batch_audio_cached_usd_per_mtok=row.batch_audio_cached,
        long_batch_cached_usd_per_mtok=None if long is None else long.batch_cached,
        flex_factor=row.flex_factor,
        priority_factor=row.priority_factor,
        search_usd_per_thousand=row.search_per_thousand,
        source=row.source,
        as_of=row.as_of,
        file=str(path),
        line=line,
    )
