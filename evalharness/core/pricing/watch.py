"""What somebody should look at on a rate card, on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from evalharness.core.pricing.card import RateCard
from evalharness.core.pricing.rates import Rate

EXPIRY_NOTICE_DAYS = 60
"""A price or a model that ends so soon is named."""
MAX_AGE_DAYS = 30
"""A price read longer ago than this is named; an experiment refuses it on its own terms
(thresholds.max_rate_age_days)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWarning:
    """One thing to look at."""

    kind: str
    """expires | stale | ended | shutdown"""
    model: str
    text: str
    file: str | None
    line: int | None

    def __str__(self) -> str:
        """Say it in one line, with its place."""
        where = "" if self.file is None else f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        return where + self.text


def card_warnings(card: RateCard, on: dt.date) -> Iterator[CardWarning]:
    """Yield rows that end within 60 days, rows older than 30 days, prices that ended, and shutdowns near."""
    ends = {end.model: end.on for end in card.shutdowns}
    for model in card.models:
        rows = card.rows(model)
        live = [row for row in rows if row.valid_to is None or row.valid_to >= on]
        for row in live:
            yield from _row_warnings(row, rows, on, ends.get(model))
        if not live and not (model in ends and ends[model] <= on):
            yield _warn("ended", rows[-1], f"{model} has no price after {rows[-1].valid_to}")
    yield from _shutdown_warnings(card, on)


def _row_warnings(
    row: Rate, rows: tuple[Rate, ...], on: dt.date, end: dt.date | None
) -> Iterator[CardWarning]:
    age = (on - row.as_of).days
    if age > MAX_AGE_DAYS:
        yield _warn("stale", row, f"{row.model}: the price was read on {row.as_of}, {age} days ago")
    if row.valid_to is None or not row.covers(on):
        return
    days = (row.valid_to - on).days
    if days > EXPIRY_NOTICE_DAYS:
        return
    following = next((later for later in rows if later.valid_from > row.valid_to), None)
    if following is not None:
        then = (
            f"then {following.input_usd_per_mtok} / {following.output_usd_per_mtok} "
            f"(now {row.input_usd_per_mtok} / {row.output_usd_per_mtok})"
        )
    elif end is not None:
        then = f"the model is shut down on {end}"
    else:
        then = "and no later price is on the card"
    yield _warn("expires", row, f"{row.model}: the price ends on {row.valid_to}, in {days} days; {then}")


def _shutdown_warnings(card: RateCard, on: dt.date) -> Iterator[CardWarning]:
    for end in card.shutdowns:
        days = (end.on - on).days
        if not 0 <= days <= EXPIRY_NOTICE_DAYS:
            continue
        after = (
            f"{end.routed_to} answers and bills from then on" if end.routed_to else "no successor is named"
        )
        text = f"{end.model} is shut down on {end.on}, in {days} days; {after} ({end.source})"
        yield CardWarning(kind="shutdown", model=end.model, text=text, file=card.file, line=None)


def _warn(kind: str, row: Rate, text: str) -> CardWarning:
    return CardWarning(kind=kind, model=row.model, text=text, file=row.file, line=row.line)
