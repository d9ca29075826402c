"""A study weighed before it begins."""

from __future__ import annotations

import math
from typing import Any

import pytest

from evalharness.core.assumptions import Assumption, Status
from evalharness.decide.before import Question, before_study


def question(**changes: Any) -> Question:
    fields: dict[str, Any] = {
        "cases": 100, "study_usd": 4.0, "roi": 1.5, "confidence": 0.95, "scale_width": 5.0,
        "cost_changes": [0.004] * 12,
    }  # fmt: skip
    return Question(**(fields | changes))


def test_what_a_hundred_cases_detect_is_the_textbook_figure(assume) -> None:
    """2.486·sd/√n at 80 % power, one-sided 5 %."""
    found = before_study(question(), assume()).detectable
    assert [entry.sd_points for entry in found] == pytest.approx([0.5, 0.8, 1.1])
    for entry in found:
        assert entry.mde_points == pytest.approx(2.486 * entry.sd_points / 10, rel=1e-3)


def test_the_decided_cost_follows_the_months_and_holds_operations_and_one_off(assume) -> None:
    """6,000 requests a month: 0.004 each for two months, 0.002 for ten; 5 a month; 100 once."""
    months = [0.004] * 2 + [0.002] * 10
    found = before_study(question(cost_changes=months), assume(ops_delta_per_month=5.0, one_off_cost=100.0))
    assert found.decided_usd == pytest.approx(6000 * (2 * 0.004 + 10 * 0.002) + 12 * 5 + 100)
    assert not found.too_dear


def test_the_break_even_gain_returns_exactly_the_roi(assume) -> None:
    """V = κ·ρ·value/(requests per session·width) = .5·.5·4/(4·5) = 0.05; Δq* = 2.5·0.004/0.05."""
    found = before_study(question(), assume())
    assert found.break_even_points == pytest.approx(2.5 * 0.004 / 0.05)
    assert before_study(question(cost_changes=[-0.001] * 12), assume()).break_even_points is None


def test_a_study_that_costs_more_than_it_decides_about_is_made_smaller(assume) -> None:
    tiny = assume(requests_per_month=10.0)  # decides about 12·10·0.004 = 0.48 USD
    found = before_study(question(), tiny)
    assert found.too_dear
    assert found.smaller is not None
    assert found.smaller.cases == 12
    assert found.smaller.usd == pytest.approx(0.48)
    assert found.smaller.detectable[1].mde_points == pytest.approx(2.486 * 0.8 / math.sqrt(12), rel=1e-3)


def test_a_cheaper_treatment_is_weighed_by_what_it_saves(assume) -> None:
    found = before_study(question(cost_changes=[-0.004] * 12), assume())
    assert found.decided_usd == pytest.approx(-288)
    assert not found.too_dear


def test_no_study_pays_where_almost_nothing_is_decided(assume) -> None:
    found = before_study(question(), assume(requests_per_month=1.0))
    assert (found.too_dear, found.smaller) == (True, None)


def test_an_unknown_assumption_is_named_and_nothing_is_made_up(assume) -> None:
    unknown = Assumption(name="requests_per_month", status=Status.UNKNOWN)
    found = before_study(question(), assume(requests_per_month=unknown))
    assert (found.decided_usd, found.unknown, found.too_dear) == (None, ("requests_per_month",), False)
    assert found.break_even_points is None


def test_one_case_detects_nothing(assume) -> None:
    assert before_study(question(cases=1), assume()).detectable == ()
