"""Exact money."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from evalharness.core.pricing import price_usage
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
