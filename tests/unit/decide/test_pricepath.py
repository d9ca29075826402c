"""Months at announced prices, and their present value."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from evalharness.core.errors import PricingError
from evalharness.core.pricing import Shutdown
from evalharness.decide.pricepath import (
    add_months,
    horizon_roi,
    monthly_rate,
    net_present_value,
    payback_months,
    price_path,
)

ON = dt.date(2026, 12, 1)


def test_months_keep_the_day_or_end_with_the_month() -> None:
    assert add_months(dt.date(2026, 11, 22), 2) == dt.date(2027, 1, 22)
    assert add_months(dt.date(2027, 1, 31), 1) == dt.date(2027, 2, 28)
    assert add_months(dt.date(2026, 12, 15), 12) == dt.date(2027, 12, 15)


def test_each_month_has_the_price_announced_for_it(cards, rate) -> None:
    """A price that doubles next month holds for one month of twelve."""
    card = cards(
        rate("flash", "1", "4", end=dt.date(2026, 12, 31)),
        rate("flash", "2", "8", start=dt.date(2027, 1, 1)),
        rate("pro", "2", "12"),
    )
    path = price_path(card, ("flash", "pro"), ON, 12)
    assert path.days == (ON, dt.date(2027, 1, 1))
    assert path.regime == (0, *[1] * 11)
    assert path.shares == pytest.approx([1 / 12, 11 / 12])
    assert price_path(card, (), ON, 12).regime == (0,) * 12


def test_a_month_without_price_raises_unless_a_shutdown_explains_it(cards, rate) -> None:
    ending = rate("flash", "1", "4", end=dt.date(2027, 1, 31))
    with pytest.raises(PricingError, match="2027-02-01"):
        price_path(cards(ending), ("flash",), ON, 12)
    shut = Shutdown(model="flash", on=dt.date(2027, 2, 1), source="test")
    path = price_path(cards(ending, shutdowns=(shut,)), ("flash",), ON, 12)
    assert path.held == (("flash", dt.date(2027, 2, 1)),)
    assert path.regime == (0,) * 12


def test_npv_of_a_textbook_project() -> None:
    """100,000 now, 25,000 net for six periods at 10 %: 8,881.52 (the usual worked example of NPV)."""
    yearly = 1.1**12 - 1
    found = net_present_value(np.full(6, 25_000.0), one_off=100_000, yearly_rate=yearly)
    assert found == pytest.approx(8881.52, abs=0.01)


def test_npv_of_equal_months_is_the_annuity_formula() -> None:
    r = monthly_rate(0.1)
    assert (1 + r) ** 12 == pytest.approx(1.1)
    found = net_present_value(np.full(12, 70.0), one_off=500, yearly_rate=0.1)
    assert found == pytest.approx(-500 + 70 * (1 - (1 + r) ** -12) / r)
    assert net_present_value(np.full(12, 70.0), one_off=500, yearly_rate=0.0) == pytest.approx(340)


def test_payback_is_i0_over_net_or_nothing() -> None:
    assert payback_months(np.full(12, 50.0), 200) == pytest.approx(4)
    assert payback_months(np.full(12, 50.0), 1000) == pytest.approx(20)
    assert payback_months(np.full(12, 50.0), 0) == 0
    assert payback_months(np.full(12, -1.0), 200) is None
    assert payback_months(np.array([10.0, 100.0, 100.0]), 60) == pytest.approx(1.5)


def test_horizon_roi_is_method_section_3() -> None:
    assert horizon_roi(12 * 100, 12 * 20, 60) == pytest.approx((12 * 80 - 60) / (12 * 20 + 60))
