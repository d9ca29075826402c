"""The value of more evidence."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.decide.evsi import best_number, evsi, evsi_rows, expected_gain


@pytest.mark.parametrize(("z", "loss"), [(0.0, 0.39894), (0.5, 0.19780), (1.0, 0.08332), (2.0, 0.00849)])
def test_unit_normal_loss_table(z: float, loss: float) -> None:
    """Raiffa and Schlaifer (1961), table of the unit normal loss integral."""
    assert expected_gain(z, 1.0) == pytest.approx(loss, abs=1e-5)
    assert expected_gain(-z, 1.0) == pytest.approx(loss, abs=1e-5)
    assert expected_gain(300 * z, 300.0) == pytest.approx(300 * loss, abs=0.01)


def test_evsi_is_the_gain_of_deciding_after_seeing_more() -> None:
    """Simulated: draw the posterior mean that n₁ more cases would give, then take the better side."""
    rng = np.random.default_rng(1)
    sigma = 100 * np.sqrt(50 / 150)
    gain = np.maximum(rng.normal(-40, sigma, 400_000), 0).mean() - 0
    assert evsi(-40, 100, n_before=100, n_more=50) == pytest.approx(gain, rel=0.02)


def test_no_spread_is_worth_nothing_and_more_cases_are_worth_more() -> None:
    assert expected_gain(5, 0.0) == 0
    values = [row.value for row in evsi_rows(-40, 100, n_before=100, cost_per_case=0.0)]
    assert values == sorted(values)


def test_best_number_weighs_value_against_cost() -> None:
    free = evsi_rows(-40, 100, n_before=100, cost_per_case=0.0)
    priced = evsi_rows(-40, 100, n_before=100, cost_per_case=0.05)
    dear = evsi_rows(-40, 100, n_before=100, cost_per_case=50.0)
    assert best_number(free) == max(row.more_prompts for row in free)
    assert 0 < best_number(priced) < best_number(free)
    assert best_number(dear) == 0
