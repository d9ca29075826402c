"""Monte Carlo over sampling and assumptions."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy import stats

from evalharness.core.assumption_fields import Channel
from evalharness.decide.contrasts import mean_vector
from evalharness.decide.design import Design
from evalharness.decide.money import Exchange
from evalharness.decide.montecarlo import Posterior, cholesky_root, draw_posterior, outlook, quantiles
from evalharness.decide.pricepath import PricePath, horizon_roi, net_present_value

PATH = PricePath(
    starts=tuple(dt.date(2026, 12, 1) for _ in range(12)),
    days=(dt.date(2026, 12, 1),),
    regime=(0,) * 12,
    held=(),
)
SESSIONS = Exchange(channel=Channel.SESSIONS, scale_width=5.0, months=12)


def test_the_posterior_is_the_joint_t_of_the_means() -> None:
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(12, 3)) @ np.array([[1, 0.8, 0], [0, 0.5, 0], [0, 0, 2]])
    joint = mean_vector(columns, Design.simple(12))
    drawn = draw_posterior(joint, draws=100_000, seed=2)
    t = stats.t(11, loc=joint.mean[0], scale=joint.cov[0, 0] ** 0.5)
    assert stats.kstest(drawn.quality, t.cdf).pvalue > 0.001
    rho = joint.cov[0, 1] / (joint.cov[0, 0] * joint.cov[1, 1]) ** 0.5
    assert np.corrcoef(drawn.quality, drawn.cost[:, 0])[0, 1] == pytest.approx(rho, abs=0.01)


def test_the_root_exists_for_dependent_columns() -> None:
    cov = np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 0.0]])
    root = cholesky_root(cov)
    assert root @ root.T == pytest.approx(cov)
    full = np.cov(np.random.default_rng(1).normal(size=(4, 20)))
    assert cholesky_root(full) == pytest.approx(np.linalg.cholesky(full))


def test_without_any_doubt_the_outlook_is_the_point_figure(assume) -> None:
    values = {f.name: f.expected() for f in assume(one_off_cost=120.0, ops_delta_per_month=6.0).fields}
    point = Posterior(quality=np.array([0.8]), cost=np.array([[0.004]]), latency_s=np.array([0.0]))
    found = outlook(point, values, SESSIONS, PATH)
    benefit, cost = 6000 / 4 * 0.5 * 0.5 * 0.8 / 5 * 4, 6000 * 0.004 + 6
    assert found.benefit[0] == pytest.approx(benefit)
    assert found.cost[0] == pytest.approx(cost)
    assert found.npv[0] == pytest.approx(
        net_present_value(np.full(12, benefit - cost), one_off=120, yearly_rate=0.1)
    )
    roi = horizon_roi(12 * benefit, 12 * cost, 120)
    assert found.exceeds(roi - 1e-6)[0]
    assert not found.exceeds(roi + 1e-6)[0]


def test_exactly_at_the_threshold_does_not_exceed_it(assume) -> None:
    values = {f.name: f.expected() for f in assume().fields}
    # V = 0.05 USD a point: 0.2 points are worth 0.01 = 2.5 x 0.004.
    point = Posterior(quality=np.array([0.2]), cost=np.array([[0.004]]), latency_s=np.array([0.0]))
    assert not outlook(point, values, SESSIONS, PATH).exceeds(1.5)[0]


def test_a_cheaper_draw_counts_only_if_it_gains_money(assume) -> None:
    """B = −200, C = −100 has a formula "ROI" of +100 % while losing money (METHOD §1)."""
    values = {f.name: f.expected() for f in assume(requests_per_month=1.0).fields}
    v = 0.05
    point = Posterior(
        quality=np.array([-200 / v, -50 / v]), cost=np.array([[-100.0], [-100.0]]), latency_s=np.zeros(2)
    )
    found = outlook(point, values, SESSIONS, PATH)
    assert found.benefit == pytest.approx([-200, -50])
    assert found.exceeds(0.5).tolist() == [False, True]


def test_quantiles_are_ordered() -> None:
    found = quantiles(np.arange(101.0))
    assert (found.p05, found.p25, found.p50, found.p75, found.p95) == (5, 25, 50, 75, 95)
