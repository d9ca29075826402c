"""Months ahead: exact means, wider bounds for fewer requests, calendar months cut at price changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from evalharness.core.errors import InsufficientData
from evalharness.core.experiment import Role
from evalharness.core.finance import Credit, Currency, Finance, MonthlyBudget, Vat
from evalharness.core.forecast import Money, MonthForecast
from evalharness.core.pricing import CacheStorage
from evalharness.core.study import Charge
from evalharness.core.usage import Usage
from evalharness.decide import bench_of
from evalharness.decide.design import Design
from evalharness.decide.forecast import Volume, budget_line, calendar_months, forecast, money_of
from evalharness.decide.payable import payable_of
from evalharness.decide.what_if import SharedPrompts, with_what_ifs
from tests.unit.decide.conftest import ARMS

ON = dt.date(2026, 12, 1)
FINANCE = Finance(
    name="test", example=False, thinking=(0.0, 2.0), currency=None, vat=None, credits=(), budget=None
)


def money(usd: float) -> Money:
    return Money(usd=usd, low=usd, high=usd)


def month(first: dt.date, usd: float) -> MonthForecast:
    return MonthForecast(month=first, cost=money(usd), budget=None)


def test_months_are_calendar_months_and_a_change_inside_one_is_priced_by_days() -> None:
    found = calendar_months(dt.date(2026, 11, 29), 3, (dt.date(2027, 1, 11),))
    assert [first.isoformat() for first in found.firsts] == ["2026-12-01", "2027-01-01", "2027-02-01"]
    assert found.spans[0] == ((dt.date(2026, 12, 1), 1.0),)
    assert found.spans[1] == ((dt.date(2027, 1, 1), 10 / 31), (dt.date(2027, 1, 11), 21 / 31))
    assert calendar_months(ON, 1, ()).firsts == (ON,)


def test_the_mean_is_the_volume_times_the_mean_and_bounds_hold_both_doubts() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])
    design = Design.simple(4)
    few, many = (money_of([values], design, n, 0.95) for n in (10, 10**9))
    assert few.usd == 25.0
    # A billion requests leave the doubt of four cases only: t with 3 degrees of freedom times s/√n.
    se = values.std(ddof=1) / 2
    assert (many.high - many.usd) / 10**9 == pytest.approx(2.353363 * se, rel=1e-5)
    spread = np.sqrt(se**2 + values.var(ddof=1) / 10)
    assert few.high - few.usd == pytest.approx(10 * 2.353363 * spread, rel=1e-5)
    assert money_of([values, values], design, 10, 0.95).usd == 50.0


def test_equal_costs_have_no_doubt() -> None:
    found = money_of([np.full(5, 0.25)], Design.simple(5), 100, 0.95)
    assert (found.low, found.usd, found.high) == (25.0, 25.0, 25.0)


def test_each_month_is_at_its_own_announced_price(*, study, scores, cards, rate, assume) -> None:
    card = cards(
        rate("flash", "1", "4", end=dt.date(2027, 1, 31)),
        rate("flash", "2", "8", start=dt.date(2027, 2, 1)),
        rate("pro", "2", "12"),
    )
    bench = bench_of(study(scores()), card, assume())
    found = forecast(bench, Volume(requests=1000, months=3), None, (0, 2))
    flash, pro = found.arms
    costs = [entry.cost.usd for entry in flash.months]
    assert costs == pytest.approx([costs[0], costs[0], 2 * costs[0]])
    assert flash.total.usd == pytest.approx(sum(costs))
    assert 1000 * flash.per_request.usd == pytest.approx(costs[0])
    assert len({round(entry.cost.usd, 9) for entry in pro.months}) == 1


def test_an_arm_without_a_priced_answer_is_refused(study, card, assume) -> None:
    made = study({"flash-raw": [4.0, 4.0], "pro-raw": [None, None]})
    failed = [replace(o, failed=o.arm == "pro-raw", charges=()) for o in made.outcomes]
    bench = bench_of(replace(made, outcomes=tuple(failed)), card, assume())
    with pytest.raises(InsufficientData, match="pro-raw"):
        forecast(bench, Volume(requests=10, months=1), None, (2,))


@pytest.mark.parametrize(
    ("usd", "out"),
    [(31.0, None), (62.0, "2027-01-16"), (310.0, "2027-01-04"), (31.01, "2027-01-31")],
)
def test_the_day_on_which_a_budget_of_31_runs_out(usd: float, out: str | None) -> None:
    line = budget_line(dt.date(2027, 1, 1), money(usd), Decimal(31))
    assert line.runs_out == (None if out is None else dt.date.fromisoformat(out))
    assert line.share == usd / 31


def test_credits_come_off_first_until_they_expire_then_tax_then_the_exchange_rate() -> None:
    months = [
        month(dt.date(2026, 12, 1), 10.0),
        month(dt.date(2027, 1, 1), 10.0),
        month(dt.date(2027, 2, 1), 10.0),
    ]
    finance = replace(
        FINANCE,
        currency=Currency(code="KRW", per_usd=Decimal(1400), as_of=ON, source="bank"),
        vat=Vat(rate=Decimal("0.1"), recoverable=True, source="law"),
        credits=(
            Credit(usd=Decimal(100), expires=dt.date(2026, 12, 31), source="late, and mostly lost"),
            Credit(usd=Decimal(4), expires=dt.date(2026, 12, 15), source="first to expire"),
            Credit(usd=Decimal(7), expires=dt.date(2027, 12, 31), source="last"),
        ),
    )
    paid = payable_of(months, finance)
    assert (paid.list_usd, paid.credits_usd, paid.net_usd) == (30, 17, 13)
    assert (paid.vat_usd, paid.payable_usd, paid.cost_usd) == (Decimal("1.3"), Decimal("14.3"), 13)
    assert (paid.payable_local, paid.cost_local) == (20020, 18200)
    lost = payable_of(months, replace(finance, vat=replace(finance.vat, recoverable=False)))
    assert lost.cost_usd == Decimal("14.3")
    assert payable_of(months, FINANCE).cost_usd == 30
    assert payable_of(months, FINANCE).cost_local is None


@pytest.fixture
def charged(study, scores, with_outcomes):
    """Flash and Pro, raw and compressed: 1,000 tokens in (or 600), 300 out, a third of that thinking."""
    made = study(scores())

    def usage(o):
        size = 600 if o.arm.endswith("sena") else 1000
        return Usage(input_tokens=size, output_tokens=300, thinking_tokens=100)

    return with_outcomes(
        made,
        [
            replace(o, charges=(Charge(purpose="answer", model=o.charges[0].model, usage=usage(o)),))
            for o in made.outcomes
        ],
    )


def what_ifs(bench, finance=FINANCE, shared=None, arm=0):
    volume = Volume(requests=1_000_000, months=1)
    plain = forecast(bench, volume, finance, tuple(range(4)))
    cases = [case.case_id for case in bench.cells.cases]
    tokens = shared or 100
    prompts = SharedPrompts(tokens=dict.fromkeys(cases, tokens), texts=dict.fromkeys(cases, "one text"))
    found = with_what_ifs(bench, plain, volume, finance, prompts).arms[arm]
    return {(choice.name, choice.detail): choice for choice in found.what_ifs}, found


def test_tiers_thinking_and_sena(charged, cards, rate, assume) -> None:
    half = replace(rate("flash", "1", "4"), batch_factor=Decimal("0.5"))
    bench = bench_of(charged, cards(half, rate("pro", "2", "12")), assume())
    found, arm = what_ifs(bench)
    # A million requests at (1000·1 + 300·4)/1e6 each.
    assert arm.total.usd == pytest.approx(2200)
    assert found["batch", "all requests"].total_usd == pytest.approx(1100)
    assert found["flex", "all requests"].total_usd is None
    assert "no flex price" in found["flex", "all requests"].why
    assert found["thinking", "0 times the thinking tokens"].total_usd == pytest.approx(1800)
    assert found["thinking", "2 times the thinking tokens"].change == pytest.approx(400 / 2200)
    assert found["sena", "on"].total_usd == pytest.approx(1800)
    assert found["sena", "on"].why.startswith("measured: arm flash-sena")


def test_a_thinking_level_that_was_measured_is_a_ratio_on_its_own_cases(
    *, study, scores, card, assume, experiment, with_outcomes
) -> None:
    """The alternative thinks 400 tokens instead of 100 on the first ten cases, where the arm costs double."""
    deep = replace(ARMS[0], name="flash-deep", role=Role.ALTERNATIVE, cases=10, thinking_level="high")
    plain = study(scores())
    extra = [replace(o, arm="flash-deep") for o in plain.outcomes if o.arm == "flash-raw"][:10]
    first = {o.case_id for o in extra}

    def usage(o):
        thought = 400 if o.arm == "flash-deep" else 100
        size = 2000 if o.case_id in first else 1000
        return Usage(input_tokens=size, output_tokens=200 + thought, thinking_tokens=thought)

    made = replace(plain, experiment=replace(plain.experiment, arms=(*ARMS, deep)))
    outcomes = [
        replace(o, charges=(Charge(purpose="answer", model=o.charges[0].model, usage=usage(o)),))
        for o in (*plain.outcomes, *extra)
    ]
    found, _ = what_ifs(bench_of(with_outcomes(made, outcomes), card, assume()))
    # (2000·1 + 600·4)/(2000·1 + 300·4) on the ten cases.
    assert found["thinking", "level high"].change == pytest.approx(4400 / 3200 - 1)
    assert found["thinking", "level high"].why == "measured: arm flash-deep, against this arm on 10 cases"


def test_the_treatment_for_one_persona_only(charged, card, assume) -> None:
    """Each persona has a quarter of the cases; Pro costs 5,600 for a million requests, Flash 2,200."""
    bench = bench_of(charged, card, assume())
    found, _ = what_ifs(bench)
    personas = [choice for (name, _), choice in found.items() if name == "persona"]
    shares = {case.persona for case in bench.cells.cases}
    assert len(personas) == len(shares)
    assert sum(choice.total_usd - 2200 for choice in personas) == pytest.approx(5600 - 2200)
    treatment, _ = what_ifs(bench, arm=2)
    assert not any(name == "persona" for name, _ in treatment)


def test_an_explicit_cache_pays_storage_by_the_hour_and_needs_a_long_prompt(
    charged, cards, rate, assume
) -> None:
    storage = CacheStorage(
        model="flash", usd_per_mtok_hour=Decimal("0.5"), min_tokens=80, source="page", as_of=ON
    )
    card = cards(rate("flash", "1", "4"), rate("pro", "2", "12"), storage=(storage,))
    bench = bench_of(charged, card, assume())
    found, _ = what_ifs(bench, shared=100)
    choice = found["cached_prompt", "the persona's instructions in an explicit cache"]
    # 100 tokens read at 0.1 instead of 1, a million times; kept for 730 hours at 0.5; made once at 1.
    assert choice.total_usd == pytest.approx(2200 - 90 + 100e-6 * (0.5 * 730 + 1))
    assert "pays from 0.56 requests an hour" in choice.why
    short, _ = what_ifs(bench, shared=79)
    choice = short["cached_prompt", "the persona's instructions in an explicit cache"]
    assert (choice.total_usd, choice.why[:52]) == (
        None,
        "the longest shared prompt has about 79 tokens, 80 ar",
    )
    unpriced, _ = what_ifs(bench, arm=2)
    assert "no storage price on the rate card" in unpriced[choice.name, choice.detail].why


def test_a_local_model_keeps_a_month_within_its_budget(charged, card, assume) -> None:
    budget = MonthlyBudget(
        usd=Decimal(1000), source="owner", local_from=0.5, local_usd_per_request=Decimal("0.0001")
    )
    bench = bench_of(charged, card, assume())
    found, arm = what_ifs(bench, replace(FINANCE, budget=budget))
    choice = found["local_first", "from 50% of 1000 USD on"]
    over = 1 - 500 / 2200
    assert choice.total_usd == pytest.approx(500 + over * 100)
    assert "77% of the first month" in choice.why
    assert arm.months[0].budget is not None
    none, _ = what_ifs(bench, replace(FINANCE, budget=replace(budget, local_from=None)))
    assert none["local_first", "a local model when the budget is near"].total_usd is None
