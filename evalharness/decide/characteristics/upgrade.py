"""Simulated upgrades: how often the rule approves one whose true ROI is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import Ruling
from evalharness.core.experiment import Thresholds
from evalharness.decide.assess import assess
from evalharness.decide.cells import BoolArray, FloatArray, IntArray
from evalharness.decide.characteristics.grading import Graded, Labels, corrected_bounds
from evalharness.decide.characteristics.noise import Noise
from evalharness.decide.characteristics.setting import (
    SCORE_RANGE,
    VALUE_PER_POINT,
    SimulatedStakes,
    bench,
    pair_of,
)
from evalharness.decide.contrasts import mean_vector, net_values, t_bounds
from evalharness.decide.design import Design
from evalharness.decide.distributions import t_quantile
from evalharness.decide.rulings import proof_conditions, rule_upgrade
from evalharness.decide.tail import net_benefit_pseudo_case

COST_POINTS = 0.06
"""Mean incremental cost, in points of quality: a true ROI of 300 % at sd 0.8 is 1.1 standard errors off."""
REFERENCE = 3.0
"""Score of the control on every case."""
_BLOCK = 100
"""Studies whose clustered bounds are found together: the covariance has as many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Simulated studies, shape (studies, cases) each."""

    judged: FloatArray
    """Quality differences as judged, points."""
    cost: FloatArray
    """Cost differences, USD."""
    labels: Labels | None


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
    people: Graded | None = None
    """Who graded some of the cases; None if nobody did."""

    @property
    def label(self) -> str:
        """What the world is called."""
        return self.name or self.noise.name

    def draw(self, rng: np.random.Generator, studies: int, roi: float) -> Drawn:
        """Draw so many studies.

        The true quality difference is (1 + roi) times the true cost in points, so that the true ROI is roi.
        """
        mean = (1 + roi) * self.cost_points
        truth = self.noise.draw(rng, studies, mean)
        own = rng.standard_normal(truth.shape)
        scale = truth.std()
        mixed = self.correlation * (truth - mean) / scale + (1 - self.correlation**2) ** 0.5 * own
        points = self.cost_points + abs(self.cost_points) * self.cost_sd * mixed
        judged = truth + self.judge_bias
        if self.people is None:
            return Drawn(judged=judged, cost=VALUE_PER_POINT * points, labels=None)
        judged = self.people.judge(rng, truth, self.judge_bias)
        return Drawn(
            judged=judged, cost=VALUE_PER_POINT * points, labels=self.people.grade(rng, truth, judged)
        )


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

    What every approval needs is computed for many studies at once, by the function that decides
    (contrasts.t_bounds): the t bounds, then the tail guard and the allowance; where people graded, the
    corrected bounds, study by study. Studies that pass go through assess, proof_conditions and rule_upgrade
    one by one, with the Monte Carlo draws of a real decision.
    """
    drawn = world.draw(rng, studies, roi)
    thresholds = Thresholds(bias_allowance=world.allowance, tail_share=world.tail_share)
    quality, cost = drawn.judged, drawn.cost
    screen = _Screen(world, thresholds)
    if drawn.labels is None:
        bound = screen.bounds(quality, cost)
        near = np.flatnonzero(bound)
        near = near[screen.guards(quality[near], cost[near])]
    else:
        bound = corrected_bounds(drawn.labels, quality, cost, world.noise.clusters, thresholds)
        near = np.flatnonzero(bound)
    approved = sum(_approves(world, thresholds, drawn, k) for k in near.tolist())
    ratio = VALUE_PER_POINT * quality.mean(axis=1) / cost.mean(axis=1) - 1
    return Counts(
        naive=float((ratio > thresholds.roi).mean()), bound=float(bound.mean()), rule=approved / studies
    )


class _Screen:
    """Conditions that every approval meets, for many studies at once."""

    def __init__(self, world: UpgradeWorld, thresholds: Thresholds) -> None:
        self._clusters = world.noise.clusters
        self._limits = thresholds

    def bounds(self, quality: FloatArray, cost: FloatArray) -> BoolArray:
        """Tell for which studies the t bounds of the branch hold, shape (studies,)."""
        benefit = VALUE_PER_POINT * quality
        gains = self._lows(net_values(benefit, cost, 0.0)) > 0
        beats = self._lows(net_values(benefit, cost, self._limits.roi)) > 0
        return gains & (beats | self._not_dearer(cost))

    def guards(self, quality: FloatArray, cost: FloatArray) -> BoolArray:
        """Tell for which studies the tail guard and the allowance hold as well, or another branch judges."""
        net = net_values(VALUE_PER_POINT * quality, cost, self._limits.roi)
        pseudo = [
            net_benefit_pseudo_case(
                row, value_per_point=VALUE_PER_POINT, score_range=SCORE_RANGE,
                share=self._limits.tail_share, threshold=self._limits.roi,
            )
            for row in cost
        ]  # fmt: skip
        guarded = lower_bounds(
            np.column_stack([net, pseudo]), _and_one_more(self._clusters), self._limits.confidence
        )
        allowed = self._lows(net - VALUE_PER_POINT * self._limits.bias_allowance)
        return ((guarded > 0) & (allowed > 0)) | self._not_dearer(cost)

    def _not_dearer(self, cost: FloatArray) -> BoolArray:
        return self._lows(-cost) >= 0

    def _lows(self, values: FloatArray) -> FloatArray:
        return lower_bounds(values, self._clusters, self._limits.confidence)


def lower_bounds(values: FloatArray, clusters: IntArray | None, confidence: float) -> FloatArray:
    """Return the lower bound of each study's mean, shape (studies,), as mean_estimate finds it one by one."""
    if not len(values):
        return np.zeros(0)
    if clusters is None:
        return t_bounds(values, confidence=confidence)[0]
    design = Design(weights=np.ones(values.shape[1]), clusters=clusters)
    blocks = np.array_split(values, range(_BLOCK, len(values), _BLOCK))
    return np.concatenate([_clustered_bounds(block, design, confidence) for block in blocks])


def _clustered_bounds(values: FloatArray, design: Design, confidence: float) -> FloatArray:
    joint = mean_vector(values.T, design)
    reach = t_quantile(confidence, joint.df)
    bounds: FloatArray = joint.mean - reach * np.sqrt(np.diag(joint.cov))
    return bounds


def _and_one_more(clusters: IntArray | None) -> IntArray | None:
    return None if clusters is None else np.append(clusters, clusters.max() + 1)


def _approves(world: UpgradeWorld, thresholds: Thresholds, drawn: Drawn, study: int) -> bool:
    quality = drawn.judged[study]
    reference = np.full(len(quality), REFERENCE)
    pair = pair_of(reference + quality, reference, world.noise.clusters)
    correction = None if drawn.labels is None else drawn.labels.correction(study)
    stakes = SimulatedStakes(thresholds, pair, drawn.cost[study], correction)
    found = assess(stakes, bench(thresholds).study.on, {}, explain=False)
    return found is not None and rule_upgrade(found, proof_conditions(stakes, found))[0] is Ruling.APPROVE
