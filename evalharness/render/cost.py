"""The ledger and the forecast as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import groupby

from evalharness.core.decision import ArmPrice, CompressionBill, Ledger, LedgerDate, LedgerRow
from evalharness.core.finance import Finance
from evalharness.core.forecast import ArmForecast, Forecast, Money, MonthForecast, WhatIf
from evalharness.render.sheet import Sheet, share, usd

_RIGHT = "r"
_WHY = {"run": "recorded", "today": "decided", "price_change": "price change"}


def cost_sheets(
    ledger: Ledger, forecast: Forecast | None, finance: Finance | None, *, every_month: bool
) -> Iterator[Sheet]:
    """Yield the tables of a run's cost.

    Args:
        ledger: What was spent.
        forecast: Months ahead, None without a volume.
        finance: Currency, tax, credits and budget, None without a file.
        every_month: One row a month; else months of equal cost are one row.
    """
    if ledger.imported_usd:
        yield _imported_sheet(ledger.imported_usd)
    else:
        yield _ledger_sheet(f"What the study cost, at the prices of {ledger.on}", ledger.study)
        yield _ledger_sheet(
            f"What each arm would cost in production, at the prices of {ledger.on}", ledger.production
        )
        yield from _dates_sheets(ledger.dates)
    if ledger.compression:
        yield _compression_sheet(ledger.compression)
    if forecast is not None:
        yield from forecast_sheets(forecast, finance, every_month=every_month)


def forecast_sheets(forecast: Forecast, finance: Finance | None, *, every_month: bool) -> Iterator[Sheet]:
    """Yield the tables of a forecast."""
    yield _months_sheet(forecast, every_month=every_month)
    if finance is not None:
        yield _payable_sheet(forecast, finance)
    if any(arm.what_ifs for arm in forecast.arms):
        yield _what_if_sheet(forecast)


def _ledger_sheet(title: str, rows: tuple[LedgerRow, ...]) -> Sheet:
    headers = (
        "arm", "purpose", "model", "calls", "requests", "input", "cached", "output", "thinking", "tool use",
        "USD", "cache-neutral", "USD/1,000", "thinking share", "cache share",
    )  # fmt: skip
    body = [_ledger_row(row) for row in rows]
    if rows:
        body.append(_total_row(rows))
    return Sheet(title=title, headers=headers, align="lll" + _RIGHT * 12, rows=tuple(body))


def _imported_sheet(stated: tuple[tuple[str, Decimal], ...]) -> Sheet:
    """Costs that a table states: the same on every day, whatever they were made of."""
    rows = tuple((arm, usd(total)) for arm, total in stated)
    headers = ("arm", "USD of all its requests")
    return Sheet(title="What each arm cost, as the table states it", headers=headers, align="lr", rows=rows)


def _ledger_row(row: LedgerRow) -> tuple[str, ...]:
    return (
        row.arm, row.purpose, row.model, f"{row.calls:,}", f"{row.requests:,}", f"{row.input_tokens:,}",
        f"{row.cached_tokens:,}", f"{row.output_tokens:,}", f"{row.thinking_tokens:,}",
        f"{row.tool_use_tokens:,}", ("at most " if row.upper_bound else "") + usd(row.usd),
        usd(row.usd_cache_neutral), usd(row.usd_per_thousand), share(row.thinking_share),
        share(row.cache_share),
    )  # fmt: skip


def _total_row(rows: tuple[LedgerRow, ...]) -> tuple[str, ...]:
    def total(name: str) -> str:
        return f"{sum(getattr(row, name) for row in rows):,}"

    return (
        "total", "", "", total("calls"), "", total("input_tokens"), total("cached_tokens"),
        total("output_tokens"), total("thinking_tokens"), total("tool_use_tokens"),
        usd(sum((row.usd for row in rows), Decimal(0))),
        usd(sum((row.usd_cache_neutral for row in rows), Decimal(0))), "", "", "",
    )  # fmt: skip


def _dates_sheets(dates: tuple[LedgerDate, ...]) -> Iterator[Sheet]:
    """Yield the arms' prices by day, and cache-neutral ones where anything was cached."""
    yield _dates_sheet(dates, "as billed", lambda arm: arm.usd_per_request, with_study=True)
    if any(arm.usd_per_request != arm.usd_per_request_cache_neutral for date in dates for arm in date.arms):
        yield _dates_sheet(
            dates, "cache-neutral", lambda arm: arm.usd_per_request_cache_neutral, with_study=False
        )


def _dates_sheet(
    dates: tuple[LedgerDate, ...], how: str, price: Callable[[ArmPrice], Decimal], *, with_study: bool
) -> Sheet:
    tables = [{arm.arm: usd(1000 * price(arm)) for arm in date.arms} for date in dates]
    names = list(dict.fromkeys(name for table in tables for name in table))
    rows = [(name, *(table.get(name, "") for table in tables)) for name in names]
    if with_study:
        rows.append(("the whole study", *(usd(date.study_usd) for date in dates)))
        if any(date.held or date.rerouted for date in dates):
            rows.append(("models that ended", *(_ended(date) for date in dates)))
    return Sheet(
        title=f"The same calls on other days, {how}: USD per 1,000 requests, and the whole study",
        headers=("arm", *(f"{date.on} ({_WHY[date.why]})" for date in dates)),
        align="l" + _RIGHT * len(dates),
        rows=tuple(rows),
    )


def _ended(date: LedgerDate) -> str:
    held = [f"{model} at its last price" for model in date.held]
    return ", ".join(held + [f"{model} billed as {other}" for model, other in date.rerouted])


