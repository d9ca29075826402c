"""A small boundary simulation: the rule errs at most as often as it says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from evalharness.decide.contrasts import mean_estimate, net_values
from evalharness.decide.design import Design
from evalharness.decide.tail import guarded_estimate, net_benefit_pseudo_case

STUDIES, N, V = 400, 100, 0.03
LIMIT = 0.05 + 3 * (0.05 * 0.95 / STUDIES) ** 0.5


def normal(rng: np.random.Generator) -> tuple[np.ndarray, Design]:
    return rng.normal(0, 0.8, N), Design.simple(N)


def ordinal(rng: np.random.Generator) -> tuple[np.ndarray, Design]:
    return np.round(rng.normal(0, 0.8, N)), Design.simple(N)


def clustered(rng: np.random.Generator) -> tuple[np.ndarray, Design]:
    sessions = np.repeat(np.arange(25), 4)
    return rng.normal(0, 0.5, 25)[sessions] + rng.normal(0, 0.6, N), Design(
        weights=np.ones(N), clusters=sessions
    )


def catastrophes(share: float) -> Callable[[np.random.Generator], tuple[np.ndarray, Design]]:
    def make(rng: np.random.Generator) -> tuple[np.ndarray, Design]:
        lost = rng.random(N) < share
        return np.where(lost, -4.0, 4.0 * share / (1 - share)) + rng.normal(0, 0.3, N), Design.simple(N)

    return make


@pytest.mark.parametrize(
    "noise", [normal, ordinal, clustered, catastrophes(0.02), catastrophes(0.05), catastrophes(0.10)]
)
def test_false_approvals_at_exactly_150_percent(noise) -> None:
    """True ROI is exactly 150 %: V·mean(d) = 2.5·mean(c); both the t rule and its tail guard must hold."""
    rng = np.random.default_rng(11)
    approved = 0
    for _ in range(STUDIES):
        error, design = noise(rng)
        cost = rng.normal(0.004, 0.001, N)
        quality = 2.5 * 0.004 / V + error
        x = net_values(V * quality, cost, 1.5)
        if mean_estimate(x, design, unit="usd_per_request", confidence=0.95).low <= 0:
            continue
        pseudo = net_benefit_pseudo_case(cost, value_per_point=V, score_range=5, share=0.5, threshold=1.5)
        approved += (
            guarded_estimate(x, design, pseudo=pseudo, unit="usd_per_request", confidence=0.95).low > 0
        )
    assert approved / STUDIES <= LIMIT
