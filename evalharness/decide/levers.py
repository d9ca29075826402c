"""What a page needs to judge the upgrade again under other values, as it will state it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from scipy import special

from evalharness.core.assumptions import Assumption
from evalharness.core.decision import BreakEven
from evalharness.core.errors import PricingError
from evalharness.core.levers import (
    NODE_BITS,
    POSTERIOR,
    SCORES,
    LabelShift,
    Lever,
    Levers,
    Lifecycle,
    PriceSpan,
    Pulled,
    Setting,
)
from evalharness.decide.distributions import normal_below
from evalharness.decide.draws import correlation_root, quantile
from evalharness.decide.pricepath import add_months
from evalharness.decide.pull import PulledStakes, pull
from evalharness.decide.quadrature import nodes_of
from evalharness.decide.rulings import REJECTING_PROBABILITY
from evalharness.decide.sobol import MOST_DIMENSIONS, direction_numbers
from evalharness.decide.stakes import Stakes
from evalharness.decide.upgrade_case import UpgradeCase

MOST_CASES: Final = 20_000
"""Beyond it the numbers of all cases would be most of a page."""
_LATER_MONTHS = 12
"""How far ahead the panel's price date goes."""
_HORIZONS = 3
"""Longest horizon of the panel, as a multiple of the file's (36 months at least)."""
_TABLE_DIGITS = 9
_WIDE = 10.0


def levers_of(case: UpgradeCase, break_evens: tuple[BreakEven, ...]) -> Levers | None:
    """Lay out the levers of a decided upgrade.

    Args:
        case: The upgrade as it was decided.
        break_evens: For the reach of sliders of unknown assumptions.

    Returns:
        None where no contrast has bounds: no cost is known, there are fewer than two independent units, or
        more cases than a page should carry.
    """
    stakes, on = case.stakes, case.stakes.bench.study.on
    found = _prices(case.stakes)
    ranged = [field for field in stakes.assumptions.used() if not (field.is_fixed or field.is_unknown)]
    few = stakes.pair.design.units < 2 or stakes.pair.design.n > MOST_CASES
    if found is None or few or len(ranged) + len(POSTERIOR) > MOST_DIMENSIONS:
        return None
    spans, costs, last_day, most_months = found
    numbers = PulledStakes(stakes.bench, stakes.assumptions, stakes.pair)
    pair, limits, scale = stakes.pair, stakes.limits, stakes.bench.study.experiment.scorer
    joint = numbers.joint(
        np.column_stack([pair.quality, numbers.latency_s]), numbers.shift(1.0, -1.0)
    )  # fmt: skip
    correlated, root = correlation_root(stakes.assumptions, tuple(field.name for field in ranged))
    design = pair.design
    levers = Levers(
        on=on, months=stakes.exchange.months, last_day=last_day, most_months=most_months,
        channel=stakes.assumptions.channel.value, scale_low=scale.scale_low, scale_high=scale.scale_high,
        confidence=stakes.bench.confidence, threshold=limits.roi, probability=limits.roi_probability,
        tail_share=limits.tail_share, quality_loss=limits.quality_loss,
        bias_allowance=limits.bias_allowance, rejecting=REJECTING_PROBABILITY,
        treatment=tuple(pair.first.tolist()), control=tuple(pair.second.tolist()),
        latency_s=tuple(numbers.latency_s.tolist()), costs=costs, prices=spans,
        weights=tuple(design.weights.tolist()),
        clusters=None if design.clusters is None else tuple(design.clusters.tolist()),
        strata=None if design.strata is None else tuple(design.strata.tolist()),
        labels=_labels(stakes), fields=tuple(_lever(field, break_evens) for field in
                                             stakes.assumptions.used()),
        correlated=correlated, root=tuple(tuple(row) for row in root.tolist()),
        spread=_table(_spread(joint.df)),
        sobol=_sobol(len(ranged) + len(POSTERIOR), stakes.bench.study.experiment.seed),
        lifecycle=_lifecycle(case), checks=(),
    )  # fmt: skip
    return replace(levers, checks=tuple(_checks(case, levers)))


def _prices(
    stakes: Stakes,
) -> tuple[tuple[PriceSpan, ...], tuple[tuple[float, ...], ...], dt.date, int] | None:
    """Return the spans of equal prices, what each case costs in them, and how far the panel looks."""
    on, months = stakes.bench.study.on, stakes.exchange.months
    most_months, last_day = max(36, _HORIZONS * months), add_months(on, _LATER_MONTHS)
    numbers = PulledStakes(stakes.bench, stakes.assumptions, stakes.pair)
    regimes: dict[tuple[tuple[str, dt.date], ...], int] = {}
    spans: list[PriceSpan] = []
    costs: list[tuple[float, ...]] = []
    for day in _days(on, add_months(last_day, most_months)):
        key = _key(stakes, day)
        if key is not None and key not in regimes:
            known = _cost_on(numbers, day)
            if known is None:
                key = None
            else:
                regimes[key] = len(costs)
                costs.append(tuple(known.tolist()))
        regime = None if key is None else regimes[key]
        if not spans or spans[-1].regime != regime:
            spans.append(PriceSpan(starts=day, regime=regime))
    return (tuple(spans), tuple(costs), last_day, most_months) if costs else None


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)


