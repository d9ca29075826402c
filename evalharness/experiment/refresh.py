"""A rate card brought up to date with a price list: new text, and what was kept by hand."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evalharness.core.pricing import Shutdown
from evalharness.core.pricing.listed import ListedPrice, PriceList
from evalharness.experiment.card_text import Block, Value, join_blocks, new_block, split_blocks

_ONE_DAY = dt.timedelta(days=1)
_INHERITED = ("flex_factor", "priority_factor")
"""What the list does not state as data; a new row of a model takes it over from the row before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The new text of a card, and what people should look at."""

    text: str
    by_hand: tuple[str, ...]
    """Rows with another source than the list, which stay as they are, and where the list differs."""
    unlisted: tuple[str, ...]
    """Models of the card that the list does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value in which a card and a list differ."""

    model: str
    valid_from: dt.date | None
    """The card's row; None if the card has none."""
    key: str
    card: str | None
    listed: str

    def __str__(self) -> str:
        """Say it in one line."""
        where = self.model if self.valid_from is None else f"{self.model} from {self.valid_from}"
        return f"{where}: {self.key} is {self.card or 'not on the card'}, the list says {self.listed}"


def refresh_text(text: str, prices: PriceList, shutdowns: tuple[Shutdown, ...], on: dt.date) -> Refreshed:
    """Return the card's text with the list's prices.

    Rows whose source is not the list's package are kept. A row that the list gives without a date keeps the
    card's valid_from; a model that is new to the card starts on `on`. Every row
    that was compared gets `on` as its as_of.

    Args:
        text: The card.
        prices: What the list says.
        shutdowns: The card's calendar, which ends rows.
        on: The day of the comparison.
    """
    blocks = split_blocks(text)
    package = prices.name.partition(" ")[0]
    by_hand: list[str] = []
    for listed in prices.rows:
        found = _row_of(blocks, listed, prices)
        if found is None:
            if _is_past(listed, prices, on):
                continue
            found = _insert(blocks, listed, on)
        if not str(found.row["source"]).startswith(package):
            by_hand += [f"kept by hand, {difference}" for difference in _differences(found, listed)]
            continue
        _take_over(found, listed)
        _add_aliases(blocks, listed)
        _sign(found, listed, prices.name, on)
    _end_rows(blocks, package, {end.model: end.on for end in shutdowns})
    listed_models = {row.model for row in prices.rows}
    ours = {str(block.row["model"]) for block in blocks if block.kind == "rates"}
    return Refreshed(
        text=join_blocks(blocks), by_hand=tuple(by_hand), unlisted=tuple(sorted(ours - listed_models))
    )


def compare_text(text: str, prices: PriceList) -> tuple[Difference, ...]:
    """Return every value in which a card differs from a list, rows that are missing included."""
    blocks = split_blocks(text)
    found: list[Difference] = []
    for listed in prices.rows:
        block = _row_of(blocks, listed, prices)
        if block is None and _is_past(listed, prices, dt.date.max):
            continue
        if block is None:
            found.append(
                Difference(
                    model=listed.model,
                    valid_from=None,
                    key="the row" + (f" from {listed.starts}" if listed.starts else ""),
                    card=None,
                    listed=", ".join(f"{key} {value}" for key, value in listed.prices[:2]),
                )
            )
        else:
            found += _differences(block, listed)
    return tuple(found)


def _row_of(blocks: list[Block], listed: ListedPrice, prices: PriceList) -> Block | None:
    rows = [b for b in blocks if b.kind == "rates" and b.row["model"] == listed.model]
    if listed.starts is not None:
        return next((block for block in rows if block.row["valid_from"] == listed.starts), None)
    # The list does not say since when: it means what stands before its own dated rows.
    first = min(_starts(listed.model, prices), default=dt.date.max)
    before = [block for block in rows if block.row["valid_from"] < first]
    return min(before, key=lambda block: block.row["valid_from"], default=None)


def _is_past(listed: ListedPrice, prices: PriceList, on: dt.date) -> bool:
    """Tell whether a row without a date was replaced by a dated one by then; its start is unknown."""
    return listed.starts is None and any(start <= on for start in _starts(listed.model, prices))


