"""Holm's steps."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design
from evalharness.decide.gate.holm import Excess, holm_tests


def rows(rng: np.random.Generator, means: list[float]) -> list[Excess]:
    return [
        Excess(values=rng.normal(mean, 1.0, 30), design=Design.simple(30), unit="points") for mean in means
    ]


def test_adjusted_p_values_are_statsmodels() -> None:
    found = rows(np.random.default_rng(1), [0.5, 0.0, 0.8, 0.3])
    raw = [mean_estimate(r.values, r.design, unit="points", confidence=0.95).p_greater for r in found]
    expected = multipletests(raw, method="holm")[1]
    assert [row.p for row in holm_tests(found, 0.05)] == pytest.approx(expected)


def test_bounds_stand_at_the_level_of_their_step() -> None:
    found = rows(np.random.default_rng(2), [0.6, 0.0, 0.3])
    tested = holm_tests(found, 0.06)
    order = np.argsort([row.p for row in tested], kind="stable")
    levels = [1 - (tested[i].estimate.confidence if tested[i].estimate else 0.0) for i in order]
    assert levels == pytest.approx([0.02, 0.03, 0.06])
    assert {row.first_level for row in tested} == {0.02}


def test_a_row_without_cases_takes_no_part() -> None:
    empty = Excess(values=np.array([1.0]), design=Design.simple(1), unit="points")
    full = rows(np.random.default_rng(3), [1.0])
    first, second = holm_tests([empty, *full], 0.05)
    assert (first.estimate, first.p, first.passed_limit) == (None, None, False)
    assert second.first_level == 0.05
    assert holm_tests([], 0.05) == ()
