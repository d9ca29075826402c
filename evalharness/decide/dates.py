"""The same verdict on the days when announced prices change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import DateRow, Ruling
from evalharness.core.errors import PricingError
from evalharness.decide.assess import Assessment, assess
from evalharness.decide.pricepath import add_months
from evalharness.decide.stakes import Stakes


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """The dates table and what follows from it."""

    rows: tuple[DateRow, ...]
    valid_until: dt.date | None
    prices_hold_until: dt.date | None


def validity(
    stakes: Stakes,
    ruling: Ruling,
    found: Assessment | None,
    given: Mapping[str, float],
    rule: Callable[[Assessment], Ruling],
) -> Validity:
    """Decide again on every announced price change inside the horizon.

    Args:
        stakes: Arms, assumptions, draws.
        ruling: Today's final ruling.
        found: Today's assessment, None while an assumption is unknown.
        given: Values of unknown assumptions at which today's assessment stands.
        rule: Final ruling of an assessment (guardrails and caps included).
    """
    on, card = stakes.bench.study.on, stakes.bench.card
    last = add_months(on, stakes.exchange.months)
    changes = card.price_changes(stakes.models, on, last)
    rows = [_row(stakes, on, "run", found, ruling)]
    for day in changes:
        later, priced = _later(stakes, day, given) if found else (None, True)
        then = rule(later) if later else ruling if priced else Ruling.NO_VERDICT
        rows.append(_row(stakes, day, "price_change", later, then))
    ends = [row.on for row in rows if row.ruling is not ruling]
    known = {card.resolve(model) for model in stakes.models}
    ends += [row.on for row in card.shutdowns if row.model in known and on < row.on <= last]
    return Validity(
        rows=tuple(rows),
        valid_until=_day_before(ends),
        prices_hold_until=_day_before(list(changes)),
    )


def _later(stakes: Stakes, day: dt.date, given: Mapping[str, float]) -> tuple[Assessment | None, bool]:
    """Return the assessment from a later day, and whether every month from then has an announced price."""
    try:
        return assess(stakes, day, given, explain=False), True
    except PricingError:
        return None, False


def _row(stakes: Stakes, day: dt.date, why: str, found: Assessment | None, ruling: Ruling) -> DateRow:
    costs = stakes.cost_on(day)
    cost = 0.0 if costs is None else float(np.average(costs, weights=stakes.pair.design.weights))
    return DateRow(
        on=day, why=why, cost_per_request=cost,
        roi_at_prices=found.money.roi_at_run_date if found else None,
        roi=found.money.roi if found else None, ruling=ruling,
    )  # fmt: skip


def _day_before(days: list[dt.date]) -> dt.date | None:
    return min(days) - dt.timedelta(days=1) if days else None
