"""Quantiles and tails are those of scipy.stats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from evalharness.decide.breakeven import root_between
from evalharness.decide.contrasts import t_bounds
from evalharness.decide.distributions import (
    beta_quantile,
    noncentral_t_above,
    normal_below,
    normal_density,
    normal_quantile,
    t_above,
    t_quantile,
)
from evalharness.decide.severe import clopper_pearson_upper

SHARES = st.floats(0.001, 0.999)
FREEDOM = st.floats(1, 5000)


@given(SHARES, FREEDOM, st.floats(-6, 6))
def test_students_t(share: float, df: float, value: float) -> None:
    assert t_quantile(share, df) == pytest.approx(float(stats.t.ppf(share, df)), rel=1e-9, abs=1e-12)
    assert float(t_above(value, df)) == pytest.approx(float(stats.t.sf(value, df)), rel=1e-9)


@given(st.floats(0, 4), st.integers(2, 400), st.floats(0, 4))
def test_noncentral_t(value: float, df: int, shift: float) -> None:
    assert noncentral_t_above(value, df, shift) == pytest.approx(
        float(stats.nct.sf(value, df, shift)), abs=1e-9
    )


@given(SHARES, st.floats(-8, 8))
def test_the_normal(share: float, value: float) -> None:
    assert normal_quantile(share) == pytest.approx(float(stats.norm.ppf(share)), rel=1e-12, abs=1e-14)
    assert normal_below(value) == pytest.approx(float(stats.norm.cdf(value)), rel=1e-12)
    assert normal_density(value) == pytest.approx(float(stats.norm.pdf(value)), rel=1e-12)


@given(SHARES, st.floats(0.5, 50), st.floats(0.5, 50))
def test_the_beta(share: float, alpha: float, beta: float) -> None:
    assert beta_quantile(share, alpha, beta) == pytest.approx(
        float(stats.beta.ppf(share, alpha, beta)), rel=1e-9
    )


@given(st.integers(1, 300), st.data())
def test_the_exact_bound_of_a_share(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    exact = stats.binomtest(count, n, alternative="less").proportion_ci(0.95, method="exact")
    assert clopper_pearson_upper(count, n, 0.95) == pytest.approx(float(exact.high), rel=1e-9)


def test_the_one_sample_t_test() -> None:
    samples = np.random.default_rng(4).gamma(2, 1, (50, 30)) - 1.5
    told = stats.ttest_1samp(samples, 0.0, axis=-1, alternative="greater")
    low, high, p_greater = t_bounds(samples, confidence=0.9)
    assert low == pytest.approx(told.confidence_interval(0.9).low)
    assert high == pytest.approx(2 * samples.mean(axis=-1) - low)
    assert p_greater == pytest.approx(told.pvalue)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(0.01, 0.99), st.sampled_from([1, -1]))
def test_a_root_is_brents(low: float, width: float, share: float, sign: int) -> None:
    high, at = low + width, low + share * width

    def bent(x: float) -> float:
        return sign * math.atan((x - at) / width * 3)

    told = optimize.brentq(bent, low, high)
    assert root_between(bent, low, high) == pytest.approx(told, abs=1e-9 * (abs(at) + width))
