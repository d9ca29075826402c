"""PPI++ against its reference implementation, its own limits, and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evalharness.core.errors import InsufficientData
from evalharness.decide.design import Design
from evalharness.decide.ppi import People, rectified_estimate, rectified_vector, rectify, trust_in

HUMAN = np.array([3.0, 4, 2, 5, 3, 4, 1, 4, 3, 5])
JUDGED = np.array([3.5, 4.2, 2.8, 4.9, 3.1, 3.9, 2.2, 4.4, 2.7, 4.6])
REST = np.array([3.2, 4.1, 2.5, 4.8, 3.9, 2.9, 4.4, 3.6, 2.1, 4.0, 3.3, 4.7, 3.8, 2.6, 3.0])
ALL = np.concatenate([JUDGED, REST])


def people(m: int, n: int) -> People:
    return People(at=np.arange(m), known=np.zeros(n, dtype=np.bool_))


@pytest.mark.parametrize(
    ("trust", "value", "half"),
    [
        # ppi-python 0.2.3 (the authors' package): ppi_mean_pointestimate and ppi_mean_ci(alpha=0.05) of these
        # numbers, with lam=1 and with the lam that it estimates.
        (1.0, 3.29666667, (3.7932181 - 2.80011524) / 2),
        (0.8375677990294036, 3.31345133, (3.79909972 - 2.82780294) / 2),
    ],
)
def test_the_reference_implementation_says_the_same(trust: float, value: float, half: float) -> None:
    found = rectify(ALL, HUMAN, people(10, 25), Design.simple(25), trust=trust)
    assert found.value == pytest.approx(value, abs=1e-7)
    # It divides by n where we divide by n − 1, and takes the normal quantile: undo both.
    rest, surprise = trust * REST, HUMAN - trust * JUDGED
    theirs = 1.959963984540054 * math.sqrt(rest.var() / 15 + surprise.var() / 10)
    assert theirs == pytest.approx(half, abs=1e-6)
    assert found.se**2 == pytest.approx(rest.var(ddof=1) / 15 + surprise.var(ddof=1) / 10)
    assert found.df == 9


def test_the_trust_is_the_stated_ratio() -> None:
    expected = np.cov(HUMAN, JUDGED)[0, 1] / ((1 + 10 / 15) * ALL.var(ddof=1))
    assert trust_in(HUMAN, JUDGED, REST) == pytest.approx(expected)
    assert trust_in(HUMAN, -JUDGED, -REST) == 0.0
    assert trust_in(10 * HUMAN, JUDGED, REST) == 1.0
    assert trust_in(HUMAN, np.full(10, 3.0), np.full(15, 3.0)) == 0.0


def test_without_trust_people_alone_speak() -> None:
    """PPI++, section 2: λ = 0 is the classical mean of the labels."""
    found = rectify(ALL, HUMAN, people(10, 25), Design.simple(25), trust=0.0)
    plain = stats.ttest_1samp(HUMAN, 0.0, alternative="greater")
    estimate = rectified_estimate(found, Design.simple(25), unit="points", confidence=0.95)
    assert estimate.value == pytest.approx(HUMAN.mean())
    assert estimate.low == pytest.approx(plain.confidence_interval(0.95).low)
    assert estimate.p_greater == pytest.approx(plain.pvalue)
    assert estimate.method == "ppi++ t"


def test_a_perfect_judge_is_worth_all_cases() -> None:
    """PPI++, example of the mean: f = h gives λ = N/(N + m) and the variance of N + m labels."""
    rng = np.random.default_rng(5)
    scores = rng.normal(3, 1, 4000)
    found = rectify(scores, scores[:40], people(40, 4000), Design.simple(4000))
    assert found.trust == pytest.approx(3960 / 4000, rel=0.5)
    exact = rectify(scores, scores[:40], people(40, 4000), Design.simple(4000), trust=3960 / 4000)
    assert exact.value == pytest.approx(scores.mean(), abs=1e-9)
    assert exact.se == pytest.approx(scores.std(ddof=1) / math.sqrt(4000), rel=0.05)


def test_every_case_graded_leaves_the_judge_out() -> None:
    found = rectify(JUDGED, HUMAN, people(10, 10), Design.simple(10))
    assert (found.trust, found.value) == (0.0, pytest.approx(HUMAN.mean()))
    assert found.se == pytest.approx(HUMAN.std(ddof=1) / math.sqrt(10))


def test_known_cases_enter_as_they_are() -> None:
    """Two failed cells at the worst score: nobody can grade them, and they pull the mean all the same."""
    judged = np.concatenate([ALL, [0.0, 0.0]])
    known = np.zeros(27, dtype=np.bool_)
    known[25:] = True
    found = rectify(judged, HUMAN, People(at=np.arange(10), known=known), Design.simple(27))
    without = rectify(ALL, HUMAN, people(10, 25), Design.simple(25))
    assert found.value == pytest.approx(without.value * 25 / 27)
    assert found.se > without.se * 25 / 27


def test_clusters_add_up_before_they_are_squared() -> None:
    twice = Design(weights=np.ones(50), clusters=np.repeat(np.arange(25), 2))
    at = np.arange(20)
    found = rectify(
        np.repeat(ALL, 2), np.repeat(HUMAN, 2), People(at=at, known=np.zeros(50, dtype=np.bool_)), twice,
        trust=0.8,
    )  # fmt: skip
    plain = rectify(ALL, HUMAN, people(10, 25), Design.simple(25), trust=0.8)
    assert found.value == pytest.approx(plain.value)
    assert found.se == pytest.approx(plain.se)
    assert found.df == 9


def test_weights_are_those_of_the_design() -> None:
    """A case of double weight counts like two cases, in the value."""
    weights = np.ones(25)
    weights[[0, 12]] = 2.0
    order = np.concatenate([[0], np.arange(10), [12], np.arange(10, 25)])
    doubled = rectify(
        ALL[order], HUMAN[order[:11]], people(11, 27), Design.simple(27), trust=0.7
    )  # fmt: skip
    weighted = rectify(ALL, HUMAN, people(10, 25), Design(weights=weights), trust=0.7)
    assert weighted.value == pytest.approx(doubled.value)


def test_the_joint_estimate_keeps_the_corrected_error() -> None:
    design = Design.simple(25)
    found = rectify(ALL, HUMAN, people(10, 25), design)
    cost = np.linspace(1, 2, 25)
    joint = rectified_vector(found, cost[:, None], design)
    assert joint.mean.tolist() == pytest.approx([found.value, 1.5])
    assert joint.cov[0, 0] == pytest.approx(found.se**2)
    assert joint.cov[1, 1] == pytest.approx(cost.var(ddof=1) / 25)
    assert abs(joint.cov[0, 1]) <= math.sqrt(joint.cov[0, 0] * joint.cov[1, 1])
    assert joint.df == 9


def test_one_graded_case_has_no_standard_error() -> None:
    with pytest.raises(InsufficientData, match="1 graded"):
        rectify(ALL, HUMAN[:1], people(1, 25), Design.simple(25))


@given(st.floats(-50, 50), st.floats(0.1, 10))
@settings(max_examples=50, deadline=None)
def test_shifting_and_scaling_both_moves_the_estimate_alike(shift: float, scale: float) -> None:
    plain = rectify(ALL, HUMAN, people(10, 25), Design.simple(25))
    moved = rectify(scale * ALL + shift, scale * HUMAN + shift, people(10, 25), Design.simple(25))
    assert moved.trust == pytest.approx(plain.trust)
    # λ < 1 takes a constant shift of the judge back out again.
    assert moved.value == pytest.approx(scale * plain.value + shift)
    assert moved.se == pytest.approx(scale * plain.se)


@given(st.floats(-2, 2))
@settings(max_examples=30, deadline=None)
def test_a_constant_bias_of_the_judge_changes_nothing(bias: float) -> None:
    plain = rectify(ALL, HUMAN, people(10, 25), Design.simple(25))
    biased = rectify(ALL + bias, HUMAN, people(10, 25), Design.simple(25))
    assert biased.value == pytest.approx(plain.value)
    assert biased.se == pytest.approx(plain.se)


def test_the_corrected_interval_covers_the_truth() -> None:
    """Studies of 100 cases, a judge that flatters by 0.1 point, 40 labels: at least 93 % of 95 % intervals.

    Grades are whole numbers from noisy people, so that nothing here is as the formula would like it. 2,000
    studies and not 300, because the share of 300 swings by 1.3 points of itself.
    """
    rng = np.random.default_rng(20261129)
    truth, covered, naive, studies = 0.3, 0, 0, 2000
    for _ in range(studies):
        difference = rng.normal(truth, 0.6, 100)
        control = rng.normal(3.0, 0.5, 100)
        judged = difference + 0.1 + rng.normal(0, 0.3, 100)
        at = np.sort(rng.choice(100, 40, replace=False))
        lower = rng.uniform(0, 1, (2, 40))  # unbiased rounding to whole grades
        high = np.floor(control[at] + difference[at] + rng.normal(0, 0.4, 40) + lower[0])
        low = np.floor(control[at] + rng.normal(0, 0.4, 40) + lower[1])
        design = Design.simple(100)
        found = rectify(judged, high - low, People(at=at, known=np.zeros(100, dtype=np.bool_)), design)
        estimate = rectified_estimate(found, design, unit="points", confidence=0.975)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= truth <= estimate.high
        half = 1.984 * judged.std(ddof=1) / 10
        naive += abs(judged.mean() - truth) <= half
    assert covered >= 0.93 * studies
    assert naive < 0.80 * studies
