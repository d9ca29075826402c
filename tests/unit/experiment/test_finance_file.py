"""The finance file: strict, sourced, and exact."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.experiment.finance_file import load_finance

TEXT = """\
name = "test"

[currency]
code = "KRW"
per_usd = "1400.5"
as_of = 2026-11-29
source = "bank"

[vat]
rate = "0.10"
recoverable = false
source = "law"

[[credits]]
usd = "300"
expires = 2027-02-28
source = "starting credit"

[budget]
usd = "50.00"
source = "owner"
"""


def load(folder: Path, text: str):
    path = folder / "finance.toml"
    path.write_text(text, encoding="utf-8")
    return load_finance(path)


def test_the_shipped_file_is_an_example_with_a_dated_rate(root: Path) -> None:
    found = load_finance(root / "prompts" / "finance.toml")
    assert found.example
    assert found.currency is not None
    assert (found.currency.code, found.currency.per_usd) == ("KRW", Decimal("1477.1"))


def test_everything_is_read_exactly_and_nothing_is_needed(tmp_path: Path) -> None:
    found = load(tmp_path, TEXT)
    assert found.credits[0].usd == 300
    assert (found.budget.usd, found.budget.local_from, found.thinking) == (50, None, (0.0, 2.0))
    bare = load(tmp_path, 'name = "bare"\n')
    assert (bare.currency, bare.vat, bare.credits, bare.budget) == (None, None, (), None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"1400.5"', "1400.5", r"finance\.toml:5: .*quotes"),
        ('"KRW"', '"won"', r"finance\.toml:4: "),
        ('source = "law"\n', "", r"missing key vat\.source"),
        ("recoverable", "recoverabel", "nearest valid name: recoverable"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load(tmp_path, TEXT.replace(old, new))
