"""P(ROI > r) without random draws: an even spread of nodes, and the mean quality integrated exactly.

The Monte Carlo draws assumptions and measured means together and counts. Here each node fixes the
assumptions, the mean added latency, the mean cost and the t's spread; given those, the mean quality is normal
and the event "B exceeds (1 + r)·C" is one-sided in it, so its chance is exact. Both bends of the benefit (no
reward for being faster, no satisfied share above one) and savings instead of cost are kept as they are. A
browser computes the same from the same nodes (core.levers), which is why nothing here needs more than a
normal distribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from evalharness.core.decision import MonteCarlo
from evalharness.core.levers import NODE_BITS, SCORES, Levers
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import MeanVector, net_values
from evalharness.decide.distributions import normal_below, normal_quantile
from evalharness.decide.money import Exchange, Values, benefit_per_request, satisfied_share_value
from evalharness.decide.montecarlo import cholesky_root
from evalharness.decide.sobol import sobol_indices

_EQUAL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How likely the threshold is beaten, and what makes that uncertain."""

    probability: float
    """P(ROI > threshold)."""
    sample_sd: float
    """SD of monthly B − (1 + r)C from sampling alone, USD."""
    assumption_sd: float
    """SD of the same from the assumptions alone, USD."""

    @classmethod
    def of(cls, drawn: MonteCarlo) -> Chance:
        """Take the figures of the draws."""
        return cls(
            probability=drawn.probability, sample_sd=drawn.sample_sd, assumption_sd=drawn.assumption_sd
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The quadrature's nodes, each of weight 1/n; every array has shape (n,)."""

    fields: Mapping[str, FloatArray]
    """Values of the ranged assumptions."""
    latency: FloatArray
    """Normal scores."""
    cost: FloatArray
    quality: FloatArray
    """Used for the SDs alone: the probability integrates over it."""
    spread: FloatArray
    """√(χ²/df)."""


def nodes_of(levers: Levers) -> Nodes:
    """Lay out the nodes that the levers describe."""
    start, step, count = SCORES
    grid = start + step * np.arange(count)
    scores = {
        name: normal_quantile((sobol_indices(row[1:], row[0]) + 0.5) / (1 << NODE_BITS))
        for name, row in zip(levers.dimensions, levers.sobol, strict=True)
    }
    latency, cost, quality, spread = (scores.pop(name) for name in levers.dimensions[-4:])
    if levers.correlated:
        mixed = np.array(levers.root) @ np.stack([scores[name] for name in levers.correlated])
        scores |= dict(zip(levers.correlated, mixed, strict=True))
    tables = {field.name: field.table for field in levers.fields if field.table}
    return Nodes(
        fields={name: np.interp(score, grid, tables[name]) for name, score in scores.items()},
        latency=latency, cost=cost, quality=quality, spread=np.interp(spread, grid, levers.spread),
    )  # fmt: skip


def chance_of(
    nodes: Nodes,
    joint: MeanVector,
    values: Mapping[str, float],
    shares: FloatArray,
    exchange: Exchange,
    *,
    moved: frozenset[str],
    threshold: float,
) -> Chance:
    """Integrate over assumptions and measured means.

    Args:
        nodes: Where the integrand is evaluated.
        joint: Columns: quality, cost at each set of prices, added seconds.
        values: Every assumption at its mean, or where it was moved to.
        shares: Share of the months at each set of prices.
        exchange: Channel, scale, horizon.
        moved: Assumptions that stand still at their value; the others follow the nodes.
        threshold: r.
    """
    drawn = {**values, **{k: v for k, v in nodes.fields.items() if k not in moved}}
    means, root = _measured(joint, shares)
    latency = means[0] + root[0, 0] * nodes.latency / nodes.spread
    cost = means[1] + (root[1, 0] * nodes.latency + root[1, 1] * nodes.cost) / nodes.spread
    centre = means[2] + (root[2, 0] * nodes.latency + root[2, 1] * nodes.cost) / nodes.spread
    width = root[2, 2] / nodes.spread
    above = _above(drawn, exchange, centre=centre, width=width, cost=cost, latency=latency, r=threshold)
    quality = centre + width * nodes.quality
    return Chance(
        probability=float(np.mean(above)),
        sample_sd=float(
            np.std(_net(values, exchange, threshold, quality=quality, cost=cost, latency=latency))
        ),
        assumption_sd=float(
            np.std(_net(drawn, exchange, threshold, quality=means[2], cost=means[1], latency=means[0]))
        ),
    )


def _measured(joint: MeanVector, shares: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return means and root of the covariance of (added seconds, mean cost over the path, quality)."""
    size = len(joint.mean)
    pick = np.zeros((3, size))
    pick[0, -1] = 1.0
    pick[1, 1:-1] = shares
    pick[2, 0] = 1.0
    mean, cov = pick @ joint.mean, pick @ joint.cov @ pick.T
    # What varies by rounding alone does not vary: its correlation with the rest would be noise.
    flat = np.sqrt(np.diag(cov)) <= _EQUAL * np.abs(mean)
    cov[flat, :] = 0.0
    cov[:, flat] = 0.0
    return mean, cholesky_root(cov)


def _above(
    values: Values,
    exchange: Exchange,
    *,
    centre: FloatArray,
    width: FloatArray,
    cost: FloatArray,
    latency: FloatArray,
    r: float,
) -> FloatArray:
    """Return the chance that B > (1 + r)·C, or B > C where there is no cost, given all but quality."""
    requests = values["requests_per_month"]
    worth = requests * satisfied_share_value(values, exchange.channel) + np.zeros_like(cost)
    charged = requests * cost + values["ops_delta_per_month"] + values["one_off_cost"] / exchange.months
    must = np.where(charged > 0, (1 + r) * charged, charged)
    must = must + worth * values["latency_penalty"] * np.maximum(0.0, latency)
    slope = values["satisfaction_per_quality"] / exchange.scale_width + np.zeros_like(cost)
    room = 1 - values["baseline_satisfaction"] + np.zeros_like(cost)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # Where nothing is worth anything, or quality moves nothing, there is no such share or point; where it
        # is worth next to nothing, the point lies beyond all numbers.
        share = must / worth
        point = share / slope
        reach = normal_below((centre - point) / width)
    reach = np.where(width > 0, reach, (centre > point).astype(np.float64))
    gains = np.where(share < room, reach, 0.0)
    loses = np.where(room < share, 1.0, 1 - reach)  # quality worth less than nothing: churn the wrong way
    moving = np.where(worth > 0, gains, loses)
    still = (worth * np.minimum(0.0, room) > must).astype(np.float64)
    found: FloatArray = np.where((worth != 0) & (slope > 0), moving, still)
    return found


def _net(
    values: Values, exchange: Exchange, r: float, *, quality: Any, cost: Any, latency: Any
) -> FloatArray:
    requests = values["requests_per_month"]
    benefit = requests * benefit_per_request(values, exchange, quality, latency)
    charged = requests * cost + values["ops_delta_per_month"] + values["one_off_cost"] / exchange.months
    benefit, charged = np.broadcast_arrays(np.atleast_1d(benefit), np.atleast_1d(charged))
    return net_values(benefit, charged, r)
