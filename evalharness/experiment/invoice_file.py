"""An exported billing CSV → Invoice: the cost table of the console, or a BigQuery export saved as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from evalharness.core.errors import BadInput
from evalharness.core.finance import Currency
from evalharness.core.invoice import Invoice, InvoiceLine, Kind, Place
from evalharness.core.pricing import RateCard
from evalharness.experiment.edge import read_text

DayOf = Callable[[dt.datetime], dt.date]
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "day": ("usage start date", "usage_start_time", "usage date", "usage_date", "day", "date"),
    "sku": ("sku description", "sku.description", "sku_description", "sku"),
    "cost": ("unrounded cost ($)", "unrounded cost", "cost ($)", "cost", "cost (usd)"),
    "service": ("service description", "service.description", "service_description"),
    "units": ("usage amount", "usage.amount", "usage_amount", "usage.amount_in_pricing_units"),
    "currency": ("currency",),
    "rate": ("currency_conversion_rate", "currency conversion rate"),
    "type": ("cost type", "cost_type", "credit type"),
}
"""Name here → names in exports, lower case, the best first."""
_NEEDED = ("day", "sku", "cost")
_SERVICES = ("gemini", "generative language", "vertex ai", "agent platform")
_LONG = re.compile(r"\blong\b")
_SIGNS = re.compile(r"[$₩\s]")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.))(?:\.\d*)?(?:[eE][+-]?\d{1,3})?")
"""With a point before decimals and commas between thousands: "1,5" would be read as 15."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    path: Path
    places: Mapping[str, int]
    """Column by our name."""
    rows: list[tuple[int, list[str]]]
    card: RateCard
    day_of: DayOf

    def text(self, row: list[str], name: str) -> str:
        place = self.places.get(name)
        return row[place].strip() if place is not None and place < len(row) else ""


def load_invoice(path: Path, card: RateCard, currency: Currency | None, day_of: DayOf) -> Invoice:
    """Read an exported bill.

    Args:
        path: The CSV; lines before its header are passed over.
        card: Knows the models that SKUs name in words.
        currency: The finance file's, for exports in another currency that state no rate.
        day_of: Billing day of a moment, for exports with times instead of days.

    Raises:
        BadInput: Naming file and line: no header, a cost or day that is none, or a currency without a rate.
    """
    table = _table(path, card, day_of)
    lines: list[InvoiceLine] = []
    credits_usd, tax_usd, others = Decimal(0), Decimal(0), 0
    for number, row in table.rows:
        cost_text = table.text(row, "cost")
        if not cost_text or not table.text(row, "sku"):
            continue  # totals below the table
        usd, places = _usd(table, row, number, currency)
        kind = table.text(row, "type").lower()
        service = table.text(row, "service").lower()
        if "tax" in kind:
            tax_usd += usd
        elif usd < 0:
            credits_usd += usd
        elif service and not any(known in service for known in _SERVICES):
            others += 1
        else:
            lines.append(_line(table, row, number, (usd, places)))
    return Invoice(lines=tuple(lines), credits_usd=credits_usd, tax_usd=tax_usd, other_services=others)


def read_sku(sku: str, card: RateCard) -> tuple[str, Kind, bool] | None:
    """Return (model, kind, long) of a SKU's words, None if it names no model of the card.

    Such as "Generate content cached input token count gemini 2.5 flash short input text": what is counted
    stands before the model, the size of the prompt behind it.
    """
    words = sku.lower().replace("-", " ")
    named = [(name, model) for name, model in _spellings(card) if name in words]
    if not named:
        return None
    name, model = max(named, key=lambda pair: len(pair[0]))
    head, _, tail = words.partition(name)
    if "storage" in words or "token" not in words:
        kind = Kind.OTHER
    elif "cach" in head:
        kind = Kind.CACHED
    elif "output" in head:
        kind = Kind.OUTPUT
    elif "input" in head:
        kind = Kind.INPUT
    else:
        kind = Kind.OTHER
    # A model that costs the same at every size has SKUs for both all the same.
    has_long = any(row.long_context_above_tokens is not None for row in card.rows(model))
    return model, kind, has_long and bool(_LONG.search(tail))


def _spellings(card: RateCard) -> Iterator[tuple[str, str]]:
    for model in card.models:
        name = model.replace("-", " ")
        yield name, model
        yield name.removesuffix(" preview"), model


def _table(path: Path, card: RateCard, day_of: DayOf) -> _Table:
    reader = csv.reader(io.StringIO(read_text(path)))
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise BadInput(f"is no CSV: {error}", file=path, line=reader.line_num) from None
    for index, (_, row) in enumerate(rows):
        names = [cell.strip().lower() for cell in row]
        places = {
            ours: names.index(theirs)
            for ours, known in _COLUMNS.items()
            for theirs in [next((name for name in known if name in names), "")]
            if theirs
        }
        if all(name in places for name in _NEEDED):
            return _Table(path=path, places=places, rows=rows[index + 1 :], card=card, day_of=day_of)
    wanted = ", ".join(_COLUMNS[name][0] for name in _NEEDED)
    raise BadInput(
        f"no header with the columns {wanted}; export the cost table with days and SKUs", file=path
    )


def _usd(table: _Table, row: list[str], number: int, currency: Currency | None) -> tuple[Decimal, int]:
    """Return a row's cost in USD and the decimal places it is given with."""
    cost = _number(table, row, "cost", number)
    if cost is None:
        raise BadInput("a row without a cost", file=table.path, line=number)
    places = max(0, -int(cost.as_tuple().exponent))
    code = table.text(row, "currency").upper() or "USD"
    if code == "USD":
        return cost, places
    stated = _number(table, row, "rate", number)
    if stated is not None and stated <= 0:
        raise BadInput(f"a conversion rate of {stated}", file=table.path, line=number)
    if stated is not None:
        return cost / stated, places
    if currency is not None and currency.code == code:
        return cost / currency.per_usd, places
    raise BadInput(
        f"a cost in {code} without a rate: the export has no currency_conversion_rate, and no finance file "
        f"states {code} per USD",
        file=table.path,
        line=number,
    )


def _number(table: _Table, row: list[str], name: str, number: int) -> Decimal | None:
    text = _SIGNS.sub("", table.text(row, name))
    if not text:
        return None
    try:
        return Decimal(text.replace(",", "") if _NUMBER.fullmatch(text) else "?")
    except InvalidOperation:
        message = f"{name} is no number: {text[:40]!r}; numbers are written like 1,234.56"
        raise BadInput(message, file=table.path, line=number) from None


def _line(table: _Table, row: list[str], number: int, cost: tuple[Decimal, int]) -> InvoiceLine:
    sku = table.text(row, "sku")
    found = read_sku(sku, table.card)
    day = _day(table, row, number)
    place = None if found is None else Place(day=day, model=found[0], kind=found[1], long=found[2])
    units = _number(table, row, "units", number)
    return InvoiceLine(row=number, sku=sku, usd=cost[0], units=units, place=place, cents=cost[1])


def _day(table: _Table, row: list[str], number: int) -> dt.date:
    text = table.text(row, "day").removesuffix(" UTC").strip()
    try:
        if len(text) <= len("2026-11-23"):
            return dt.date.fromisoformat(text)
        return table.day_of(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise BadInput(f"not a day: {text!r}", file=table.path, line=number) from None
