"""Break-evens."""

from __future__ import annotations

import pytest

from evalharness.core.assumption_fields import Channel
from evalharness.decide.breakeven import (
    Measured,
    break_evens,
    net_at,
    quality_break_even,
    value_break_even,
)
from evalharness.decide.money import Exchange

MEASURED = Measured(quality=0.8, token_cost=0.004, latency_s=1.5)
SESSIONS = Exchange(channel=Channel.SESSIONS, scale_width=5.0, months=12)


def test_the_formulas_of_method_section_3() -> None:
    assert quality_break_even(24.0, per_point=0.05, requests=6000, threshold=1.5) == pytest.approx(0.2)
    assert value_break_even(24.0, quality=0.2, requests=6000, threshold=1.5) == pytest.approx(0.05)


def test_every_break_even_really_breaks_even(assume) -> None:
    assumptions = assume(latency_penalty=0.01, ops_delta_per_month=5.0, one_off_cost=100.0)
    values = {f.name: f.expected() for f in assumptions.used()}
    rows = {b.name: b for b in break_evens(assumptions, values, MEASURED, SESSIONS, threshold=1.5)}
    for name in (
        "realisation",
        "value_per_satisfied_session",
        "ops_delta_per_month",
        "latency_penalty",
        "requests_per_session",
    ):
        at = net_at({**values, name: rows[name].value}, MEASURED, SESSIONS, 1.5)
        assert at == pytest.approx(0, abs=1e-7)
    star = Measured(quality=rows["quality_difference"].value, token_cost=0.004, latency_s=1.5)
    assert net_at(values, star, SESSIONS, 1.5) == pytest.approx(0, abs=1e-9)
    assert rows["ops_delta_per_month"].direction == "at_most"
    assert rows["realisation"].direction == "at_least"
    assert rows["discount_rate"].value is None


def test_a_loss_has_no_value_that_mends_it(assume) -> None:
    assumptions = assume()
    values = {f.name: f.expected() for f in assumptions.used()}
    worse = Measured(quality=-0.5, token_cost=0.004, latency_s=0.0)
    rows = {b.name: b for b in break_evens(assumptions, values, worse, SESSIONS, threshold=1.5)}
    assert rows["value_per_point"].value is None
    assert rows["value_per_satisfied_session"].value is None
    assert rows["quality_difference"].value == pytest.approx(0.2)
