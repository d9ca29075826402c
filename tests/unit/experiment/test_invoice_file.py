"""Exported bills: the console's cost table, BigQuery's columns, other currencies, and what is no bill."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.core.finance import Currency
from evalharness.core.invoice import Kind
from evalharness.core.pacific import pacific_day
from evalharness.core.pricing import RateCard
from evalharness.experiment.invoice_file import load_invoice, read_sku
from evalharness.experiment.rates_file import load_rate_card

IN = "Generate content input token count gemini 3.8 flash short input text"
HEAD = "Service description,SKU description,Usage start date,Usage amount,Unrounded Cost ($)\n"

RATED = "SKU,Date,Cost,Currency,Currency conversion rate\n"


@pytest.fixture(scope="module")
def card(root: Path) -> RateCard:
    return load_rate_card(root / "prompts" / "rates" / "gemini.toml")


def load(folder: Path, text: str, card: RateCard, currency: Currency | None = None):
    path = folder / "billing.csv"
    path.write_text(text, encoding="utf-8")
    return load_invoice(path, card, currency, pacific_day)


@pytest.mark.parametrize(
    ("counted", "tail", "found"),
    [
        ("input", "gemini 3.8 flash short input text", ("gemini-3.8-flash", Kind.INPUT, False)),
        ("output", "gemini 2.5 flash short input text", ("gemini-2.5-flash", Kind.OUTPUT, False)),
        ("cached input", "gemini 2.5 pro long input text", ("gemini-2.5-pro", Kind.CACHED, True)),
        ("input", "Gemini 3.1 Pro Preview long input text", ("gemini-3.1-pro-preview", Kind.INPUT, True)),
        ("output", "gemini 3.1 pro short input text", ("gemini-3.1-pro-preview", Kind.OUTPUT, False)),
        ("input", "gemini 3.5 flash lite short input text", ("gemini-3.5-flash-lite", Kind.INPUT, False)),
        ("cached content storage", "gemini 3.8 flash", ("gemini-3.8-flash", Kind.OTHER, False)),
        # 2.5 Flash costs the same at every size, so nothing is told apart.
        ("input", "gemini 2.5 flash long input text", ("gemini-2.5-flash", Kind.INPUT, False)),
        ("search", "by nobody", None),
    ],
)
def test_a_sku_names_model_kind_and_size(card: RateCard, counted: str, tail: str, found: object) -> None:
    assert read_sku(f"Generate content {counted} token count {tail}", card) == found


def test_the_consoles_cost_table_with_lines_before_and_totals_after(tmp_path: Path, card: RateCard) -> None:
    text = (
        "Invoice number,123\nInvoice date,2026-12-01\n\n" + HEAD
        + f'Gemini API,{IN},2026-11-23,"1,000,000","0.75"\n'
        + f"Compute Engine,{IN} machine,2026-11-23,1,9.99\n"
        + "Gemini API,Promotional credit,2026-11-23,,-0.30\n"
        + ",,,,10.44\n"
    )  # fmt: skip
    found = load(tmp_path, text, card)
    [line] = found.lines
    assert (line.usd, line.units, line.row, line.cents) == (Decimal("0.75"), 1_000_000, 5, 2)
    assert line.place is not None
    assert (line.place.day, line.place.model) == (dt.date(2026, 11, 23), "gemini-3.8-flash")
    assert (found.credits_usd, found.other_services) == (Decimal("-0.30"), 1)


def test_bigquery_columns_times_in_utc_tax_and_a_stated_rate(tmp_path: Path, card: RateCard) -> None:
    text = (
        "sku.description,usage_start_time,usage.amount,cost,currency,currency_conversion_rate,cost_type\n"
        f"{IN},2026-11-24 07:00:00 UTC,1000000,1050,KRW,1400,regular\n"
        f"{IN},2026-11-24 08:00:00 UTC,1000000,1050,KRW,1400,regular\n"
        f"VAT,2026-11-24 08:00:00 UTC,,105,KRW,1400,tax\n"
    )
    found = load(tmp_path, text, card)
    assert [line.usd for line in found.lines] == [Decimal("0.75"), Decimal("0.75")]
    assert [line.place.day.day for line in found.lines if line.place] == [23, 24]
    assert found.tax_usd == Decimal("0.075")


def test_another_currency_needs_a_rate_and_takes_the_finance_files(tmp_path: Path, card: RateCard) -> None:
    text = f"SKU,Date,Cost,Currency\n{IN},2026-11-23,1400,KRW\n"
    with pytest.raises(BadInput, match=r"billing\.csv:2: a cost in KRW without a rate"):
        load(tmp_path, text, card)
    won = Currency(code="KRW", per_usd=Decimal(1400), as_of=dt.date(2026, 11, 23), source="bank")
    assert load(tmp_path, text, card, won).lines[0].usd == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,c\n1,2,3\n", "no header with the columns usage start date, sku description, unrounded cost"),
        (HEAD + f"Gemini API,{IN},2026-11-23,1,many\n", r"billing\.csv:2: cost is no number: 'many'"),
        (HEAD + f"Gemini API,{IN},yesterday,1,1\n", r"billing\.csv:2: not a day: 'yesterday'"),
        ("", "no header"),
        # Read as if its comma stood between thousands, this would be 15.
        (HEAD + f'Gemini API,{IN},2026-11-23,1,"1,5"\n', r"billing\.csv:2: cost is no number: '1,5'"),
        (HEAD + f"Gemini API,{IN},2026-11-23,1,NaN\n", r"billing\.csv:2: cost is no number: 'NaN'"),
        (HEAD + f"Gemini API,{IN},2026-11-23,1,Infinity\n", r"billing\.csv:2: cost is no number"),
        (HEAD + f"Gemini API,{IN},0001-01-01T00:00:00Z,1,1\n", r"billing\.csv:2: not a day: '0001"),
        (HEAD + f'Gemini API,"{"x" * 200_000}",2026-11-23,1,1\n', r"billing\.csv:2: is no CSV: field larger"),
        (RATED + f"{IN},2026-11-23,1,KRW,-1400\n", r"billing\.csv:2: a conversion rate of -1400"),
        (RATED + f"{IN},2026-11-23,1,KRW,0\n", r"billing\.csv:2: a conversion rate of 0"),
    ],
)
def test_what_is_no_bill_is_refused(tmp_path: Path, card: RateCard, text: str, message: str) -> None:
    csv.field_size_limit(131_072)  # an import in this process raised it, as no command that reads a bill does
    with pytest.raises(BadInput, match=message):
        load(tmp_path, text, card)
