"""Quadratic-weighted kappa."""

from __future__ import annotations

import pytest

from evalharness.decide.agreement import quadratic_kappa

FIRST = [0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0, 3, 3, 4]
SECOND = [0, 2, 2, 3, 5, 5, 4, 4, 2, 2, 1, 1, 3, 4, 4]


def test_it_is_what_sklearn_says() -> None:
    """Sklearn 1.9.1: cohen_kappa_score(FIRST, SECOND, weights="quadratic", labels=range(6))."""
    found = quadratic_kappa(FIRST, SECOND, names=("a", "b"))
    assert found.kappa == pytest.approx(0.9142857142857143)
    assert found.n == 15
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.9142857 < found.high <= 1


def test_perfect_and_opposite_agreement() -> None:
    assert quadratic_kappa(FIRST, FIRST, names=("a", "b")).kappa == pytest.approx(1.0)
    opposite = quadratic_kappa([0, 0, 5, 5], [5, 5, 0, 0], names=("a", "b"))
    assert opposite.kappa == pytest.approx(-1.0)


def test_cohens_table_by_hand() -> None:
    """1 − Σ w·observed / Σ w·expected with w = (i − j)²: six answers, worked by hand.

    Observed Σ(i − j)² = 0 + 1 + 0 + 4 + 0 + 1 = 6. Expected, over all 36 pairs of the margins
    {1, 2, 3, 4, 4, 5} and {1, 3, 3, 2, 4, 4}: 121, over 6 = 20.1667. 1 − 6/20.1667 = 0.70248.
    """
    first, second = [1, 2, 3, 4, 4, 5], [1, 3, 3, 2, 4, 4]
    expected = sum((i - j) ** 2 for i in first for j in second) / 6
    found = quadratic_kappa(first, second, names=("a", "b"))
    assert found.kappa == pytest.approx(1 - 6 / expected)


def test_a_grading_without_spread_has_no_kappa() -> None:
    assert quadratic_kappa([3, 3, 3], [3, 3, 3], names=("a", "b")).kappa is None
