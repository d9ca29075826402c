"""The months ahead, each at the prices announced for it, and what they are worth today."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy_financial as npf

from evalharness.core.decision import MonthRow
from evalharness.core.pricing import RateCard
from evalharness.decide.cells import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePath:
    """The prices of each month of the horizon."""

    starts: tuple[dt.date, ...]
    """First day of each month, which starts on the decision's day of the month; its prices hold all month."""
    days: tuple[dt.date, ...]
    """One day for each distinct set of prices, in order."""
    regime: tuple[int, ...]
    """For each month, the position of its prices in days."""
    held: tuple[tuple[str, dt.date], ...]
    """Models whose last price is held after their shutdown, with the first such month."""
    rerouted: tuple[tuple[str, str, dt.date], ...] = ()
    """Models whose calls another model answers after their shutdown: (model, other model, first month); the
    months from then on are priced as the other model's."""

    @property
    def shares(self) -> FloatArray:
        """Share of the months at each set of prices, shape (len(days),)."""
        counts = np.bincount(np.array(self.regime), minlength=len(self.days))
        shares: FloatArray = counts / len(self.starts)
        return shares


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def price_path(card: RateCard, models: tuple[str, ...], on: dt.date, months: int) -> PricePath:
    """Group the months of the horizon by the prices announced for their first day.

    Raises:
        PricingError: If a month has no price and its model no announced shutdown.
    """
    starts = tuple(add_months(on, k) for k in range(months))
    regimes: dict[tuple[tuple[str, dt.date], ...], int] = {}
    days: list[dt.date] = []
    order: list[int] = []
    held: dict[str, dt.date] = {}
    rerouted: dict[str, tuple[str, dt.date]] = {}
    for start in starts:
        rows = {model: card.in_force(model, start) for model in models}
        for model, row in rows.items():
            if not row.covers(start):
                held.setdefault(card.resolve(model), start)
            elif row.model != card.resolve(model):
                rerouted.setdefault(card.resolve(model), (row.model, start))
        key = tuple((row.model, row.valid_from) for row in rows.values())
        if key not in regimes:
            regimes[key] = len(days)
            days.append(start)
        order.append(regimes[key])
    return PricePath(
        starts=starts,
        days=tuple(days),
        regime=tuple(order),
        held=tuple(sorted(held.items())),
        rerouted=tuple((model, other, start) for model, (other, start) in sorted(rerouted.items())),
    )


def monthly_rate(yearly: Any) -> Any:
    """Return r_m = (1 + r_a)^(1/12) − 1, numbers or draws."""
    return (1 + yearly) ** (1 / 12) - 1


def net_present_value(net_by_month: FloatArray, *, one_off: float, yearly_rate: float) -> float:
    """Return −I0 + Σ net_m/(1 + r_m)^m, months paid at their end, USD.

    For equal months this is −I0 + net·(1 − (1 + r_m)^−H)/r_m.

    Args:
        net_by_month: B − C_m, shape (months,), USD.
        one_off: I0, USD, paid today.
        yearly_rate: r_a as a share.
    """
    return float(npf.npv(monthly_rate(yearly_rate), [-one_off, *net_by_month.tolist()]))


def payback_months(net_by_month: FloatArray, one_off: float) -> float | None:
    """Return after how many months the one-off cost has come back, None if the months together bring nothing.

    For equal months this is I0/(B − C). Beyond the horizon the last month's net is carried on. Without a
    one-off cost it is 0.
    """
    cumulative = np.cumsum(net_by_month)
    if cumulative[-1] <= 0:
        return None
    if one_off <= 0:
        return 0.0
    reached = np.flatnonzero(cumulative >= one_off)
    if not len(reached):
        last = float(net_by_month[-1])
        return len(cumulative) + (one_off - float(cumulative[-1])) / last if last > 0 else None
    month = int(reached[0])
    before = float(cumulative[month - 1]) if month else 0.0
    return month + (one_off - before) / float(net_by_month[month])


def horizon_roi(benefit: Any, cost: Any, one_off: Any) -> Any:
    """Return [Σ(B − C_m) − I0]/(ΣC_m + I0) from sums over the horizon, USD."""
    return (benefit - cost - one_off) / (cost + one_off)


def month_rows(
    path: PricePath, benefit: float, cost_by_month: FloatArray, one_off: float
) -> tuple[MonthRow, ...]:
    """Lay the months out for the report; benefit and cost in USD a month."""
    net = benefit - cost_by_month
    running = np.cumsum(net) - one_off
    spent = np.cumsum(cost_by_month) + one_off
    return tuple(
        MonthRow(
            month=k + 1, starts=start, benefit=benefit, cost=float(cost_by_month[k]), net=float(net[k]),
            cumulative=float(running[k]), roi=float(running[k] / spent[k]) if spent[k] > 0 else None,
        )
        for k, start in enumerate(path.starts)
    )  # fmt: skip
