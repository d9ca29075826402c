"""Months ahead: what each arm would cost at a volume, with the doubt that tokens vary by prompt."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from evalharness.core.errors import InsufficientData
from evalharness.core.finance import Finance
from evalharness.core.forecast import ArmForecast, BudgetLine, Forecast, Money, MonthForecast
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import mean_or_value
from evalharness.decide.design import Design
from evalharness.decide.distributions import t_quantile
from evalharness.decide.pairing import case_means
from evalharness.decide.payable import payable_of
from evalharness.decide.pricepath import add_months


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How much is asked, and for how long."""

    requests: int
    """A month."""
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Calendar months, each with the days on which its prices begin and their share of the month."""

    firsts: tuple[dt.date, ...]
    spans: tuple[tuple[tuple[dt.date, float], ...], ...]

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Every day on which prices are looked up."""
        return tuple(sorted({day for spans in self.spans for day, _ in spans}))

    def blend(self, by_day: Mapping[dt.date, FloatArray], month: int) -> FloatArray:
        """Return a month's value per case from the values at its prices."""
        parts = [share * by_day[day] for day, share in self.spans[month]]
        total: FloatArray = np.sum(parts, axis=0)
        return total


def calendar_months(on: dt.date, count: int, changes: tuple[dt.date, ...]) -> Months:
    """Return the calendar months from the first that begins on or after a day.

    Args:
        on: The forecast's day.
        count: How many.
        changes: Days on which a price changes; a month in which one falls is priced by days.
    """
    first = on if on.day == 1 else add_months(on.replace(day=1), 1)
    firsts = tuple(add_months(first, k) for k in range(count))
    spans = []
    for start in firsts:
        length = calendar.monthrange(start.year, start.month)[1]
        inside = [day for day in changes if start < day < add_months(start, 1)]
        cuts = [start, *sorted(inside)]
        ends = [*cuts[1:], add_months(start, 1)]
        spans.append(tuple((cut, (end - cut).days / length) for cut, end in zip(cuts, ends, strict=True)))
    return Months(firsts=firsts, spans=tuple(spans))


def forecast(bench: Bench, volume: Volume, finance: Finance | None, positions: tuple[int, ...]) -> Forecast:
    """Return what some arms would cost month by month at announced prices; what-ifs are added elsewhere.

    Raises:
        PricingError: If a month has no price.
        InsufficientData: If an arm has no priced case.
    """
    months = months_of(bench, volume)
    arms = tuple(_arm(bench, position, volume, months, finance) for position in positions)
    return Forecast(
        on=bench.study.on, requests=volume.requests, confidence=bench.confidence, arms=arms, notes=()
    )


def months_of(bench: Bench, volume: Volume) -> Months:
    """Return the forecast's months, cut where a price of any arm's model changes."""
    on = bench.study.on
    models = bench.costs.models(tuple(range(len(bench.cells.arms))))
    changes = bench.card.price_changes(models, on, add_months(on, volume.months + 1))
    return calendar_months(on, volume.months, changes)


def arm_costs(bench: Bench, position: int, months: Months) -> tuple[dict[dt.date, FloatArray], Design]:
    """Return an arm's cost per case on each day that prices are looked up, with the cases' design.

    Raises:
        InsufficientData: If no case of the arm has a price.
    """
    by_day = {day: case_means(bench.costs.at(day)[position]) for day in months.days}
    weights = bench.sampling.design.weights
    known = ~np.isnan(by_day[months.days[0]]) & (weights > 0)
    if not known.any():
        raise InsufficientData(f"no answer of arm {bench.cells.arms[position].name} has a price")
    return {day: values[known] for day, values in by_day.items()}, bench.sampling.design.take(known)


def _arm(bench: Bench, position: int, volume: Volume, months: Months, finance: Finance | None) -> ArmForecast:
    by_day, design = arm_costs(bench, position, months)
    monthly = [months.blend(by_day, k) for k in range(volume.months)]
    costs = [money_of([values], design, volume.requests, bench.confidence) for values in monthly]
    budget = None if finance is None else finance.budget
    rows = tuple(
        MonthForecast(
            month=first, cost=cost, budget=None if budget is None else budget_line(first, cost, budget.usd)
        )
        for first, cost in zip(months.firsts, costs, strict=True)
    )
    arm = bench.cells.arms[position]
    return ArmForecast(
        arm=arm.name,
        model=arm.model,
        cases=design.n,
        per_request=money_of(monthly[:1], design, 1, bench.confidence),
        months=rows,
        total=money_of(monthly, design, volume.requests, bench.confidence),
        what_ifs=(),
        payable=None if finance is None else payable_of(rows, finance),
    )


def money_of(monthly: list[FloatArray], design: Design, requests: int, confidence: float) -> Money:
    """Return the cost of months of requests with bounds.

    Two doubts add up: which cases the mean was measured on (the design's standard error), and which requests
    come in a month (their spread, over the number of requests).

    Args:
        monthly: USD per request of each case at each month's prices, shapes (n,).
        design: Of the cases.
        requests: A month; 1 gives the mean of a request, without the spread of single requests.
        confidence: Of each bound, one-sided.
    """
    found = mean_or_value(np.sum(monthly, axis=0), design, unit="usd", confidence=confidence)
    mean = requests * found.value
    if found.se is None or found.df is None:
        return Money(usd=mean, low=mean, high=mean)
    spread = sum(_variance(values, design.weights) for values in monthly) / requests if requests > 1 else 0.0
    half = t_quantile(confidence, found.df) * requests * math.hypot(found.se, math.sqrt(spread))
    return Money(usd=mean, low=max(0.0, mean - half), high=mean + half)


def _variance(values: FloatArray, weights: FloatArray) -> float:
    mean = np.average(values, weights=weights)
    return float(np.average((values - mean) ** 2, weights=weights)) * len(values) / max(1, len(values) - 1)


def budget_line(first: dt.date, cost: Money, budget: Decimal) -> BudgetLine:
    """Return a month's use of its budget and the day on which that runs out, requests spread evenly."""
    return BudgetLine(
        share=cost.usd / float(budget) if budget else math.inf,
        runs_out=_day_out(first, cost.usd, float(budget)),
        earliest=_day_out(first, cost.high, float(budget)),
    )


def _day_out(first: dt.date, usd: float, budget: float) -> dt.date | None:
    length = calendar.monthrange(first.year, first.month)[1]
    if usd <= budget:
        return None
    # The day during which the sum passes the budget: what is paid by its evening is more than the budget.
    return first.replace(day=min(length, math.floor(budget / (usd / length)) + 1))
