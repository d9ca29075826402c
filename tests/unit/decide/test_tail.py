"""The tail guard's pseudo-case."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design
from evalharness.decide.tail import guarded_estimate, net_benefit_pseudo_case, retention_pseudo_case


def test_the_pseudo_case_is_what_method_says() -> None:
    cost = np.array([0.001, 0.004, 0.002])
    x = net_benefit_pseudo_case(cost, value_per_point=0.03, score_range=5, share=0.5, threshold=1.5)
    assert x == pytest.approx(-0.03 * 2.5 - 2.5 * 0.004)
    assert retention_pseudo_case(score_range=5, share=0.5, retained=0.95) == pytest.approx(-2.375)


def test_the_bound_is_that_of_the_sample_with_one_more_case() -> None:
    values = np.random.default_rng(1).normal(1, 0.5, 50)
    guarded = guarded_estimate(values, Design.simple(50), pseudo=-2.5, unit="points", confidence=0.95)
    by_hand = mean_estimate(np.append(values, -2.5), Design.simple(51), unit="points", confidence=0.95)
    assert guarded == by_hand
    assert guarded.n == 51


def test_in_clusters_it_is_a_cluster_of_its_own_and_in_strata_they_are_given_up() -> None:
    values = np.arange(12.0)
    clustered = Design(weights=np.ones(12), clusters=np.repeat([4, 7, 9], 4))
    assert guarded_estimate(values, clustered, pseudo=-5, unit="points", confidence=0.95).n == 4
    stratified = Design(weights=np.ones(12), strata=np.repeat([0, 1], 6))
    assert guarded_estimate(values, stratified, pseudo=-5, unit="points", confidence=0.95).method == "t"


def test_a_single_all_equal_sample_no_longer_passes_for_certain() -> None:
    plain = mean_estimate(np.full(20, 0.1), Design.simple(20), unit="points", confidence=0.95)
    guarded = guarded_estimate(
        np.full(20, 0.1), Design.simple(20), pseudo=-2.375, unit="points", confidence=0.95
    )
    assert plain.low > 0 > guarded.low


@pytest.mark.parametrize(("sd", "plain", "guarded"), [(0.5, 0.98, 0.92), (0.8, 0.75, 0.61)])
def test_power_at_zero_true_loss_is_what_method_says(sd: float, plain: float, guarded: float) -> None:
    """METHOD §2: n = 100, no true loss, raw mean near 3.8: .98 to .92 (sd .5), .75 to .61 (sd .8)."""
    rng = np.random.default_rng(2)
    passed = np.zeros(2)
    studies = 1000
    for _ in range(studies):
        y = 0.05 * 3.8 + rng.normal(0, sd, 100)
        design = Design.simple(100)
        passed[0] += mean_estimate(y, design, unit="points", confidence=0.95).low > 0
        pseudo = retention_pseudo_case(score_range=5, share=0.5, retained=0.95)
        passed[1] += guarded_estimate(y, design, pseudo=pseudo, unit="points", confidence=0.95).low > 0
    assert passed / studies == pytest.approx([plain, guarded], abs=0.045)
