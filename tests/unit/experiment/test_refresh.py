"""A card brought up to date: what the list states changes, what people wrote stays."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from evalharness.core.pricing import Shutdown
from evalharness.core.pricing.listed import ListedPrice, PriceList
from evalharness.experiment.card_text import join_blocks, split_blocks
from evalharness.experiment.price_list import installed_price_list
from evalharness.experiment.rates_file import load_rate_card
from evalharness.experiment.refresh import compare_text, refresh_text

DAY = dt.date(2026, 12, 2)
CARD = """\
# About this card.
name = "test"

[aliases]
latest = "a"

# The first model.
[[rates]]
model = "a"
valid_from = 2026-01-01
input = "1.00" # as of the spring
output = "4"
flex_factor = "0.5"
source = "genai-prices 0.1.0, provider google, a; and a note"
as_of = 2026-11-01

[[rates]]
model = "b"
valid_from = 2026-01-01
input = "0.70"
output = "2"
source = "our contract"
as_of = 2026-11-01

[[shutdowns]]
model = "b"
on = 2027-06-01
source = "page"
"""


def listed(model: str, price_in: str, price_out: str, start: dt.date | None = None) -> ListedPrice:
    prices = (("input", Decimal(price_in)), ("output", Decimal(price_out)))
    return ListedPrice(model=model, starts=start, prices=prices, aliases=("latest", f"{model}-preview"))


def prices(*rows: ListedPrice) -> PriceList:
    return PriceList(name="genai-prices 9.9", rows=rows, left_out=())


def load(folder: Path, text: str):
    path = folder / "card.toml"
    path.write_text(text, encoding="utf-8")
    return load_rate_card(path)


def test_blocks_joined_again_are_the_text(root: Path) -> None:
    for text in (CARD, (root / "prompts" / "rates" / "gemini.toml").read_text(encoding="utf-8")):
        assert join_blocks(split_blocks(text)) == text


def test_a_price_changes_and_comments_notes_and_hand_kept_keys_stay(tmp_path: Path) -> None:
    done = refresh_text(CARD, prices(listed("a", "1.25", "4")), (), DAY)
    row = load(tmp_path, done.text).rate("a", DAY)
    assert (row.input_usd_per_mtok, row.flex_factor, row.as_of) == (Decimal("1.25"), Decimal("0.5"), DAY)
    assert row.source == "genai-prices 9.9, provider google, a; and a note"
    for kept in ("# About this card.", "# The first model.", '"1.25" # as of the spring', "a-preview"):
        assert kept in done.text
    assert done.text.count("latest") == 1


def test_a_row_of_ones_own_is_kept_and_its_difference_said() -> None:
    done = refresh_text(CARD, prices(listed("a", "1.00", "4"), listed("b", "0.75", "2")), (), DAY)
    assert 'input = "0.70"' in done.text
    assert done.by_hand == ("kept by hand, b from 2026-01-01: input is 0.70, the list says 0.75",)


def test_an_announced_price_becomes_a_row_and_ends_the_one_before(tmp_path: Path) -> None:
    later = dt.date(2027, 1, 1)
    done = refresh_text(CARD, prices(listed("a", "1.00", "4"), listed("a", "2", "8", later)), (), DAY)
    card = load(tmp_path, done.text)
    assert [row.valid_to for row in card.rows("a")] == [dt.date(2026, 12, 31), None]
    assert card.rate("a", later).flex_factor == Decimal("0.5")


def test_a_new_model_starts_on_the_day_and_ends_before_its_shutdown(tmp_path: Path) -> None:
    end = Shutdown(model="c", on=dt.date(2027, 3, 1), source="page")
    done = refresh_text(CARD, prices(listed("c", "3", "9")), (end,), DAY)
    row = load(tmp_path, done.text).rate("c", DAY)
    assert (row.valid_from, row.valid_to) == (DAY, dt.date(2027, 2, 28))
    assert done.unlisted == ("a", "b")


def test_a_row_without_a_date_before_a_past_change_is_not_invented() -> None:
    rows = (listed("c", "3", "9"), listed("c", "4", "9", dt.date(2026, 5, 1)))
    done = refresh_text(CARD, prices(*rows), (), DAY)
    assert done.text.count('model = "c"') == 1
    assert 'input = "3"' not in done.text


def test_refreshing_again_changes_nothing() -> None:
    rows = prices(listed("a", "1.25", "4"), listed("c", "3", "9"))
    once = refresh_text(CARD, rows, (), DAY).text
    assert refresh_text(once, rows, (), DAY).text == once
    assert compare_text(once, rows) == ()


def test_a_difference_names_row_and_values() -> None:
    found = compare_text(CARD, prices(listed("a", "1.25", "4"), listed("z", "1", "2")))
    assert [str(difference) for difference in found] == [
        "a from 2026-01-01: input is 1.00, the list says 1.25",
        "z: the row is not on the card, the list says input 1, output 2",
    ]


def test_the_shipped_card_says_what_the_installed_list_says(root: Path) -> None:
    """The card is generated from it; what is written by hand is marked by its source."""
    pytest.importorskip("genai_prices")
    text = (root / "prompts" / "rates" / "gemini.toml").read_text(encoding="utf-8")
    assert compare_text(text, installed_price_list()) == ()


def test_the_installed_list_gives_dated_rows_batch_prices_and_tiers() -> None:
    pytest.importorskip("genai_prices")
    rows = {(row.model, row.starts): row for row in installed_price_list().rows}
    flash = dict(rows["gemini-3.8-flash", dt.date(2027, 1, 1)].prices)
    assert (flash["input"], flash["output"], flash["batch_factor"]) == (
        Decimal("1.5"), Decimal("7.5"), Decimal("0.5"),
    )  # fmt: skip
    pro = rows["gemini-3.1-pro-preview", None]
    assert (pro.long_above_tokens, dict(pro.long_prices)["input"]) == (200_000, Decimal(4))
    # Batches do not halve what is read from a cache, and that is a price of its own.
    assert dict(pro.prices)["batch_cached"] == Decimal("0.2")
    assert not any("tts" in model or "embedding" in model or "live" in model for model, _ in rows)
