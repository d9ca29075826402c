"""Negotiated prices replace list prices for their span and nothing else."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from decimal import Decimal
from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.core.pricing import RateCard, price_usage
from evalharness.core.usage import Usage
from evalharness.experiment.overrides_file import load_overrides
from evalharness.experiment.rates_file import load_rate_card

FACTOR = """\
name = "contract 4711"

[[overrides]]
model = "gemini-3.8-flash"
valid_from = 2026-12-15
valid_to = 2027-01-31
factor = "0.8"
source = "contract 4711, annex B"
as_of = 2026-11-29
"""


@pytest.fixture(scope="module")
def card(root: Path) -> RateCard:
    return load_rate_card(root / "prompts" / "rates" / "gemini.toml")


def test_the_example_of_the_docs_is_one(root: Path, tmp_path: Path, card: RateCard) -> None:
    page = (root / "docs" / "cost.md").read_text(encoding="utf-8")
    block = re.search(r"(?m)^      name = .*\n(?:(?:      .*)?\n)+", page)
    assert block is not None
    found = load(tmp_path, textwrap.dedent(block[0]), card)
    before, after = (c.rate("gemini-3.8-flash", dt.date(2026, 12, 20)) for c in (card, found))
    assert after.input_usd_per_mtok == before.input_usd_per_mtok * Decimal("0.8")


def load(folder: Path, text: str, card: RateCard) -> RateCard:
    path = folder / "contract.toml"
    path.write_text(text, encoding="utf-8")
    return load_overrides(path, card)


def million_in(card: RateCard, day: dt.date) -> Decimal:
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    return price_usage(usage, model="gemini-3.8-flash", card=card, on=day).total_usd


def test_a_factor_follows_the_announced_change_and_ends_with_the_contract(
    tmp_path: Path, card: RateCard
) -> None:
    contract = load(tmp_path, FACTOR, card)
    days = {
        dt.date(2026, 12, 14): Decimal("0.75"),
        dt.date(2026, 12, 15): Decimal("0.60"),
        dt.date(2026, 12, 31): Decimal("0.60"),
        dt.date(2027, 1, 1): Decimal("1.20"),
        dt.date(2027, 1, 31): Decimal("1.20"),
        dt.date(2027, 2, 1): Decimal("1.50"),
    }
    assert {day: million_in(contract, day) for day in days} == days
    row = contract.rate("gemini-3.8-flash", dt.date(2027, 1, 1))
    assert (row.source, row.line) == ("contract 4711, annex B", 3)
    assert row.file is not None
    assert row.file.endswith("contract.toml")
    assert million_in(card, dt.date(2026, 12, 15)) == Decimal("0.75")


def test_prices_of_ones_own_leave_the_rest_to_the_list(tmp_path: Path, card: RateCard) -> None:
    contract = load(tmp_path, FACTOR.replace('factor = "0.8"', 'input = "0.70"'), card)
    row = contract.rate("gemini-3.8-flash", dt.date(2026, 12, 20))
    assert (row.input_usd_per_mtok, row.output_usd_per_mtok) == (Decimal("0.70"), Decimal("3.75"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("gemini-3.8-flash", "gemini-9", r"contract\.toml:3: model 'gemini-9' has no price"),
        ('factor = "0.8"\n', "", "either a factor of the list price or prices"),
        ('factor = "0.8"', 'factor = "0.8"\ninput = "1"', "either a factor of the list price or prices"),
        ("2027-01-31", "2026-01-31", "is before valid_from"),
        ("gemini-3.8-flash", "gemini-2.5-pro", r"contract\.toml:3: the list has no price of gemini-2.5-pro"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, card: RateCard, old: str, new: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load(tmp_path, FACTOR.replace(old, new), card)


def test_long_context_prices_need_a_factor(tmp_path: Path, card: RateCard) -> None:
    text = FACTOR.replace("gemini-3.8-flash", "gemini-3.1-pro-preview").replace(
        'factor = "0.8"', 'input = "1"'
    )
    with pytest.raises(BadInput, match="state a factor"):
        load(tmp_path, text, card)


def test_rows_that_overlap_are_refused(tmp_path: Path, card: RateCard) -> None:
    second = FACTOR.partition("\n\n")[2]
    with pytest.raises(BadInput, match="overlap"):
        load(tmp_path, FACTOR + "\n" + second, card)
