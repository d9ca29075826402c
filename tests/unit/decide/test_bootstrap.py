"""BCa as a cross-check, with its fallbacks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evalharness.decide.bootstrap import MOST_UNITS, RESAMPLES, bca_estimate
from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design


def bca(values: np.ndarray, design: Design | None = None) -> tuple:
    return bca_estimate(values, design or Design.simple(len(values)), unit="points", confidence=0.95, seed=1)


def test_it_agrees_with_t_on_a_normal_sample_and_repeats_itself() -> None:
    values = np.random.default_rng(1).normal(1, 1, 100)
    found, why = bca(values)
    t = mean_estimate(values, Design.simple(100), unit="points", confidence=0.95)
    assert why == ""
    assert (found.low, found.high) == pytest.approx((t.low, t.high), abs=0.05)
    assert bca(values)[0] == found


@pytest.mark.parametrize("confidence", [0.95, 0.975])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_scipys_interval(confidence: float, weighted: bool) -> None:
    rng = np.random.default_rng(5)
    values, weights = rng.gamma(1.0, 1.0, 80) - 1, rng.uniform(0.2, 2, 80) if weighted else np.ones(80)
    found, _ = bca_estimate(values, Design(weights=weights), unit="points", confidence=confidence, seed=7)
    weights = weights / weights.mean()

    def mean(numerator: np.ndarray, denominator: np.ndarray, axis: int = -1) -> np.ndarray:
        return numerator.sum(axis=axis) / denominator.sum(axis=axis)

    told = stats.bootstrap(
        (weights * values, weights), mean, paired=True, vectorized=True, n_resamples=RESAMPLES, batch=1000,
        method="BCa", confidence_level=2 * confidence - 1, rng=np.random.default_rng([7, 0xBCA]),
    )  # fmt: skip
    ends = (told.confidence_interval.low, told.confidence_interval.high, told.standard_error)
    assert (found.low, found.high, found.se) == pytest.approx(ends, rel=1e-9)


def test_clusters_are_resampled_whole() -> None:
    rng = np.random.default_rng(2)
    values = np.repeat(rng.normal(1, 1, 25), 8)
    design = Design(weights=np.ones(200), clusters=np.repeat(np.arange(25), 8))
    found, _ = bca(values, design)
    naive, _ = bca(values)
    assert found.n == 25
    assert found.high - found.low > 2 * (naive.high - naive.low)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (np.ones(50), "degenerate"),
        (np.array([1.0, 2.0]), "degenerate"),
        (np.arange(MOST_UNITS + 1.0), "too_many"),
    ],
)
def test_it_falls_back_and_says_why(values: np.ndarray, why: str) -> None:
    assert bca(values) == (None, why)
