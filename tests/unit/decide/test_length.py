"""Differences between answers of equal length."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.score import Scored, Unscored
from evalharness.decide.design import Design
from evalharness.decide.length import length_adjusted, log_lengths, log_ratios


def made(n: int = 120, *, effect: float = 0.3, slope: float = 0.8, seed: int = 1):
    rng = np.random.default_rng(seed)
    x = rng.normal(0.4, 0.5, n)
    return effect + slope * x + rng.normal(0, 0.4, n), x


def test_the_intercept_is_that_of_ordinary_least_squares() -> None:
    d, x = made()
    found = length_adjusted(d, x, Design.simple(len(d)), unit="points", confidence=0.95)
    fit = sm.OLS(d, sm.add_constant(x)).fit()
    assert found.estimate.value == pytest.approx(fit.params[0])
    assert found.slope == pytest.approx(fit.params[1])
    robust = sm.OLS(d, sm.add_constant(x)).fit(cov_type="HC0")
    n = len(d)
    assert found.estimate.se == pytest.approx(robust.bse[0] * (n / (n - 1)) ** 0.5)


def test_weights_and_clusters_give_the_sandwich_of_statsmodels() -> None:
    d, x = made()
    groups = np.arange(len(d)) // 4
    weights = np.linspace(1, 3, len(d))
    found = length_adjusted(d, x, Design(weights=weights, clusters=groups), unit="points", confidence=0.95)
    fit = sm.WLS(d, sm.add_constant(x), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    g = len(np.unique(groups))
    assert found.estimate.value == pytest.approx(fit.params[0])
    # statsmodels' own small-sample factors differ by (n - 1)/(n - k).
    assert found.estimate.se == pytest.approx(fit.bse[0] * (g / (g - 1)) ** 0.5, rel=0.02)


def test_it_takes_out_what_length_alone_does() -> None:
    """Uplift seen is 0.3 + 0.8 × 0.4; at equal length 0.3 is left."""
    d, x = made(n=4000)
    found = length_adjusted(d, x, Design.simple(len(d)), unit="points", confidence=0.95)
    assert d.mean() == pytest.approx(0.62, abs=0.03)
    assert found.estimate.value == pytest.approx(0.3, abs=0.03)
    assert found.estimate.low < 0.3 < found.estimate.high


def test_unknown_lengths_leave_and_too_little_says_nothing() -> None:
    d, x = made(n=50)
    x[:10] = np.nan
    design = Design.simple(50)
    assert length_adjusted(d, x, design, unit="points", confidence=0.95).estimate.n == 40
    assert length_adjusted(d, np.zeros(50), design, unit="points", confidence=0.95) is None
    assert length_adjusted(d, np.full(50, np.nan), design, unit="points", confidence=0.95) is None
    assert length_adjusted(d[:2], x[20:22], Design.simple(2), unit="points", confidence=0.95) is None


@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(-2, 2))
def test_adding_a_constant_moves_only_the_intercept(seed: int, shift: float, stretch: float) -> None:
    d, x = made(n=30, seed=seed)
    design = Design.simple(30)
    plain = length_adjusted(d, x, design, unit="points", confidence=0.95)
    moved = length_adjusted(d + shift + stretch * x, x, design, unit="points", confidence=0.95)
    assert moved.estimate.value == pytest.approx(plain.estimate.value + shift, abs=1e-9)
    assert moved.slope == pytest.approx(plain.slope + stretch, abs=1e-9)


def test_lengths_come_from_the_length_scorer_repeats_averaged(study) -> None:
    def score(case: str, arm: str, value: float, repeat: int = 0) -> Scored:
        return Scored(case_id=case, arm=arm, repeat=repeat, scorer="length/1", value=value)

    scores = (
        score("a", "pro", 2.0),
        score("a", "flash", 1.0),
        score("a", "flash", 4.0, repeat=1),
        score("b", "pro", 0.0),
        Unscored(case_id="b", arm="flash", repeat=0, scorer="length/1", cause="max_tokens"),
        Scored(case_id="b", arm="flash", repeat=0, scorer="key_facts/1", value=0.5),
    )
    lengths = log_lengths(study({"flash-raw": [1.0]}, options={"scores": scores}))
    found = log_ratios(lengths, ["a", "b"], "pro", "flash")
    assert found[0] == pytest.approx(np.log(2) - np.log(4) / 2)
    assert np.isnan(found[1])
    assert log_ratios(lengths, ["a"], "pro", "flash", repeat=0)[0] == pytest.approx(np.log(2))
