"""Means with the standard errors of their design."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evalharness.core.errors import InsufficientData
from evalharness.decide.contrasts import (
    mean_estimate,
    mean_or_value,
    mean_vector,
    net_benefit_bound,
    net_values,
)
from evalharness.decide.design import Design

SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
"""Differences of Student's sleep data (Student 1908, Biometrika 6; R's `sleep`)."""


def estimate(values: np.ndarray, design: Design | None = None, confidence: float = 0.95) -> object:
    return mean_estimate(values, design or Design.simple(len(values)), unit="points", confidence=confidence)


def test_sleep_data_give_the_bounds_that_r_prints() -> None:
    """t.test(sleep) in R: t = 4.0621, p = 0.002833 two-sided, interval 0.7001142 to 2.4598858."""
    found = estimate(SLEEP, confidence=0.975)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=1e-7)
    assert found.p_greater == pytest.approx(0.002833 / 2, abs=1e-6)
    assert found.value / found.se == pytest.approx(4.0621, abs=1e-4)


def test_strata_follow_the_textbook_formula() -> None:
    """SE² = Σ W²s²/n (Cochran, Sampling Techniques, §5.4), here with W = 0.75, 0.25."""
    first, second = np.array([1.0, 2.0, 3.0]), np.array([10.0, 14.0])
    weights = np.array([0.75 / 3] * 3 + [0.25 / 2] * 2)
    design = Design(weights=weights, strata=np.array([0, 0, 0, 1, 1]))
    found = estimate(np.concatenate([first, second]), design)
    parts = [0.75**2 * 1.0 / 3, 0.25**2 * 8.0 / 2]
    assert found.value == pytest.approx(0.75 * 2 + 0.25 * 12)
    assert found.se == pytest.approx(math.sqrt(sum(parts)))
    assert found.df == pytest.approx(sum(parts) ** 2 / (parts[0] ** 2 / 2 + parts[1] ** 2 / 1))
    assert found.method == "stratified t"


def test_equal_clusters_give_the_t_test_of_their_means() -> None:
    """In clusters of one size it is the t test of the cluster means (Donner and Klar 2000)."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(12, 5)) + rng.normal(size=(12, 1))
    design = Design(weights=np.ones(60), clusters=np.repeat(np.arange(12), 5))
    found = estimate(values.ravel(), design)
    of_means = stats.ttest_1samp(values.mean(axis=1), 0, alternative="greater")
    assert found.p_greater == pytest.approx(of_means.pvalue)
    assert found.low == pytest.approx(of_means.confidence_interval(0.95).low)
    assert (found.n, found.df, found.method) == (12, 11, "cluster t")


def test_linearisation_agrees_with_statsmodels_and_scipy() -> None:
    rng = np.random.default_rng(4)
    values, weights = rng.normal(size=40), rng.uniform(0.5, 2, 40)
    clusters = rng.integers(0, 9, 40)
    clustered = Design(weights=weights, clusters=clusters)
    assert math.sqrt(mean_vector(values[:, None], clustered).cov[0, 0]) == pytest.approx(
        estimate(values, clustered).se
    )
    plain = mean_vector(np.stack([values, values**2], axis=1), Design.simple(40))
    assert plain.cov == pytest.approx(np.cov(values, values**2) / 40)
    assert plain.df == 39


def test_unequal_weights_cost_degrees_of_freedom() -> None:
    design = Design(weights=np.array([1.0, 1.0, 1.0, 5.0]))
    found = estimate(np.array([1.0, 2.0, 3.0, 4.0]), design)
    assert found.value == pytest.approx(26 / 8)
    assert found.df == pytest.approx(64 / 28 - 1)
    assert found.method == "weighted t"


def test_equal_values_have_no_spread_and_say_so() -> None:
    found = estimate(np.full(20, 0.1 + 0.2))
    assert found.method == "degenerate"
    assert found.low == found.high == found.value
    assert found.se == 0
    assert found.p_greater == 0
    assert estimate(np.zeros(20)).p_greater == 1
    # The variance of such values underflows to zero.
    assert estimate(np.array([0.0, 3e-190])).method == "degenerate"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinite_values_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="NaN or infinite"):
        estimate(np.array([1.0, bad, 2.0]))


def test_one_unit_is_too_few() -> None:
    one_cluster = Design(weights=np.ones(10), clusters=np.zeros(10, dtype=np.int64))
    with pytest.raises(InsufficientData, match="1 independent units"):
        estimate(np.arange(10.0), one_cluster)
    bare = mean_or_value(np.arange(10.0), one_cluster, unit="points", confidence=0.95)
    assert (bare.value, bare.low, bare.high, bare.method) == (4.5, None, None, "mean")
    with pytest.raises(InsufficientData):
        mean_or_value(np.array([]), Design.simple(0), unit="points", confidence=0.95)


def test_net_benefit_bound_is_the_t_bound_of_v_q_minus_two_and_a_half_c() -> None:
    rng = np.random.default_rng(5)
    quality, cost = rng.normal(0.5, 0.8, 100), rng.normal(0.004, 0.001, 100)
    found = net_benefit_bound(quality, cost, value_usd=0.03, threshold=1.5)
    expected = stats.ttest_1samp(0.03 * quality - 2.5 * cost, 0, alternative="greater")
    assert found.low == pytest.approx(expected.confidence_interval(0.95).low)


def test_exactly_150_percent_is_zero_and_not_the_last_bit_of_a_float() -> None:
    cost = np.array([0.1, 0.2, 0.3, 0.7])
    assert (net_values(2.5 * cost, cost, 1.5) == 0).all()
    assert (net_values(0.1 * 3 * np.ones(4), 0.3 * np.ones(4), 0.0) == 0).all()


def test_bounds_do_not_grow_with_confidence() -> None:
    lows = [estimate(SLEEP, confidence=c).low for c in (0.5, 0.8, 0.95, 0.975, 0.999)]
    assert lows == sorted(lows, reverse=True)
