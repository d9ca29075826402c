"""Which input moves the answer most: each from its p5 to its p95, the others at their medians."""

from __future__ import annotations

import math
from collections.abc import Mapping

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import TornadoRow
from evalharness.decide.breakeven import Measured, net_at
from evalharness.decide.contrasts import MeanVector
from evalharness.decide.distributions import t_quantile
from evalharness.decide.draws import quantile
from evalharness.decide.money import Exchange


def tornado(
    assumptions: Assumptions,
    given: Mapping[str, float],
    joint: MeanVector,
    shares: tuple[float, ...],
    exchange: Exchange,
    *,
    threshold: float,
) -> tuple[TornadoRow, ...]:
    """Return the rows sorted by swing, largest first; inputs without width are left out.

    Args:
        assumptions: All of them.
        given: Values of the unknown ones.
        joint: Means and covariance: quality, cost at each set of prices, added seconds.
        shares: Share of the months at each set of prices.
        exchange: Channel, scale, horizon.
        threshold: r.
    """
    stated = [field for field in assumptions.used() if not field.is_unknown]
    medians = {field.name: float(quantile(field, 0.5)) for field in stated} | dict(given)
    centre = _centre(joint, shares)
    rows = []
    for field in stated:
        if field.is_fixed:
            continue
        ends = tuple(float(quantile(field, p)) for p in (0.05, 0.95))
        nets = [net_at({**medians, field.name: end}, centre, exchange, threshold) for end in ends]
        rows.append(_row(field.name, ends, nets, field.spec.unit))
    for name, unit, ends, pair in _measured_ends(joint, shares, centre):
        nets = [net_at(medians, measured, exchange, threshold) for measured in pair]
        rows.append(_row(name, ends, nets, unit))
    moving = [row for row in rows if row.low_input != row.high_input]
    return tuple(sorted(moving, key=lambda row: (-row.swing, row.name)))


def _centre(joint: MeanVector, shares: tuple[float, ...]) -> Measured:
    cost = sum(share * float(c) for share, c in zip(shares, joint.mean[1:-1], strict=True))
    return Measured(quality=float(joint.mean[0]), token_cost=cost, latency_s=float(joint.mean[-1]))


def _measured_ends(
    joint: MeanVector, shares: tuple[float, ...], centre: Measured
) -> list[tuple[str, str, tuple[float, float], tuple[Measured, Measured]]]:
    reach = t_quantile(0.95, joint.df)
    variance = sum(
        a * b * float(joint.cov[1 + i, 1 + j]) for i, a in enumerate(shares) for j, b in enumerate(shares)
    )
    q, c, s = centre.quality, centre.token_cost, centre.latency_s
    dq = reach * math.sqrt(joint.cov[0, 0])
    dc = reach * math.sqrt(max(variance, 0.0))
    ds = reach * math.sqrt(joint.cov[-1, -1])

    def at(quality: float, cost: float, seconds: float) -> Measured:
        return Measured(quality=quality, token_cost=cost, latency_s=seconds)

    return [
        ("quality_difference", "points", (q - dq, q + dq), (at(q - dq, c, s), at(q + dq, c, s))),
        ("cost_difference", "USD/request", (c - dc, c + dc), (at(q, c - dc, s), at(q, c + dc, s))),
        ("latency_difference", "seconds", (s - ds, s + ds), (at(q, c, s - ds), at(q, c, s + ds))),
    ]


def _row(name: str, ends: tuple[float, ...], nets: list[float], unit: str) -> TornadoRow:
    low, high = nets
    return TornadoRow(
        name=name, low_input=ends[0], high_input=ends[1], at_low=low, at_high=high,
        swing=abs(high - low), unit=unit,
    )  # fmt: skip
