"""Rate cards against the installed price list."""

from __future__ import annotations

import datetime as dt
import difflib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from evalharness.core.errors import BadInput
from evalharness.core.pricing import RateCard
from evalharness.core.pricing.watch import CardWarning, card_warnings
from evalharness.experiment.edge import read_text
from evalharness.experiment.overrides_file import load_overrides
from evalharness.experiment.price_list import installed_price_list
from evalharness.experiment.rates_file import load_rate_card
from evalharness.experiment.refresh import Difference, Refreshed, compare_text, refresh_text
from evalharness.store.jsonlines import write_atomically

DEFAULT_CARD = Path("prompts/rates/gemini.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRefresh:
    """What refreshing a card would write."""

    path: Path
    refreshed: Refreshed
    diff: str
    """Unified diff, empty if nothing changes."""
    list_name: str
    left_out: tuple[tuple[str, str], ...]

    def write(self) -> None:
        """Replace the card."""
        write_atomically(self.path, self.refreshed.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCheck:
    """What is to be said of a card on a day."""

    warnings: tuple[CardWarning, ...]
    list_name: str | None
    """The list it was compared with; None if that is not installed."""
    differences: tuple[Difference, ...]


def plan_refresh(path: Path, on: dt.date) -> CardRefresh:
    """Work out the new text of a card; writes nothing.

    Raises:
        BadInput: If the card is wrong, the list is not installed, or the result would be no valid card.
    """
    card, old = load_rate_card(path), read_text(path)
    prices = installed_price_list()
    refreshed = refresh_text(old, prices, card.shutdowns, on)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        write_atomically(trial, refreshed.text)
        try:
            load_rate_card(trial)
        except BadInput as error:
            line = f" at line {error.line}" if error.line else ""
            raise BadInput(f"the refreshed card would be wrong{line}: {error.message}", file=path) from None
    lines = difflib.unified_diff(
        old.splitlines(), refreshed.text.splitlines(), str(path), f"{path} ({prices.name})", lineterm=""
    )
    return CardRefresh(
        path=path,
        refreshed=refreshed,
        diff="\n".join(lines),
        list_name=prices.name,
        left_out=prices.left_out,
    )


def check_card(path: Path, on: dt.date) -> CardCheck:
    """Compare a card with the installed list and look for what ends soon or is old.

    Raises:
        BadInput: If the card is wrong.
    """
    warnings = tuple(card_warnings(load_rate_card(path), on))
    try:
        prices = installed_price_list()
    except BadInput:
        return CardCheck(warnings=warnings, list_name=None, differences=())
    return CardCheck(
        warnings=warnings,
        list_name=prices.name,
        differences=compare_text(read_text(path), prices),
    )


def priced_card(card: Path, overrides: Path | None) -> RateCard:
    """Return the list's prices, or the contract's where a file of them is named.

    Raises:
        BadInput: If a file is wrong.
    """
    listed = load_rate_card(card)
    return listed if overrides is None else load_overrides(overrides, listed)
