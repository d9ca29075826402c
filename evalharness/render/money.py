"""Section 3: what the upgrade costs, brings and returns, along the announced prices."""

from __future__ import annotations

import math

from evalharness.core.decision import DateRow, Money
from evalharness.core.experiment import Role
from evalharness.render import numbers
from evalharness.render.flips import ruling_words
from evalharness.render.frame import Frame
from evalharness.render.views import MoneyView, Table

_A, _MA, _MP, _MPA = "a", "m a", "m p", "m p a"
"""What a number stands on: (m)easured, list (p)rice, (a)ssumed."""
_MOST_DATES = 4


def money_view(frame: Frame) -> MoneyView:
    """Lay out the money; without a volume or value, only what tokens cost."""
    money = frame.upgrade.money
    rows = [_per_thousand(frame)]
    rows += _known(frame, money) if money is not None else _unknown(frame)
    rows.append(_study(frame))
    headers = tuple(frame.say(f"money.{column}") for column in ("item", "value", "kind"))
    return MoneyView(table=Table(headers=headers, align="lll", rows=tuple(rows)), dates=_dates(frame))


def _per_thousand(frame: Frame) -> tuple[str, ...]:
    say, context = frame.say, frame.upgrade.context
    control, treatment = frame.arm(Role.CONTROL, context), frame.arm(Role.TREATMENT, context)
    value = say(
        "money.per_thousand_value",
        flash=say.number(
            control.usd_per_request if control else None, "per_thousand", missing="not_measured"
        ),
        pro=say.number(
            treatment.usd_per_request if treatment else None, "per_thousand", missing="not_measured"
        ),
        difference=say.estimate(frame.upgrade.cost_at_run_date, "per_thousand", missing="not_measured"),
    )
    return say("money.per_thousand", on=frame.decision.on), value, _MP


def _known(frame: Frame, money: Money) -> list[tuple[str, ...]]:
    say, months = frame.say, money.months
    return [
        (say("money.requests"), say.number(money.requests_per_month, "count"), _A),
        (say("money.monthly"), _monthly_cost(frame, money), _MPA),
        (say("money.horizon", months=months), _horizon(frame, money), _MPA),
        (say("money.benefit"), _benefit(frame, money), _MA),
        (say("money.roi", months=months), _roi(frame, money), _MPA),
        (
            say("money.npv"),
            say("money.npv_payback", npv=_npv(frame, money), payback=_payback(frame, money)),
            _MPA,
        ),
    ]


def _unknown(frame: Frame) -> list[tuple[str, ...]]:
    say, fields = frame.say, frame.unstated()
    why = say("money.not_computable", fields=fields) if fields else say("money.no_cost")
    return [
        (say("money.monthly"), why, _MPA),
        (say("money.benefit"), why, _MA),
        (say("money.roi_bare"), why, _MPA),
        (say("money.npv"), why, _MPA),
    ]


def _monthly_cost(frame: Frame, money: Money) -> str:
    path = money.path
    return frame.say(
        "money.monthly_value",
        mean=numbers.money(money.cost),
        months=money.months,
        first=frame.say.number(path[0].cost if path else None, "usd"),
        last=frame.say.number(path[-1].cost if path else None, "usd"),
        today=numbers.money(money.cost_at_run_date),
        on=frame.decision.on,
    )


def _horizon(frame: Frame, money: Money) -> str:
    total = math.fsum([money.months * money.cost, money.one_off])
    one_off, ops = numbers.money(money.one_off), frame.say.number(money.ops, "usd_per_month")
    return frame.say("money.horizon_value", total=numbers.money(total), one_off=one_off, ops=ops)


def _benefit(frame: Frame, money: Money) -> str:
    return frame.say(
        "money.benefit_value",
        month=numbers.money(money.benefit),
        total=numbers.money(money.months * money.benefit),
        months=money.months,
        latency=numbers.money(money.latency_loss),
    )


def _roi(frame: Frame, money: Money) -> str:
    say, chances = frame.say, frame.upgrade.monte_carlo
    if money.roi is None:
        return say("money.not_dearer")
    probability = numbers.probability(chances.probability) if chances else say("word.not_estimable")
    value = say(
        "money.roi_value",
        roi=numbers.roi(money.roi),
        level=frame.level,
        interval=_fieller(frame),
        probability=probability,
    )
    today = say.number(money.roi_at_run_date, "roi")
    return say("money.roi_today", roi=value, today=today, on=frame.decision.on)


def _fieller(frame: Frame) -> str:
    found = frame.upgrade.fieller
    if found is None:
        return frame.say("word.not_estimable")
    if found.low is None or found.high is None or found.kind == "unbounded":
        return frame.say("word.unbounded")
    if found.kind == "bounded":
        return frame.say.span(found.low, found.high, "roi")
    return frame.say("money.two_rays", low=found.low, high=found.high)


def _npv(frame: Frame, money: Money) -> str:
    chances = frame.upgrade.monte_carlo
    if chances is None:
        return numbers.money(money.npv)
    interval = frame.say.span(chances.npv.p05, chances.npv.p95, "usd")
    return frame.say("money.npv_value", npv=numbers.money(money.npv), interval=interval)


def _payback(frame: Frame, money: Money) -> str:
    if money.one_off <= 0:
        return frame.say("money.payback_free")
    if money.payback_months is None:
        return frame.say("money.payback_none")
    return frame.say.number(money.payback_months, "months")


def _study(frame: Frame) -> tuple[str, ...]:
    say, ledger = frame.say, frame.decision.ledger
    study = numbers.money(ledger.study_usd)
    if ledger.decided_usd is None:
        return say("money.study"), study, _MP
    decided = numbers.money(ledger.decided_usd)
    return say("money.study"), say("money.study_value", study=study, decided=decided), _MPA


def _dates(frame: Frame) -> Table | None:
    say, rows = frame.say, frame.upgrade.dates
    if not rows:
        return None
    columns = ("date", "why", "added", "roi_held", "roi_path", "ruling")
    headers = tuple(say(f"money.{column}") for column in columns)
    shown = [_date(frame, row) for row in rows[:_MOST_DATES]]
    if len(rows) > _MOST_DATES:
        day, why, *rest = shown[-1]
        shown[-1] = (day, say("money.why_more", why=why, n=len(rows) - _MOST_DATES), *rest)
    return Table(headers=headers, align="llrrrl", rows=tuple(shown))


def _date(frame: Frame, row: DateRow) -> tuple[str, ...]:
    say = frame.say
    return (
        numbers.day(row.on),
        say.name("money", f"why_{row.why}"),
        numbers.per_thousand(row.cost_per_request),
        say.number(row.roi_at_prices, "roi"),
        say.number(row.roi, "roi"),
        ruling_words(frame, row.ruling),
    )
