"""Rate cards: wrong rows are refused with their line; the shipped card says what genai-prices says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from evalharness.core.errors import BadInput, PricingError
from evalharness.experiment.rates_file import load_rate_card

ROW = """\
name = "test"

[[rates]]
model = "m"
valid_from = 2026-01-01
valid_to = 2026-12-31
input = "0.75"
output = "3.75"
source = "list"
as_of = 2026-11-22
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "rates.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_card_has_the_announced_changes(root: Path) -> None:
    card = load_rate_card(root / "prompts" / "rates" / "gemini.toml")
    flash = {
        day: card.rate("gemini-flash-latest", day).input_usd_per_mtok
        for day in (dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    }
    assert [*flash.values()] == [Decimal("0.75"), Decimal("1.50")]
    argon = {
        day: card.rate("gemini-4-argon", day).output_usd_per_mtok
        for day in (dt.date(2026, 11, 30), dt.date(2026, 12, 1))
    }
    assert [*argon.values()] == [Decimal(10), Decimal(20)]
    assert "gemini-3.1-pro-preview" in card.previews
    assert card.in_force("gemini-2.5-pro", dt.date(2026, 12, 1)).model == "gemini-3.8-flash"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('"0.75"', "0.75", 7, "a price is written in quotes"),
        ('"0.75"', '"cheap"', 7, "not a price: 'cheap'"),
        ('"0.75"', '"-1"', 7, "not negative"),
        ('"0.75"', '"NaN"', 7, "not negative"),
        ("2026-12-31", "2025-12-31", 3, "is before valid_from"),
        ("as_of = 2026-11-22\n", "", 3, "missing key rates[0].as_of"),
        ('source = "list"', 'sorce = "list"', 9, "nearest valid name: source"),
    ],
)
def test_wrong_rows(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_rate_card(write(tmp_path, ROW.replace(old, new, 1)))
    assert message in str(caught.value)
    assert caught.value.line == line


def test_overlapping_rows_are_refused(tmp_path: Path) -> None:
    second = (
        ROW.split("\n\n", 1)[1].replace("2026-01-01", "2026-12-31").replace("valid_to = 2026-12-31\n", "")
    )
    with pytest.raises(BadInput, match=r"rates\.toml:12: m: rows from 2026-01-01 and 2026-12-31 overlap"):
        load_rate_card(write(tmp_path, ROW + "\n" + second))


def test_an_alias_of_nothing_is_refused(tmp_path: Path) -> None:
    text = ROW.replace('name = "test"\n', 'name = "test"\naliases = { latest = "n" }\n')
    with pytest.raises(BadInput, match="alias 'latest' names 'n', which has no row"):
        load_rate_card(write(tmp_path, text))


def test_rows_carry_aliases_prices_of_tools_audio_and_tiers_and_where_they_stand(tmp_path: Path) -> None:
    more = """\
aliases = ["m-latest"]
tool_use = "0.50"
audio = "1.00"
audio_cached = "0.10"
batch_factor = "0.5"
batch_cached = "0.075"
flex_factor = "0.5"
priority_factor = "1.8"
search_per_thousand = "14"

[rates.long_context]
above_tokens = 100
input = "2"
output = "8"
batch_cached = "0.3"
"""
    path = write(tmp_path, ROW + more)
    row = load_rate_card(path).rate("m-latest", dt.date(2026, 6, 1))
    assert (row.tool_use_usd_per_mtok, row.audio_usd_per_mtok, row.priority_factor) == (
        Decimal("0.50"), Decimal("1.00"), Decimal("1.8"),
    )  # fmt: skip
    assert (row.long_batch_cached_usd_per_mtok, row.file, row.line) == (Decimal("0.3"), str(path), 3)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('[aliases]\nx = "n"', "alias 'x' names 'n', which has no row"),
        ('[[shutdowns]]\nmodel = "m"\non = 2026-12-01\nrouted_to = "n"\nsource = "page"', "routed to 'n'"),
    ],
)
def test_names_without_a_row_are_refused(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(BadInput, match=rf"rates\.toml:\d+: .*{message}"):
        load_rate_card(write(tmp_path, ROW + "\n" + more + "\n"))


def test_an_alias_of_two_models_is_refused(tmp_path: Path) -> None:
    first = ROW.replace('"m"', '"m"\naliases = ["x"]')
    second = ROW.replace('name = "test"\n', "").replace('"m"', '"n"\naliases = ["x"]')
    with pytest.raises(BadInput, match="alias 'x' names both m and n"):
        load_rate_card(write(tmp_path, first + second))


def test_a_day_after_the_last_row_names_file_and_line(tmp_path: Path) -> None:
    card = load_rate_card(write(tmp_path, ROW))
    with pytest.raises(PricingError, match=r"rates\.toml:3: no price of m is valid on 2027-01-01"):
        card.rate("m", dt.date(2027, 1, 1))
