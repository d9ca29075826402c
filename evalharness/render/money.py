"""Section 3: what the upgrade costs, brings and returns, along the announced prices."""

from __future__ import annotations

import math

from evalharness.core.decision import DateRow, Money
from evalharness.core.experiment import Role
from evalharness.core.finance import MAX_FX_AGE_DAYS
from evalharness.core.provenance import Origin
from evalharness.render.blocks import Block, Paragraph, Table
from evalharness.render.flips import ruling_words
from evalharness.render.frame import Frame
from evalharness.render.numbers import Number

_A, _MA, _MP, _MPA = "a", "m·a", "m·p", "m·p·a"
"""What a number stands on: (m)easured, list (p)rice, (a)ssumed."""
Row = tuple[str, str, Number | None, str]
"""Item, value, the amount that is shown in won too, and what it stands on."""


def money_blocks(frame: Frame, *, most_dates: int) -> tuple[Block, ...]:
    """Lay out the money; without a volume or value, only what tokens cost."""
    money = frame.upgrade.money
    rows = [_per_thousand(frame)]
    rows += _known(frame, money) if money is not None else _unknown(frame)
    rows += [_date(frame, row) for row in frame.upgrade.dates if row.why != "run"][:most_dates]
    rows += [*_budget(frame), _study(frame)]
    return (_table(frame, rows), Paragraph((_note(frame),)))


def _table(frame: Frame, rows: list[Row]) -> Table:
    say, currency = frame.say, frame.material.currency
    if currency is None:
        headers = tuple(say(f"money.{column}") for column in ("item", "value", "kind"))
        return Table(headers=headers, align="lll", rows=tuple((i, v, k) for i, v, _, k in rows))
    headers = (say("money.item"), say("money.value"), currency.code, say("money.kind"))
    return Table(
        headers=headers,
        align="llrl",
        rows=tuple((i, v, frame.local(usd) or say("word.blank"), k) for i, v, usd, k in rows),
    )


def _note(frame: Frame) -> str:
    say, currency = frame.say, frame.material.currency
    read = min((row.as_of for row in frame.decision.rates), default=None)
    prices = say("money.prices_none") if read is None else say("money.prices", day=read)
    if currency is None:
        return f"{prices} {say('money.no_currency')}"
    age = (frame.decision.on - currency.as_of).days
    rate = say(
        "money.currency",
        code=currency.code,
        rate=frame.numerals.rate(currency.per_usd, currency.code),
        day=currency.as_of,
        age=say("money.currency_old", days=age) if age > MAX_FX_AGE_DAYS else "",
        example=say("money.currency_example") if frame.material.finance_is_example else "",
    )
    return f"{prices} {rate}"


def _per_thousand(frame: Frame) -> Row:
    say, context = frame.say, frame.upgrade.context
    control, treatment = frame.arm(Role.CONTROL, context), frame.arm(Role.TREATMENT, context)
    usd = [None if arm is None else arm.usd_per_request for arm in (control, treatment)]
    flash, pro = (say.number(value, "per_thousand", missing="not_measured") for value in usd)
    added = frame.upgrade.cost_at_run_date
    difference = say.estimate(added, "per_thousand", missing="not_measured")
    value = say("money.per_thousand_value", flash=flash, pro=pro, difference=difference)
    return (
        say("money.per_thousand", on=frame.decision.on),
        value,
        None if added is None else 1000 * added.value,
        _MP,
    )


def _known(frame: Frame, money: Money) -> list[Row]:
    say, months = frame.say, money.months
    total = math.fsum([months * money.cost, money.one_off])
    return [
        (say("money.requests"), say.number(money.requests_per_month, "count"), None, _A),
        (say("money.monthly", months=months), _monthly_cost(frame, money), money.cost, _MPA),
        (say("money.horizon", months=months), _horizon(frame, money, total), total, _MPA),
        (say("money.benefit"), _benefit(frame, money), money.benefit, _MA),
        (say("money.roi", months=months), _roi(frame, money), None, _MPA),
        (say("money.npv"), _npv(frame, money), money.npv, _MPA),
    ]