def _starts(model: str, prices: PriceList) -> Iterator[dt.date]:
    return (row.starts for row in prices.rows if row.model == model and row.starts is not None)


def _differences(block: Block, listed: ListedPrice) -> Iterator[Difference]:
    row = block.row
    for table, key, value in _stated(listed):
        stands = (row.get(table) or {}).get(key) if table else row.get(key)
        if stands is None or Decimal(str(stands)) != value:
            yield Difference(
                model=listed.model,
                valid_from=row["valid_from"],
                key=f"{table}.{key}" if table else key,
                card=None if stands is None else str(stands),
                listed=str(value),
            )


def _stated(listed: ListedPrice) -> Iterator[tuple[str, str, Decimal]]:
    for key, value in listed.prices:
        yield "", key, value
    if listed.long_above_tokens is not None:
        yield "long_context", "above_tokens", Decimal(listed.long_above_tokens)
    for key, value in listed.long_prices:
        yield "long_context", key, value


def _take_over(block: Block, listed: ListedPrice) -> None:
    changed = {(d.key.rpartition(".")[0], d.key.rpartition(".")[2]) for d in _differences(block, listed)}
    for table, key, value in _stated(listed):
        if (table, key) in changed:
            block.set(key, int(value) if key == "above_tokens" else value, table)


def _add_aliases(blocks: list[Block], listed: ListedPrice) -> None:
    """Put what the list calls the model, and the card does not, on the model's first row."""
    head = tomllib.loads("\n".join(blocks[0].lines)).get("aliases", {})
    rows = [block for block in blocks if block.kind == "rates"]
    known = {*head, *(alias for block in rows for alias in block.row.get("aliases", ()))}
    added = tuple(alias for alias in listed.aliases if alias not in known)
    if added:
        first = min(
            (block for block in rows if block.row["model"] == listed.model),
            key=lambda block: block.row["valid_from"],
        )
        first.set("aliases", (*first.row.get("aliases", ()), *added))


def _sign(block: Block, listed: ListedPrice, name: str, on: dt.date) -> None:
    start = f", start date {listed.starts}" if listed.starts else ""
    source = f"{name}, provider google, {listed.model}{start}"
    # What people added behind the source ("; ends with the model") stays.
    note = str(block.row["source"]).partition(";")[2]
    block.set("source", source + (f";{note}" if note else ""))
    block.set("as_of", on)


def _insert(blocks: list[Block], listed: ListedPrice, on: dt.date) -> Block:
    rows = [i for i, b in enumerate(blocks) if b.kind == "rates"]
    own = [i for i in rows if blocks[i].row["model"] == listed.model]
    before: dict[str, Any] = blocks[own[-1]].row if own else {}
    values: dict[str, Value] = {"model": listed.model}
    values["valid_from"] = listed.starts or on
    values |= dict(listed.prices)
    values |= {key: Decimal(before[key]) for key in _INHERITED if key in before}
    values |= {"source": f"{_package_mark(listed)}", "as_of": on}
    block = new_block(values)
    for table, key, value in _stated(listed):
        if table:
            block.set(key, int(value) if key == "above_tokens" else value, table)
    last = (own or rows or [0])[-1]
    blocks.insert(last + 1, block)
    return block


def _package_mark(listed: ListedPrice) -> str:
    """Return a source that marks a row as the list's until it is signed."""
    return f"genai-prices, {listed.model}"


def _end_rows(blocks: list[Block], package: str, ends: dict[str, dt.date]) -> None:
    """Let each of the list's rows end where the next begins, or the day before its model's shutdown."""
    rows = [block for block in blocks if block.kind == "rates"]
    for model in {str(block.row["model"]) for block in rows}:
        own = sorted((b for b in rows if b.row["model"] == model), key=lambda b: b.row["valid_from"])
        starts = [block.row["valid_from"] for block in own[1:]]
        for block, end in zip(own, [*starts, ends.get(model)], strict=True):
            if end is None or not str(block.row["source"]).startswith(package):
                continue
            last = end - _ONE_DAY
            if block.row.get("valid_to") != last and block.row["valid_from"] <= last:
                block.set("valid_to", last)