def _compression_sheet(bills: tuple[CompressionBill, ...]) -> Sheet:
    rows = []
    for bill in bills:
        net, low, high = (1000 * value for value in _bounds(bill))
        rows.append(
            (
                bill.arm, bill.compressor or "no model", usd(1000 * bill.compressor_usd),
                usd(1000 * bill.saved_usd), f"{usd(net)} ({usd(low)} to {usd(high)})",
                "gain" if net > 0 else "net loss", _break_even(bill),
            )
        )  # fmt: skip
    return Sheet(
        title="Compression, USD per 1,000 requests",
        headers=("arm", "compressor", "it costs", "it saves", "net (bounds)", "", "break-even"),
        align="llrrrll",
        rows=tuple(rows),
    )


def _bounds(bill: CompressionBill) -> tuple[float, float, float]:
    net = bill.net
    low = net.value if net.low is None else net.low
    return net.value, low, net.value if net.high is None else net.high


def _break_even(bill: CompressionBill) -> str:
    if bill.compressor is None:
        return "free"
    parts = []
    if bill.break_even_turns is None:
        parts.append("never by reuse: the answers did not get cheaper")
    else:
        parts.append(f"at {bill.break_even_turns} requests for each compression")
    if bill.break_even_share is not None:
        limit = f"{bill.break_even_share:.0%} of what it reads in one request"
        cannot = bill.break_even_share >= 1
        parts.append(f"or by dropping more than {limit}{', which cannot be' if cannot else ''}")
    return ", ".join(parts)


def _months_sheet(forecast: Forecast, *, every_month: bool) -> Sheet:
    level = f"{2 * forecast.confidence - 1:.0%}"
    rows: list[tuple[str, ...]] = []
    for arm in forecast.arms:
        key = (lambda month: month.month) if every_month else _cost_of
        for _, group in groupby(arm.months, key=key):
            rows.append((arm.arm, *_months_row(tuple(group))))
        rows.append((arm.arm, "total", *_money(arm.total), "", "", ""))
    return Sheet(
        title=f"{forecast.requests:,} requests a month, USD at announced prices, with {level} intervals",
        headers=("arm", "month", "USD", "low", "high", "of the budget", "it runs out on", "at the earliest"),
        align="llrrrrll",
        rows=tuple(rows),
    )


def _cost_of(month: MonthForecast) -> Money:
    return month.cost


def _months_row(months: tuple[MonthForecast, ...]) -> tuple[str, ...]:
    first, last = months[0], months[-1]
    name = f"{first.month:%Y-%m}" if first is last else f"{first.month:%Y-%m} to {last.month:%m}, each"
    if first is not last and first.month.year != last.month.year:
        name = f"{first.month:%Y-%m} to {last.month:%Y-%m}, each"
    lines = [month.budget for month in months]
    part = "" if first.budget is None else f"{first.budget.share:.0%}"
    out = [line.runs_out for line in lines if line is not None and line.runs_out is not None]
    early = [line.earliest for line in lines if line is not None and line.earliest is not None]
    return (name, *_money(first.cost), part, _days(out), _days(early))


def _days(days: list[dt.date]) -> str:
    """Return one day, or the days of the month over several months."""
    if len(days) <= 1:
        return f"{days[0]}" if days else ""
    low, high = min(day.day for day in days), max(day.day for day in days)
    return f"day {low}" if low == high else f"day {low} to {high}"


def _money(money: Money) -> tuple[str, str, str]:
    return usd(money.usd), usd(money.low), usd(money.high)


def _payable_sheet(forecast: Forecast, finance: Finance) -> Sheet:
    code = finance.currency.code if finance.currency else "local"
    at = f" at {finance.currency.per_usd} ({finance.currency.as_of})" if finance.currency else ""
    rows = tuple(_payable_row(arm) for arm in forecast.arms if arm.payable is not None)
    return Sheet(
        title=f"All months as finance sees them: credits off first, tax on the rest, {code}{at}",
        headers=(
            "arm", "list USD", "credits", "net", "VAT", "paid", "cost after tax", f"paid {code}",
            f"cost {code}",
        ),
        align="l" + _RIGHT * 8,
        rows=rows,
    )  # fmt: skip


def _payable_row(arm: ArmForecast) -> tuple[str, ...]:
    paid = arm.payable
    if paid is None:
        return (arm.arm, *[""] * 8)
    local = ["" if v is None else f"{round(v):,}" for v in (paid.payable_local, paid.cost_local)]
    amounts = (
        paid.list_usd, paid.credits_usd, paid.net_usd, paid.vat_usd, paid.payable_usd, paid.cost_usd,
    )  # fmt: skip
    return (arm.arm, *(usd(amount) for amount in amounts), *local)


def _what_if_sheet(forecast: Forecast) -> Sheet:
    rows = tuple(_what_if_row(arm, choice) for arm in forecast.arms for choice in arm.what_ifs)
    return Sheet(
        title="What if, one at a time",
        headers=("arm", "choice", "", "first month", "all months", "change", "stands on"),
        align="lllrrrl",
        rows=rows,
    )


def _what_if_row(arm: ArmForecast, choice: WhatIf) -> tuple[str, ...]:
    figures = ["" if value is None else usd(value) for value in (choice.month_usd, choice.total_usd)]
    change = "not to be had" if choice.total_usd is None else f"{choice.change or 0:+.1%}"
    return (arm.arm, choice.name.replace("_", " "), choice.detail, *figures, change, choice.why)