def _unknown(frame: Frame) -> list[Row]:
    say, fields = frame.say, frame.unstated()
    why = say("money.not_computable", fields=fields) if fields else say("money.no_cost")
    return [(say("money.unknown"), why, None, _MPA)]


def _monthly_cost(frame: Frame, money: Money) -> str:
    path = money.path
    return frame.say(
        "money.monthly_value",
        mean=frame.numerals.money(money.cost),
        months=money.months,
        first=frame.say.number(path[0].cost if path else None, "usd"),
        last=frame.say.number(path[-1].cost if path else None, "usd"),
    )


def _horizon(frame: Frame, money: Money, total: float) -> str:
    return frame.say("money.horizon_value", total=total, one_off=money.one_off, ops=money.ops)


def _benefit(frame: Frame, money: Money) -> str:
    return frame.say(
        "money.benefit_value",
        month=money.benefit,
        total=money.months * money.benefit,
        months=money.months,
        latency=money.latency_loss,
    )


def _roi(frame: Frame, money: Money) -> str:
    say = frame.say
    if money.roi is None:
        return say("money.not_dearer")
    doubt, today = _doubt(frame), say.number(money.roi_at_run_date, "roi")
    key = "money.roi_value" if doubt else "money.roi_bare"
    return say(key, roi=money.roi, interval=_fieller(frame), doubt=doubt, today=today)


def _doubt(frame: Frame) -> str:
    """Say how far the ROI may lie off when assumptions are doubted too; nothing where it has no quantiles."""
    chances = frame.upgrade.monte_carlo
    if chances is None or chances.roi is None:
        return ""
    roi = chances.roi
    return frame.say("money.roi_doubt", median=roi.p50, low=roi.p05, high=roi.p95)


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
    say, chances = frame.say, frame.upgrade.monte_carlo
    interval = say("word.not_estimable")
    if chances is not None:
        interval = say.span(chances.npv.p05, chances.npv.p95, "usd")
    return say("money.npv_value", npv=money.npv, interval=interval, payback=_payback(frame, money))


def _payback(frame: Frame, money: Money) -> str:
    if money.one_off <= 0:
        return frame.say("money.payback_free")
    if money.payback_months is None:
        return frame.say("money.payback_none")
    return frame.say.number(money.payback_months, "months")


def _date(frame: Frame, row: DateRow) -> Row:
    say = frame.say
    value = say(
        "money.date_value",
        added=say.number(row.cost_per_request, "per_thousand"),
        path=say.number(row.roi, "roi"),
        ruling=ruling_words(frame, row.ruling),
    )
    label = say(f"money.date{'_reread' if frame.is_stale_on(row.on) else ''}", on=row.on)
    return label, value, None, _MPA


def _budget(frame: Frame) -> list[Row]:
    """Return what finance lets production spend in a month beside what both models would take of it."""
    say, budget, money = frame.say, frame.material.budget, frame.upgrade.money
    if budget is None or money is None or not budget.usd:
        return []
    context, takes = frame.upgrade.context, []
    for role, name in ((Role.CONTROL, frame.control), (Role.TREATMENT, frame.treatment)):
        arm = frame.arm(role, context)
        if arm is None or arm.usd_per_request is None:
            return []
        month = money.requests_per_month * arm.usd_per_request
        share = month / float(budget.usd)
        how = "money.budget_over" if share > 1 else "money.budget_takes"
        takes.append(say(how, model=name, month=month, share=share))
    key = "money.budget_example" if frame.material.finance_is_example else "money.budget"
    value = say("money.budget_value", budget=budget.usd, list=say.listed(takes, by="comma"))
    return [(say(key, on=frame.decision.on), value, budget.usd, _MPA)]


def _study(frame: Frame) -> Row:
    say, ledger, budget = frame.say, frame.decision.ledger, frame.material.budget_usd
    if frame.decision.evidence.origin is Origin.IMPORTED:
        return say("money.study"), say("money.study_elsewhere"), None, _MP
    study = frame.numerals.money(ledger.study_usd)
    left = say("word.no_limit") if budget is None else frame.numerals.money(budget - ledger.study_usd)
    return say("money.study"), say("money.study_value", study=study, left=left), ledger.study_usd, _MP
