"""Severe losses and their exact bound."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.decide.severe import clopper_pearson_upper, severe_losses


def test_none_of_a_hundred_may_still_be_2_95_percent() -> None:
    """1 − 0.05^(1/100): METHOD §4; the rule of three (Hanley and Lippman-Hand 1983, JAMA 249) says 3 %."""
    assert clopper_pearson_upper(0, 100, 0.95) == pytest.approx(1 - 0.05**0.01)
    assert round(100 * clopper_pearson_upper(0, 100, 0.95), 2) == 2.95


def test_fifteen_of_twenty_reach_91_percent() -> None:
    """METHOD §3: 75 % on 20 ratings is 51-91 % (two-sided 95 %)."""
    assert clopper_pearson_upper(15, 20, 0.975) == pytest.approx(0.913, abs=5e-4)


def test_a_drop_of_exactly_the_threshold_counts() -> None:
    found = severe_losses(np.array([-2.0, -1.99, -5.0, 3.0]), threshold_points=2.0, confidence=0.95)
    assert (found.count, found.n, found.share) == (2, 4, 0.5)
    # A float's last bit must not hide a loss of two points.
    assert severe_losses(np.array([-(0.1 * 20 - 1e-16)]), threshold_points=2.0, confidence=0.95).count == 1


def test_no_case_bounds_nothing() -> None:
    assert severe_losses(np.array([]), threshold_points=2.0, confidence=0.95).high == 1.0
