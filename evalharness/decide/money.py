"""Quality to money: one channel, written per request (METHOD §1 and §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from evalharness.core.assumption_fields import Channel
from evalharness.decide.cells import FloatArray

Values: TypeAlias = Mapping[str, Any]
"""Field name to a number or an array of draws; the functions broadcast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What a channel needs besides the assumptions."""

    channel: Channel
    scale_width: float
    """Points from the lowest to the highest score."""
    months: int


def satisfied_share_value(values: Values, channel: Channel) -> Any:
    """Return USD per request of one whole satisfied-share point more (Δp_sat = 1).

    (a) sessions: ρ·value_per_satisfied_session / requests_per_session.
    (b) retention: ρ·(churn_unsat − churn_sat)·ARPU·margin/churn0
        / (requests_per_session·sessions_per_user).
    (c) mentoring: ρ·cost_human_session / requests_per_session.
    """
    per_session = values["realisation"] / values["requests_per_session"]
    if channel is Channel.SESSIONS:
        return per_session * values["value_per_satisfied_session"]
    if channel is Channel.MENTORING:
        return per_session * values["cost_human_session"]
    churn = values["churn_unsatisfied"] - values["churn_satisfied"]
    lifetime = values["revenue_per_user"] * values["margin"] / values["baseline_churn"]
    return per_session / values["sessions_per_user"] * churn * lifetime


def value_per_point(values: Values, exchange: Exchange) -> Any:
    """Return V, USD per score point per request: κ times the satisfied-share value over the scale's width."""
    share_value = satisfied_share_value(values, exchange.channel)
    return values["satisfaction_per_quality"] * share_value / exchange.scale_width


def benefit_per_request(values: Values, exchange: Exchange, quality: Any, latency_s: Any) -> Any:
    """Return b, USD per request, from mean differences.

    Δp_sat = min(κ·Δq/width, 1 − p0) − π_lat·max(0, ΔL).

    Args:
        values: Assumptions, numbers or draws.
        exchange: Channel and scale.
        quality: Mean score difference, points.
        latency_s: Mean added latency, seconds.
    """
    gain = np.minimum(
        values["satisfaction_per_quality"] * quality / exchange.scale_width,
        1 - values["baseline_satisfaction"],
    )
    loss = values["latency_penalty"] * np.maximum(0.0, latency_s)
    return satisfied_share_value(values, exchange.channel) * (gain - loss)


def overhead_per_request(values: Values, exchange: Exchange) -> Any:
    """Return what a request costs beyond its tokens: (ops delta + one-off / horizon) / M, USD."""
    monthly = values["ops_delta_per_month"] + values["one_off_cost"] / exchange.months
    return monthly / values["requests_per_month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMoney:
    """Benefit and cost of each case, USD per request, assumptions at their means."""

    benefit: FloatArray
    """b_i, shape (n,)."""
    cost: FloatArray
    """c_i with overhead, mean over the price path, shape (n,)."""
    value_per_point: float
    latency_loss: float
    """Mean USD per request that added latency costs."""
    ceiling: bool
    """Whether the satisfied share would exceed 1, so that part of the quality gain is worth nothing."""


def case_money(
    values: Values,
    exchange: Exchange,
    *,
    quality: FloatArray,
    cost: FloatArray,
    latency_s: FloatArray,
    weights: FloatArray,
    people_add: float = 0.0,
) -> CaseMoney:
    """Return b_i and c_i such that their means are exactly what benefit_per_request says of the means.

    The two bends of Δp_sat, no reward for being faster and no share above 1, belong to the mean: a service is
    slower or not, its satisfied share is capped or not. So added latency counts case by case, with its sign,
    if it is positive on average, and what exceeds the ceiling is taken off every case alike.

    Args:
        values: Assumptions at their means.
        exchange: Channel and scale.
        quality: Score differences, shape (n,), points.
        cost: Token cost differences, mean over the price path, shape (n,), USD per request.
        latency_s: Added seconds, shape (n,).
        weights: Traffic weights, shape (n,).
        people_add: Points by which people's labels change the mean of quality; b_i stay as judged.
    """
    per_point = float(value_per_point(values, exchange))
    share_value = float(satisfied_share_value(values, exchange.channel))
    slower = float(np.average(latency_s, weights=weights)) > 0
    latency_loss = share_value * values["latency_penalty"] * latency_s * slower
    gain = values["satisfaction_per_quality"] * (float(np.average(quality, weights=weights)) + people_add)
    excess = max(0.0, gain / exchange.scale_width - (1 - values["baseline_satisfaction"]))
    return CaseMoney(
        benefit=per_point * quality - latency_loss - share_value * excess,
        cost=cost + float(overhead_per_request(values, exchange)),
        value_per_point=per_point,
        latency_loss=float(np.average(latency_loss, weights=weights)),
        ceiling=excess > 0,
    )
