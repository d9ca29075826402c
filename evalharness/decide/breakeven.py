"""What each input would have to be for the upgrade to pay exactly the threshold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evalharness.core.assumptions import Assumption, Assumptions
from evalharness.core.decision import BreakEven, BreakEvenCurve
from evalharness.decide.money import (
    Exchange,
    benefit_per_request,
    overhead_per_request,
    value_per_point,
)

_CURVE_POINTS = 9
_DECADES = 9
_OVERHEAD = ("ops_delta_per_month", "one_off_cost", "requests_per_month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The measured means that a break-even stands on."""

    quality: float
    """Points."""
    token_cost: float
    """USD per request, mean over the price path, overhead excluded."""
    latency_s: float


def net_at(values: Mapping[str, float], measured: Measured, exchange: Exchange, threshold: float) -> float:
    """Return monthly B − (1 + r)·C at one set of values, one-off cost spread over the horizon, USD."""
    benefit = benefit_per_request(values, exchange, measured.quality, measured.latency_s)
    cost = measured.token_cost + overhead_per_request(values, exchange)
    return float(values["requests_per_month"] * (benefit - (1 + threshold) * cost))


def quality_break_even(cost: float, *, per_point: float, requests: float, threshold: float) -> float:
    """Return Δq* = (1 + r)·C/(V·M), points; cost C in USD a month."""
    return (1 + threshold) * cost / (per_point * requests)


def value_break_even(cost: float, *, quality: float, requests: float, threshold: float) -> float:
    """Return V* = (1 + r)·C/(M·Δq), USD per point per request; cost C in USD a month."""
    return (1 + threshold) * cost / (requests * quality)


def break_evens(
    assumptions: Assumptions,
    values: Mapping[str, float],
    measured: Measured,
    exchange: Exchange,
    *,
    threshold: float,
) -> tuple[BreakEven, ...]:
    """Return Δq*, V* and the break-even of every assumption for which all others have a value.

    Args:
        assumptions: All of them.
        values: Means of those that are stated.
        measured: Means of the study.
        exchange: Channel, scale, horizon.
        threshold: r.
    """
    rows = [*_headline(values, measured, exchange, threshold)]
    names = {field.name for field in assumptions.used()}
    for field in assumptions.used():
        if names - {field.name} <= set(values):
            rows.append(_of_field(field, values, measured, exchange, threshold=threshold))
    return tuple(rows)


def _headline(
    values: Mapping[str, float], measured: Measured, exchange: Exchange, threshold: float
) -> list[BreakEven]:
    rows = []
    # What added latency takes away, expressed in points, must be earned by quality as well.
    lost = _latency_points(values, measured, exchange)
    overhead = all(name in values for name in _OVERHEAD)
    cost = measured.token_cost + (float(overhead_per_request(values, exchange)) if overhead else 0.0)
    per_point = _maybe_value_per_point(values, exchange)
    if overhead and lost is not None and per_point:
        star = quality_break_even(cost, per_point=per_point, requests=1, threshold=threshold) + lost
        rows.append(_row("quality_difference", star, measured.quality, "points", "at_least"))
    if lost is not None:
        earned = measured.quality - lost
        needed = (
            value_break_even(cost, quality=earned, requests=1, threshold=threshold) if earned > 0 else None
        )
        name = "value_per_point" if overhead else "value_per_point_tokens_only"
        rows.append(_row(name, needed, per_point, "USD/point/request", "at_least"))
    return rows


def _row(name: str, value: float | None, current: float | None, unit: str, direction: str) -> BreakEven:
    return BreakEven(name=name, value=value, current=current, unit=unit, direction=direction)


def _latency_points(values: Mapping[str, float], measured: Measured, exchange: Exchange) -> float | None:
    slower = max(0.0, measured.latency_s)
    if slower == 0:
        return 0.0
    if "latency_penalty" not in values or not values.get("satisfaction_per_quality"):
        return None
    return values["latency_penalty"] * slower * exchange.scale_width / values["satisfaction_per_quality"]


