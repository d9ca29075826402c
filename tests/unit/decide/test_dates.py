"""The verdict on the days when prices change."""

from __future__ import annotations

import datetime as dt

import pytest

from evalharness.core.decision import Ruling
from evalharness.decide import decide


@pytest.fixture
def doubling(cards, rate):
    """Pro from 2/12 to 40/240 on 2027-01-01: what pays today does not pay then."""
    return cards(
        rate("flash", "1", "4"),
        rate("pro", "2", "12", end=dt.date(2026, 12, 31)),
        rate("pro", "40", "240", start=dt.date(2027, 1, 1)),
    )


def test_the_headline_follows_the_path_and_the_run_date_stands_beside_it(
    study, scores, doubling, assume
) -> None:
    money = decide(study(scores()), doubling, assume()).upgrade.money
    now, then = 6000 * 0.0034, 6000 * (0.112 - 0.0022)
    assert money.cost_at_run_date == pytest.approx(now)
    assert money.cost == pytest.approx((now + 11 * then) / 12)
    assert [round(row.cost, 6) for row in money.path] == [round(now, 6), *[round(then, 6)] * 11]
    assert money.roi < 0 < money.roi_at_run_date


def test_the_verdict_names_its_last_day(study, scores, doubling, assume) -> None:
    verdict = decide(study(scores()), doubling, assume()).upgrade.verdict
    assert verdict.ruling is Ruling.REJECT
    assert verdict.prices_hold_until == dt.date(2026, 12, 31)


def test_each_announced_change_has_a_row(*, study, scores, doubling, assume, cards, rate) -> None:
    rows = decide(study(scores()), doubling, assume()).upgrade.dates
    assert [(r.on, r.why) for r in rows] == [
        (dt.date(2026, 12, 1), "run"), (dt.date(2027, 1, 1), "price_change")
    ]  # fmt: skip
    assert rows[1].cost_per_request == pytest.approx(0.112 - 0.0022)
    cheaper = cards(
        rate("flash", "1", "4"),
        rate("pro", "40", "240", end=dt.date(2027, 9, 30)),
        rate("pro", "2", "12", start=dt.date(2027, 10, 1)),
    )
    found = decide(study(scores()), cheaper, assume()).upgrade
    assert [r.ruling for r in found.dates] == [Ruling.REJECT, Ruling.APPROVE]
    assert found.verdict.valid_until == dt.date(2027, 9, 30)


def test_without_announcements_nothing_ends(study, scores, card, assume) -> None:
    found = decide(study(scores()), card, assume()).upgrade
    assert len(found.dates) == 1
    assert (found.verdict.valid_until, found.verdict.prices_hold_until) == (None, None)


def test_a_later_day_without_prices_for_its_horizon_ends_the_verdict(
    study, scores, assume, cards, rate
) -> None:
    ending = cards(
        rate("flash", "1", "4", end=dt.date(2027, 2, 28)),
        rate("flash", "2", "8", start=dt.date(2027, 3, 1), end=dt.date(2027, 12, 31)),
        rate("pro", "2", "12"),
    )
    found = decide(study(scores()), ending, assume()).upgrade
    assert [r.ruling for r in found.dates] == [Ruling.APPROVE, Ruling.NO_VERDICT]
    assert found.verdict.valid_until == dt.date(2027, 2, 28)
