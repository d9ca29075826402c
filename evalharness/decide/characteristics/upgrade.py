"""Simulated upgrades: how often the rule approves one whose true ROI is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import Ruling
from evalharness.core.experiment import Thresholds
from evalharness.decide.assess import assess
from evalharness.decide.cells import BoolArray, FloatArray, IntArray
from evalharness.decide.characteristics.noise import Noise
from evalharness.decide.characteristics.setting import VALUE_PER_POINT, SimulatedStakes, bench, pair_of
from evalharness.decide.contrasts import mean_estimate, net_values, t_bounds
from evalharness.decide.design import Design
from evalharness.decide.rulings import proof_conditions, rule_upgrade

COST_POINTS = 0.06
"""Mean incremental cost, in points of quality: at sd 0.8 a true ROI of 300 % is then 1.1 standard errors off."""
REFERENCE = 3.0
"""Score of the control on every case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeWorld:
    """One kind of study whose truth is known."""

    noise: Noise
    name: str = ""
    """As it is shown; empty for the noise's own name."""
    cost_points: float = COST_POINTS
    """True mean cost difference, in points of quality (times V it is USD)."""
    cost_sd: float = 0.3
    """Spread of a case's cost, as a multiple of the mean cost."""
    correlation: float = 0.0
    """Of cost with quality, per case."""
    judge_bias: float = 0.0
    """Points by which the judge flatters the treatment on every case."""
    allowance: float = 0.0
    """Bias allowance that the experiment declares, points."""
    tail_share: float = 0.5
    """Share of the score range that the tail guard's pseudo-case loses."""

    @property
    def label(self) -> str:
        """What the world is called."""
        return self.name or self.noise.name

    def draw(
        self, rng: np.random.Generator, studies: int, roi: float
    ) -> tuple[FloatArray, FloatArray]:
        """Draw (quality differences as judged, cost differences in USD), shape (studies, cases) each.

        The true quality difference is (1 + roi) times the true cost in points, so that the true ROI is roi.
        """
        mean = (1 + roi) * self.cost_points
        quality = self.noise.draw(rng, studies, mean)
        own = rng.standard_normal(quality.shape)
        scale = quality.std()
        mixed = self.correlation * (quality - mean) / scale + (1 - self.correlation**2) ** 0.5 * own
        points = self.cost_points + abs(self.cost_points) * self.cost_sd * mixed
        return quality + self.judge_bias, VALUE_PER_POINT * points


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Shares of simulated studies."""

    naive: float
    """The point estimate passes the limit."""
    bound: float
    """The t bounds alone pass it: no tail guard, allowance, Monte Carlo or NPV."""
    rule: float
    """The whole rule approves (or passes)."""


def approvals(world: UpgradeWorld, rng: np.random.Generator, *, studies: int, roi: float) -> Counts:
    """Return how often an upgrade of a true ROI is approved.

    The two t bounds that every branch of the rule needs are computed for all studies at once, by the function
    that decides (contrasts.t_bounds); studies that pass them go through assess, proof_conditions and
    rule_upgrade one by one, with the 50,000 Monte Carlo draws of a real decision.
    """
    quality, cost = world.draw(rng, studies, roi)
    thresholds = Thresholds(bias_allowance=world.allowance, tail_share=world.tail_share)
    passed = _bounds_pass(quality, cost, world.noise.clusters, thresholds)
    approved = sum(
        _approves(world, thresholds, quality[k], cost[k]) for k in np.flatnonzero(passed).tolist()
    )
    ratio = VALUE_PER_POINT * quality.mean(axis=1) / cost.mean(axis=1) - 1
    return Counts(
        naive=float((ratio > thresholds.roi).mean()), bound=float(passed.mean()), rule=approved / studies
    )


def _bounds_pass(
    quality: FloatArray, cost: FloatArray, clusters: IntArray | None, thresholds: Thresholds
) -> BoolArray:
    benefit = VALUE_PER_POINT * quality

    def lows(values: FloatArray) -> FloatArray:
        return lower_bounds(values, clusters, thresholds.confidence)

    gains = lows(net_values(benefit, cost, 0.0)) > 0
    beats = lows(net_values(benefit, cost, thresholds.roi)) > 0
    not_dearer = lows(-cost) >= 0
    return gains & (beats | not_dearer)


def lower_bounds(values: FloatArray, clusters: IntArray | None, confidence: float) -> FloatArray:
    """Return the lower bound of each study's mean, shape (studies,), as mean_estimate finds it."""
    if clusters is None:
        return t_bounds(values, confidence=confidence)[0]
    design = Design(weights=np.ones(values.shape[1]), clusters=clusters)
    found = (mean_estimate(row, design, unit="points", confidence=confidence).low for row in values)
    return np.array([-np.inf if low is None else low for low in found])


def _approves(
    world: UpgradeWorld, thresholds: Thresholds, quality: FloatArray, cost: FloatArray
) -> bool:
    reference = np.full(len(quality), REFERENCE)
    stakes = SimulatedStakes(
        thresholds, pair_of(reference + quality, reference, world.noise.clusters), cost
    )
    found = assess(stakes, bench(thresholds).study.on, {}, explain=False)
    return found is not None and rule_upgrade(found, proof_conditions(stakes, found))[0] is Ruling.APPROVE
