"""prompts/rates/*.toml → RateCard."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from evalharness.core.errors import BadInput
from evalharness.core.pricing.rates import Rate, RateCard, Shutdown
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


class LongContextTable(Strict):
    """Prices of prompts longer than a threshold."""

    above_tokens: Annotated[int, Field(gt=0)]
    input: Price
    output: Price
    cached: Price | None = None


class RateTable(Strict):
    """One [[rates]] row."""

    model: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    input: Price
    output: Price
    cached: Price | None = None
    batch_factor: Price | None = None
    long_context: LongContextTable | None = None
    source: Annotated[str, Field(min_length=3)]
    as_of: dt.date


class ShutdownTable(Strict):
    """One [[shutdowns]] row."""

    model: str
    on: dt.date
    source: Annotated[str, Field(min_length=3)]


class RateCardFile(Strict):
    """A rate card: USD per million tokens, dated and sourced."""

    name: str
    aliases: dict[str, str] = {}
    previews: list[str] = []
    rates: Annotated[list[RateTable], Field(min_length=1)]
    shutdowns: list[ShutdownTable] = []


def load_rate_card(path: Path) -> RateCard:
    """Read and check a rate card.

    Raises:
        BadInput: Naming file and line; also for rows that overlap or end before they begin, and for aliases
            of models that have no row.
    """
    file = read_toml(path, RateCardFile)
    _check_spans(file, path)
    models = {row.model for row in file.rates}
    for alias, target in file.aliases.items():
        if target not in models:
            raise BadInput(f"alias {alias!r} names {target!r}, which has no row", file=path)
    return RateCard(
        name=file.name,
        rates=tuple(_rate(row) for row in file.rates),
        aliases=tuple(sorted(file.aliases.items())),
        previews=tuple(sorted(file.previews)),
        shutdowns=tuple(Shutdown(**row.model_dump()) for row in file.shutdowns),
    )


def _check_spans(file: RateCardFile, path: Path) -> None:
    text = read_text(path)
    last: dict[str, RateTable] = {}
    for index, row in sorted(enumerate(file.rates), key=lambda item: (item[1].model, item[1].valid_from)):
        line = line_of(text, ("rates", index))
        if row.valid_to is not None and row.valid_to < row.valid_from:
            raise BadInput(f"{row.model}: valid_to {row.valid_to} is before valid_from", file=path, line=line)
        before = last.get(row.model)
        if before is not None and (before.valid_to is None or before.valid_to >= row.valid_from):
            message = f"{row.model}: rows from {before.valid_from} and {row.valid_from} overlap"
            raise BadInput(message, file=path, line=line)
        last[row.model] = row


def _rate(row: RateTable) -> Rate:
    long = row.long_context
    return Rate(
        model=row.model,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        input_usd_per_mtok=row.input,
        output_usd_per_mtok=row.output,
        cached_usd_per_mtok=row.cached,
        long_context_above_tokens=None if long is None else long.above_tokens,
        long_input_usd_per_mtok=None if long is None else long.input,
        long_output_usd_per_mtok=None if long is None else long.output,
        long_cached_usd_per_mtok=None if long is None else long.cached,
        batch_factor=row.batch_factor,
        source=row.source,
        as_of=row.as_of,
    )
