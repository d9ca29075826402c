"""What a card's keeper is told, and when."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from evalharness.core.pricing import Rate, RateCard, Shutdown
from evalharness.core.pricing.watch import card_warnings

DAY = dt.date(2026, 11, 29)


def rate(**changes: Any) -> Rate:
    fields: dict[str, Any] = {
        "model": "m", "valid_from": dt.date(2026, 1, 1), "valid_to": None, "input_usd_per_mtok": Decimal(1),
        "output_usd_per_mtok": Decimal(4), "cached_usd_per_mtok": None, "source": "list", "as_of": DAY,
        "file": "card.toml", "line": 7,
    }  # fmt: skip
    return Rate(**(fields | changes))


def said(*rates: Rate, on: dt.date = DAY, shutdowns: tuple[Shutdown, ...] = ()) -> list[tuple[str, str]]:
    card = RateCard(name="test", rates=rates, shutdowns=shutdowns)
    return [(warning.kind, str(warning)) for warning in card_warnings(card, on)]


def test_a_fresh_open_row_is_no_news() -> None:
    assert said(rate()) == []
    assert said(rate(as_of=DAY - dt.timedelta(days=30))) == []


def test_a_price_read_more_than_thirty_days_ago() -> None:
    [(kind, text)] = said(rate(as_of=DAY - dt.timedelta(days=31)))
    assert kind == "stale"
    assert text == "card.toml:7: m: the price was read on 2026-10-29, 31 days ago"


def test_a_price_that_ends_within_sixty_days_and_what_follows() -> None:
    row = rate(valid_to=DAY + dt.timedelta(days=60))
    later = rate(valid_from=DAY + dt.timedelta(days=61), input_usd_per_mtok=Decimal(2))
    assert said(row)[0][1].endswith("in 60 days; and no later price is on the card")
    assert said(row, later)[0][1].endswith("then 2 / 4 (now 1 / 4)")
    assert said(rate(valid_to=DAY + dt.timedelta(days=61))) == []


def test_a_price_that_has_ended_without_a_shutdown() -> None:
    row = rate(valid_to=DAY - dt.timedelta(days=1))
    assert said(row) == [("ended", "card.toml:7: m has no price after 2026-11-28")]
    assert said(row, shutdowns=(Shutdown(model="m", on=DAY, source="page"),))[0][0] == "shutdown"


def test_a_shutdown_near_names_who_answers_then() -> None:
    end = Shutdown(model="m", on=DAY + dt.timedelta(days=2), source="page", routed_to="n")
    assert said(rate(), shutdowns=(end,)) == [
        ("shutdown", "m is shut down on 2026-12-01, in 2 days; n answers and bills from then on (page)")
    ]
