"""Appendix F: the money month by month, on other days, under other choices, and what moves it."""

from __future__ import annotations

from collections.abc import Sequence

from evalharness.core.decision import DateRow, MonthRow, Sensitivity, TornadoRow
from evalharness.render.blocks import Table
from evalharness.render.flips import ruling_words
from evalharness.render.frame import Frame


def _table(
    frame: Frame, group: str, columns: str, align: str, rows: Sequence[tuple[str, ...]]
) -> Table | None:
    if not rows:
        return None
    headers = tuple(frame.say(f"{group}.{column}") for column in columns.split())
    return Table(headers=headers, align=align, rows=tuple(rows))


def months_table(frame: Frame) -> Table | None:
    """Return the price path, one row a month."""
    money = frame.upgrade.money
    rows = [] if money is None else [_month(frame, row) for row in money.path]
    return _table(frame, "month", "month starts benefit cost net cumulative", "rlrrrr", rows)


def _month(frame: Frame, row: MonthRow) -> tuple[str, ...]:
    say = frame.say
    amounts = (row.benefit, row.cost, row.net, row.cumulative)
    starts = row.starts.isoformat()
    return (say.number(row.month, "count"), starts, *(say.number(usd, "usd") for usd in amounts))


def dates_table(frame: Frame) -> Table | None:
    """Return the verdict as it would be on every day of an announced price change."""
    rows = [_date(frame, row) for row in frame.upgrade.dates]
    return _table(frame, "date", "date why added held path ruling", "llrrrl", rows)


def _date(frame: Frame, row: DateRow) -> tuple[str, ...]:
    say = frame.say
    return (
        row.on.isoformat(),
        say.name("date", f"why_{row.why}"),
        say.number(row.cost_per_request, "per_thousand"),
        say.number(row.roi_at_prices, "roi"),
        say.number(row.roi, "roi"),
        ruling_words(frame, row.ruling),
    )


def draws_table(frame: Frame) -> Table | None:
    """Return the quantiles of the Monte Carlo draws."""
    say, found = frame.say, frame.upgrade.monte_carlo
    if found is None:
        return None
    rows = [("net", found.net_benefit, "usd"), ("npv", found.npv, "usd")]
    rows += [] if found.roi is None else [("roi", found.roi, "roi")]
    body = [
        (
            say(f"draw.{name}"),
            *(say.number(getattr(row, q), unit) for q in ("p05", "p25", "p50", "p75", "p95")),
        )
        for name, row, unit in rows
    ]
    return _table(frame, "draw", "what p05 p25 p50 p75 p95", "lrrrrr", body)


def tornado_table(frame: Frame) -> Table | None:
    """Return what each input moves, the largest swing first."""
    rows = [_swing(frame, row) for row in frame.upgrade.tornado]
    return _table(frame, "tornado", "input range at_low at_high swing", "llrrr", rows)


def _swing(frame: Frame, row: TornadoRow) -> tuple[str, ...]:
    say = frame.say
    unit = say.name("unit_name", row.unit)
    return (
        say("assumptions.with_unit", name=frame.field(row.name), unit=unit),
        say.span(row.low_input, row.high_input, "number"),
        say.number(row.at_low, "usd"),
        say.number(row.at_high, "usd"),
        say.number(row.swing, "usd"),
    )


def sensitivity_table(frame: Frame) -> Table | None:
    """Return the decisive contrast under other choices of the analyst."""
    rows = [_sensitivity(frame, row) for row in frame.upgrade.sensitivities]
    return _table(frame, "other", "choice quality net holds", "lrrl", rows)


def _sensitivity(frame: Frame, row: Sensitivity) -> tuple[str, ...]:
    say = frame.say
    held = "na" if row.holds is None else "met" if row.holds else "unmet"
    return (
        say.name("sensitivity", row.name),
        say.estimate(row.quality, "points"),
        say.estimate(row.net_at_threshold, "per_thousand"),
        say(f"word.{held}"),
    )


def detectable_table(frame: Frame) -> Table | None:
    """Return what more prompts would be worth, where that was computed."""
    say = frame.say
    rows = [
        (
            say.number(row.more_prompts, "count"),
            say.number(row.value, "usd"),
            say.number(row.cost, "usd"),
            say.number(row.net, "usd"),
        )
        for row in frame.upgrade.next.evsi
    ]
    return _table(frame, "evsi", "more value cost net", "rrrr", rows)
