"""Quality to money, by channel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evalharness.core.assumption_fields import Channel
from evalharness.decide.money import (
    Exchange,
    benefit_per_request,
    case_money,
    overhead_per_request,
    value_per_point,
)

WIDTH = 5.0


def exchange(channel: Channel = Channel.SESSIONS) -> Exchange:
    return Exchange(channel=channel, scale_width=WIDTH, months=12)


@pytest.fixture
def values(assume) -> dict[str, float]:
    return {field.name: field.expected() for field in assume().fields}


def test_channel_a_is_method_section_3(values: dict[str, float]) -> None:
    """B = S·ρ·Δp_sat·value with S = M/requests_per_session and Δp_sat = κ·Δq/width."""
    v = values
    sessions = v["requests_per_month"] / v["requests_per_session"]
    expected = sessions * v["realisation"] * v["satisfaction_per_quality"] * 0.4 / WIDTH * 4.0
    assert v["requests_per_month"] * benefit_per_request(v, exchange(), 0.4, 0.0) == pytest.approx(expected)
    assert value_per_point(v, exchange()) * 0.4 * v["requests_per_month"] == pytest.approx(expected)


def test_channel_b_is_method_section_3(values: dict[str, float]) -> None:
    """B = U·ρ·Δp_sat·(churn_unsat − churn_sat)·ARPU·margin/churn0 with U = S/sessions_per_user."""
    v = values
    users = v["requests_per_month"] / v["requests_per_session"] / v["sessions_per_user"]
    share = v["satisfaction_per_quality"] * 0.4 / WIDTH
    expected = users * v["realisation"] * share * (0.2 - 0.05) * 10 * 0.6 / 0.1
    found = v["requests_per_month"] * benefit_per_request(v, exchange(Channel.RETENTION), 0.4, 0.0)
    assert found == pytest.approx(expected)


def test_channel_c_is_method_section_3(values: dict[str, float]) -> None:
    v = values
    sessions = v["requests_per_month"] / v["requests_per_session"]
    share = v["satisfaction_per_quality"] * 0.4 / WIDTH
    found = v["requests_per_month"] * benefit_per_request(v, exchange(Channel.MENTORING), 0.4, 0.0)
    assert found == pytest.approx(sessions * v["realisation"] * share * 20.0)


def test_the_satisfied_share_cannot_pass_one_and_latency_takes_from_it(values: dict[str, float]) -> None:
    v = values | {"satisfaction_per_quality": 1.0, "latency_penalty": 0.05}
    per_share = v["realisation"] * 4.0 / v["requests_per_session"]
    assert benefit_per_request(v, exchange(), 4.0, 2.0) == pytest.approx(per_share * (0.25 - 0.1))
    # Being faster earns nothing: only the quality term has evidence behind it.
    assert benefit_per_request(v, exchange(), 1.0, -2.0) == pytest.approx(per_share * 0.2)


def test_overhead_spreads_the_one_off_cost_over_the_horizon(values: dict[str, float]) -> None:
    v = values | {"ops_delta_per_month": 30.0, "one_off_cost": 600.0}
    assert overhead_per_request(v, exchange()) == pytest.approx((30 + 50) / 6000)


@pytest.mark.parametrize("latency", [-1.0, 0.0, 1.5])
@pytest.mark.parametrize("gain", [0.3, 3.0])
def test_case_money_has_exactly_the_mean_of_the_formula(
    values: dict[str, float], gain: float, latency: float
) -> None:
    rng = np.random.default_rng(1)
    v = values | {"latency_penalty": 0.02, "satisfaction_per_quality": 0.8}
    quality, weights = rng.normal(gain, 1, 50), rng.uniform(0.5, 2, 50)
    seconds, cost = rng.normal(latency, 0.1, 50), rng.normal(0.004, 0.001, 50)
    case = case_money(v, exchange(), quality=quality, cost=cost, latency_s=seconds, weights=weights)

    def mean(x: Any) -> float:
        return float(np.average(x, weights=weights))

    assert mean(case.benefit) == pytest.approx(
        float(benefit_per_request(v, exchange(), mean(quality), mean(seconds)))
    )
    assert case.ceiling == (gain > 2)
