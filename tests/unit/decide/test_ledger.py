"""Exact money."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from evalharness.core.pricing import Shutdown, price_usage
from evalharness.core.study import Charge, Spend
from evalharness.core.usage import Usage
from evalharness.decide import decide


def test_production_rows_are_the_exact_sum_of_the_bills(study, scores, card, assume, with_outcomes) -> None:
    made = study(scores())
    usages = [
        Usage(input_tokens=1000 + 7 * i, cached_tokens=3 * i, output_tokens=300 + i, thinking_tokens=i)
        for i in range(len(made.outcomes))
    ]
    outcomes = [
        replace(o, charges=(Charge(purpose="answer", model=o.charges[0].model, usage=u),))
        for o, u in zip(made.outcomes, usages, strict=True)
    ]
    found = decide(with_outcomes(made, outcomes), card, assume())
    for row in found.ledger.production:
        bills = [
            price_usage(o.charges[0].usage, model=row.model, card=card, on=made.on)
            for o in outcomes
            if o.arm == row.arm
        ]
        assert row.usd == sum(bill.total_usd for bill in bills)
        assert row.usd_cache_neutral > row.usd
        assert (row.calls, row.requests) == (100, 100)
    by_arm = {arm.name: arm for arm in found.arms}
    first = found.ledger.production[0]
    assert float(first.usd_per_request) == pytest.approx(by_arm[first.arm].usd_per_request)


def test_compression_is_a_line_of_its_own(study, scores, card, assume, with_outcomes) -> None:
    made = study(scores())
    squeeze = Charge(purpose="compress", model="flash", usage=Usage(input_tokens=1000, output_tokens=600))
    outcomes = [
        replace(o, charges=(*o.charges, squeeze)) if o.arm.endswith("sena") else o for o in made.outcomes
    ]
    found = decide(with_outcomes(made, outcomes), card, assume())
    rows = {(r.arm, r.purpose): r for r in found.ledger.production}
    assert rows["pro-sena", "compress"].model == "flash"
    assert rows["pro-sena", "compress"].usd == 100 * Decimal("0.0034")
    # Flash compressing for Flash costs more than it saves (FACTS.md: the economics of a model as compressor).
    assert found.sena.models[0].cost_change.low > 0


def test_the_study_is_paid_once_and_long_prompts_are_marked(
    *, study, scores, card, assume, cards, rate
) -> None:
    spend = Spend(
        arm="pro-raw",
        purpose="answer",
        model="pro",
        calls=10,
        usage=Usage(input_tokens=10_000, output_tokens=1000),
        largest_input_tokens=300_000,
    )
    made = study(scores(), options={"spends": (spend,)})
    assert decide(made, card, assume()).ledger.study_usd == Decimal("0.032")
    tiered = replace(
        rate("pro", "2", "12"), long_context_above_tokens=200_000, long_input_usd_per_mtok=Decimal(4),
        long_output_usd_per_mtok=Decimal(18), long_cached_usd_per_mtok=Decimal("0.4"),
    )  # fmt: skip
    row = decide(made, cards(rate("flash", "1", "4"), tiered), assume()).ledger.study[0]
    assert (row.usd, row.upper_bound) == (Decimal("0.058"), True)


def test_imported_costs_stand_by_arm(study, scores, card, assume, with_outcomes) -> None:
    made = study(scores())
    outcomes = [replace(o, imported_cost_usd=Decimal("0.01"), charges=()) for o in made.outcomes]
    found = decide(with_outcomes(made, outcomes), card, assume())
    assert dict(found.ledger.imported_usd)["pro-raw"] == Decimal("1.00")
    assert found.ledger.production == ()
    assert found.upgrade.cost.value == 0


def test_shares_and_the_price_of_a_thousand(study, scores, card, assume, with_outcomes) -> None:
    made = study(scores())
    usage = Usage(input_tokens=1000, cached_tokens=250, output_tokens=400, thinking_tokens=100)
    outcomes = [
        replace(o, charges=(Charge(purpose="answer", model=o.charges[0].model, usage=usage),))
        for o in made.outcomes
    ]
    row = decide(with_outcomes(made, outcomes), card, assume()).ledger.production[0]
    assert (row.thinking_share, row.cache_share) == (0.25, 0.25)
    assert row.usd_per_thousand == 1000 * row.usd_per_request


def test_unconfirmed_tries_are_in_the_studys_total_as_an_upper_bound(study, scores, card, assume) -> None:
    spends = (
        Spend(arm="pro-raw", purpose="unconfirmed", model="pro", calls=2,
              usage=Usage(input_tokens=2000, output_tokens=500)),
        Spend(arm="pro-raw", purpose="retry", model="nobody", calls=3,
              usage=Usage(input_tokens=0, output_tokens=0)),
    )  # fmt: skip
    ledger = decide(study(scores(), options={"spends": spends}), card, assume()).ledger
    rows = {row.purpose: row for row in ledger.study}
    assert (rows["unconfirmed"].usd, rows["unconfirmed"].upper_bound) == (Decimal("0.010"), True)
    assert (rows["retry"].usd, rows["retry"].calls) == (0, 3)
    assert ledger.study_usd == Decimal("0.010")


def test_the_same_calls_on_the_runs_day_today_and_on_announced_changes(
    *, study, scores, cards, rate, assume
) -> None:
    card = cards(
        rate("flash", "1", "4", end=dt.date(2026, 12, 31)),
        rate("flash", "2", "8", start=dt.date(2027, 1, 1)),
        rate("pro", "2", "12"),
    )  # fmt: skip
    made = study(scores(), options={"recorded_on": dt.date(2026, 11, 23)})
    dates = decide(made, card, assume()).ledger.dates
    assert [(d.on.isoformat(), d.why) for d in dates] == [
        ("2026-11-23", "run"), ("2026-12-01", "today"), ("2027-01-01", "price_change"),
    ]  # fmt: skip
    prices = [{arm.arm: arm.usd_per_request for arm in date.arms} for date in dates]
    assert prices[0] == prices[1]
    assert prices[2]["flash-raw"] == 2 * prices[1]["flash-raw"]
    assert prices[2]["pro-raw"] == prices[1]["pro-raw"]


def test_a_model_that_ends_is_priced_as_the_one_that_answers_instead(
    *, study, scores, cards, rate, assume
) -> None:
    end = Shutdown(model="flash", on=dt.date(2027, 1, 1), source="page", routed_to="pro")
    card = cards(rate("flash", "1", "4", end=dt.date(2026, 12, 31)), rate("pro", "2", "12"), shutdowns=(end,))
    found = decide(study(scores()), card, assume())
    last = found.ledger.dates[-1]
    assert (last.on, last.rerouted, last.held) == (dt.date(2027, 1, 1), (("flash", "pro"),), ())
    prices = {arm.arm: arm.usd_per_request for arm in last.arms}
    assert prices["flash-sena"] == prices["pro-sena"]
    assert any(mark.code == "price_rerouted_after_shutdown" for mark in found.upgrade.verdict.marks)


def test_compression_by_the_same_model_is_a_net_loss_with_its_break_even(
    study, scores, card, assume, with_outcomes
) -> None:
    """1,000 tokens squeezed to 600 cost 0.0034 and save 400 of input: 0.0004 on Flash, 0.0008 on Pro."""
    made = study(scores())
    squeeze = Charge(purpose="compress", model="flash", usage=Usage(input_tokens=1000, output_tokens=600))

    def paid(o):
        sena = o.arm.endswith("sena")
        answer = Usage(input_tokens=1600 if sena else 2000, output_tokens=100)
        charges = (Charge(purpose="answer", model=o.charges[0].model, usage=answer),)
        return replace(o, charges=(*charges, squeeze) if sena else charges)

    found = decide(with_outcomes(made, [paid(o) for o in made.outcomes]), card, assume())
    bills = {bill.arm: bill for bill in found.ledger.compression}
    flash, pro = bills["flash-sena"], bills["pro-sena"]
    assert flash.compressor == pro.compressor == "flash"
    assert (flash.compressor_usd, flash.saved_usd) == pytest.approx((0.0034, 0.0004))
    assert flash.net.value == pytest.approx(-0.0030)
    assert (flash.break_even_turns, pro.break_even_turns) == (9, 5)
    # (1 + 4)/(1 + 4) and (1 + 4)/(2 + 4): the same model never pays, Pro's context from five sixths on.
    assert flash.break_even_share == 1.0
    assert pro.break_even_share == pytest.approx(5 / 6)


def test_compression_without_a_model_costs_nothing_and_saves(
    study, scores, card, assume, with_outcomes
) -> None:
    made = study(scores())
    outcomes = [
        replace(o, charges=(Charge(
            purpose="answer", model=o.charges[0].model,
            usage=Usage(input_tokens=600 if o.arm.endswith("sena") else 1000, output_tokens=10)),))
        for o in made.outcomes
    ]  # fmt: skip
    [flash, _] = decide(with_outcomes(made, outcomes), card, assume()).ledger.compression
    assert (flash.compressor, flash.compressor_usd, flash.break_even_share) == (None, 0.0, None)
    assert flash.saved_usd == flash.net.value == pytest.approx(0.0004)
