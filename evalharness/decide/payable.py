"""List price → what is paid and what is lost: credits off first, tax on the rest, one dated exchange rate."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from evalharness.core.finance import Finance
from evalharness.core.forecast import MonthForecast, Payable

_DIGITS = 10
"""Significant digits of a forecast that become money: the last ones of a float sum differ between CPUs."""


def payable_of(months: Sequence[MonthForecast], finance: Finance) -> Payable:
    """Return what a row of months comes to after credits and tax.

    A credit pays what it can of each month that begins on or before its last day, the one that expires first
    before the others; what is left of it then is lost.
    """
    owed = sorted(finance.credits, key=lambda credit: credit.expires)
    left = [credit.usd for credit in owed]
    listed = used = Decimal(0)
    for month in months:
        due = exact(month.cost.usd)
        listed += due
        for i, credit in enumerate(owed):
            taken = min(due, left[i]) if month.month <= credit.expires else Decimal(0)
            left[i] -= taken
            due -= taken
            used += taken
    return bill_after(listed, used, finance)


def bill_after(listed: Decimal, credited: Decimal, finance: Finance) -> Payable:
    """Return net, tax, what is paid and what is lost of a list price and the credits taken off it.

    net = list − credits; tax = net × rate; paid = net + tax; cost = paid, less the tax where it comes back.
    """
    net = listed - credited
    vat = net * finance.vat.rate if finance.vat else Decimal(0)
    lost = Decimal(0) if finance.vat and finance.vat.recoverable else vat
    per_usd = finance.currency.per_usd if finance.currency else None
    return Payable(
        list_usd=listed,
        credits_usd=credited,
        net_usd=net,
        vat_usd=vat,
        payable_usd=net + vat,
        cost_usd=net + lost,
        payable_local=None if per_usd is None else (net + vat) * per_usd,
        cost_local=None if per_usd is None else (net + lost) * per_usd,
    )


def exact(value: float) -> Decimal:
    """Return a forecast as money, rounded where floats differ between machines."""
    return Decimal(f"{value:.{_DIGITS}g}")