def _key(stakes: Stakes, day: dt.date) -> tuple[tuple[str, dt.date], ...] | None:
    """Return what names the prices of a day, None if some price is not announced."""
    card = stakes.bench.card
    try:
        rows = [card.in_force(model, day) for model in stakes.models]
    except PricingError:
        return None
    return tuple((row.model, row.valid_from) for row in rows)


def _cost_on(stakes: Stakes, day: dt.date) -> np.ndarray | None:
    try:
        return stakes.cost_on(day)
    except PricingError:
        return None


def _labels(stakes: Stakes) -> LabelShift | None:
    found = stakes.correction
    if found is None:
        return None
    return LabelShift(
        at=tuple(found.people.at.tolist()), known=tuple(np.flatnonzero(found.people.known).tolist()),
        treatment=tuple(found.minuend.tolist()), control=tuple(found.subtrahend.tolist()),
    )  # fmt: skip


def _lever(field: Assumption, break_evens: tuple[BreakEven, ...]) -> Lever:
    spec, unknown, ranged = field.spec, field.is_unknown, not (field.is_fixed or field.is_unknown)
    quantiles = [None if unknown else float(quantile(field, p)) for p in (0.05, 0.5, 0.95)]
    low, high, logarithmic = _reach(field, break_evens)
    movable = unknown or spec.is_value or field.name in ("requests_per_month", "satisfaction_per_quality")
    return Lever(
        name=field.name, unit=field.unit or spec.unit, mean=None if unknown else field.expected(),
        table=_table(quantile(field, normal_below(_grid()))) if ranged else (), p05=quantiles[0],
        p50=quantiles[1], p95=quantiles[2], low=low, high=high,
        least=spec.low if math.isfinite(spec.low) else None,
        most=spec.high if math.isfinite(spec.high) else None, above=spec.positive, logarithmic=logarithmic,
        movable=movable,
    )  # fmt: skip


def _reach(field: Assumption, break_evens: tuple[BreakEven, ...]) -> tuple[float, float, bool]:
    """Return the ends of a field's slider, inside its domain, and whether its steps are factors."""
    spec = field.spec
    if field.is_unknown:
        star = next((row.value for row in break_evens if row.name == field.name and row.value), None)
        bounds = field.bounds or (max(spec.low, 0.0), min(spec.high, _WIDE * abs(star or 1.0)))
        return bounds[0], bounds[1], False
    middle, high = field.expected(), float(quantile(field, 0.95))
    if spec.is_value or field.name == "requests_per_month":
        centre = middle or 1.0
        return centre / _WIDE, min(centre * _WIDE, spec.high), True
    return max(spec.low, 0.0), min(2 * max(high, middle), spec.high), False


def _grid() -> np.ndarray:
    start, step, count = SCORES
    return start + step * np.arange(count)


def _spread(df: float) -> np.ndarray:
    """Return quantiles of √(χ²/df) at the tabled normal scores."""
    found: np.ndarray = np.sqrt(2 * special.gammaincinv(df / 2, normal_below(_grid())) / df)
    return found


def _table(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{value:.{_TABLE_DIGITS}g}") for value in values.tolist())


def _sobol(dimensions: int, seed: int) -> tuple[tuple[int, ...], ...]:
    rng = np.random.default_rng([seed & 0xFFFFFFFFFFFFFFFF, 0x50B])
    shifts = rng.integers(0, 1 << NODE_BITS, size=dimensions)
    return tuple((int(shift), *direction_numbers(d, NODE_BITS)) for d, shift in enumerate(shifts))


def _lifecycle(case: UpgradeCase) -> Lifecycle:
    bench = case.stakes.bench
    experiment, card = bench.study.experiment, bench.card
    model = bench.cells.arms[case.stakes.pair.minuend].model
    waived = bool(experiment.waivers.preview_model)
    if case.lifecycle.met is None:
        return Lifecycle(preview=False, ends=(), waived=waived, known=False)
    known = card.resolve(model)
    ends = tuple(row.on for row in card.shutdowns if row.model == known)
    return Lifecycle(preview=known in card.previews, ends=ends, waived=waived, known=True)


def _checks(case: UpgradeCase, levers: Levers) -> Iterator[tuple[Setting, Pulled]]:
    """Yield what Python says at rest and at a few other settings."""
    nodes = nodes_of(levers)
    rest = Setting(on=levers.on, months=levers.months, threshold=levers.threshold)
    unknown = tuple((f.name, (f.low + f.high) / 2) for f in levers.fields if f.mean is None)
    movable = {f.name: f for f in levers.fields if f.movable and f.mean is not None}
    higher = tuple((name, min(2 * (f.mean or 0.0), f.high)) for name, f in movable.items())
    changed = [span.starts for span in levers.prices if levers.on < span.starts <= levers.last_day]
    later = changed[0] if changed else levers.last_day
    settings = (
        replace(rest, values=unknown),
        replace(rest, values=(*unknown, *higher)),
        replace(rest, on=later, months=min(2 * levers.months, levers.most_months), threshold=0.5,
                values=(*unknown, *higher[-1:])),
    )  # fmt: skip
    for setting in settings:
        yield setting, pull(case, nodes, setting)