def _maybe_value_per_point(values: Mapping[str, float], exchange: Exchange) -> float | None:
    try:
        return float(value_per_point(values, exchange))
    except KeyError:
        return None


def _of_field(
    field: Assumption,
    values: Mapping[str, float],
    measured: Measured,
    exchange: Exchange,
    *,
    threshold: float,
) -> BreakEven:
    def net(value: float) -> float:
        return net_at({**values, field.name: value}, measured, exchange, threshold)

    current = values.get(field.name)
    grid = _grid(field, current)
    nets = [net(value) for value in grid]
    crossing = _nearest_crossing(grid, nets, current)
    root = None if crossing is None else root_between(net, *crossing)
    rising = nets[-1] >= nets[0] if crossing is None else net(crossing[1]) > net(crossing[0])
    return _row(field.name, root, current, field.spec.unit, "at_least" if rising else "at_most")


def _grid(field: Assumption, current: float | None) -> list[float]:
    """Return ascending values to look for a sign change between, inside the field's domain."""
    spec = field.spec
    if math.isfinite(spec.low) and math.isfinite(spec.high):
        ends = np.linspace(spec.low, spec.high, 201)
        return [float(x) for x in ends if not (spec.positive and x == 0)]
    scale = abs(current) if current else 1.0
    rising = scale * np.logspace(-_DECADES, _DECADES, 4 * _DECADES + 1)
    mirrored = -rising[::-1] if spec.low < 0 else np.array([])
    zero = np.array([]) if spec.positive else np.array([0.0])
    return [float(x) for x in np.concatenate([mirrored, zero, rising])]


def root_between(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function changes sign between two ends, by halving until the ends are neighbours.

    A test holds it to scipy's brentq, whose import takes longer than all roots of a decision.
    """
    rises = function(low) < 0
    while low < (middle := low + (high - low) / 2) < high:
        value = function(middle)
        if value == 0:
            return middle
        low, high = (middle, high) if (value < 0) is rises else (low, middle)
    return min(low, high, key=lambda end: abs(function(end)))


def _nearest_crossing(
    grid: list[float], nets: list[float], current: float | None
) -> tuple[float, float] | None:
    crossings = [
        (grid[k], grid[k + 1]) for k in range(len(grid) - 1) if nets[k] * nets[k + 1] < 0 or nets[k] == 0
    ]
    if not crossings:
        return None
    if current is None:
        return crossings[0]
    return min(crossings, key=lambda ends: min(abs(ends[0] - current), abs(ends[1] - current)))


def break_even_curve(
    assumptions: Assumptions,
    values: Mapping[str, float],
    measured: Measured,
    exchange: Exchange,
    *,
    threshold: float,
) -> BreakEvenCurve | None:
    """Return the pairs of two unknowns that break even together, None unless exactly two are unknown.

    The first unknown runs over its stated bounds, or over its domain, or over six decades.
    """
    unknown = assumptions.unknowns()
    if len(unknown) != 2:
        return None
    x, y = unknown
    points = []
    for value in _curve_grid(x):
        row = _of_field(y, {**values, x.name: value}, measured, exchange, threshold=threshold)
        if row.value is not None:
            points.append((value, row.value))
    return BreakEvenCurve(x=x.name, y=y.name, x_unit=x.spec.unit, y_unit=y.spec.unit, points=tuple(points))


def _curve_grid(field: Assumption) -> list[float]:
    low, high = field.bounds or (field.spec.low, field.spec.high)
    if math.isfinite(low) and math.isfinite(high):
        step = (high - low) / (_CURVE_POINTS + 1)
        inner = [low + step * k for k in range(1, _CURVE_POINTS + 1)]
        return [low, *inner, high] if field.bounds else inner
    return [float(x) for x in np.logspace(-3, 3, _CURVE_POINTS)]
