"""Vectorised prices equal the bill."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.core.errors import PricingError
from evalharness.core.pricing import Rate, RateCard, Shutdown, price_usage
from evalharness.core.study import Charge
from evalharness.core.usage import Usage
from evalharness.decide.cells import cells_of
from evalharness.decide.costs import CostTable, billed_tokens, token_prices
from evalharness.decide.pricepath import price_path

ON = dt.date(2026, 12, 1)
TIERED = RateCard(
    name="tiered",
    rates=(
        Rate(
            model="pro", valid_from=dt.date(2026, 1, 1), valid_to=None, source="test", as_of=ON,
            input_usd_per_mtok=Decimal(2), output_usd_per_mtok=Decimal(12),
            cached_usd_per_mtok=Decimal("0.2"),
            long_context_above_tokens=200_000, long_input_usd_per_mtok=Decimal(4),
            long_output_usd_per_mtok=Decimal(18), long_cached_usd_per_mtok=Decimal("0.4"),
        ),
    ),
)  # fmt: skip


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    prompt, output = draw(st.integers(0, 400_000)), draw(st.integers(0, 9000))
    return Usage(
        input_tokens=prompt,
        cached_tokens=draw(st.integers(0, prompt)),
        output_tokens=output,
        thinking_tokens=draw(st.integers(0, output)),
        tool_use_tokens=draw(st.integers(0, 1000)),
    )


@settings(max_examples=60, deadline=None)
@given(usage=usages(), neutral=st.booleans())
def test_token_prices_rebuild_the_bill_exactly(usage: Usage, neutral: bool) -> None:
    prices = token_prices(
        TIERED.rate("pro", ON), long=usage.input_tokens > 200_000, cached=True, cache_neutral=neutral
    )
    counts = (
        usage.input_tokens - usage.cached_tokens, usage.cached_tokens,
        usage.output_tokens - usage.thinking_tokens, usage.thinking_tokens, usage.tool_use_tokens,
    )  # fmt: skip
    rebuilt = sum(p * n for p, n in zip(prices.usd, counts, strict=True))
    assert rebuilt == price_usage(usage, model="pro", card=TIERED, on=ON, cache_neutral=neutral).total_usd


def test_cells_cost_what_their_bills_say(study, with_outcomes) -> None:
    made = study({"pro-raw": [4.0, 3.0, None], "flash-raw": []})
    big = Usage(input_tokens=250_000, cached_tokens=1000, output_tokens=500, thinking_tokens=100)
    small = Usage(input_tokens=900, output_tokens=200)
    outcomes = [
        replace(
            made.outcomes[0],
            charges=tuple(
                Charge(purpose=p, model="pro", usage=u) for p, u in (("answer", big), ("compress", small))
            ),
        ),
        replace(made.outcomes[1], imported_cost_usd=Decimal("0.125")),
        made.outcomes[2],
    ]
    cells = cells_of(with_outcomes(made, outcomes))
    table = CostTable(cells, TIERED)
    expected = sum(price_usage(u, model="pro", card=TIERED, on=ON).total_usd for u in (big, small))
    assert table.at(ON)[2].ravel()[:2] == pytest.approx([float(expected), 0.125])
    assert np.isnan(table.at(ON)[2, 2, 0])
    assert table.at(ON, cache_neutral=True)[2, 0, 0] > table.at(ON)[2, 0, 0]
    assert billed_tokens(cells)[2, 0, 0] == 250_500 + 1_100
    assert table.at(ON) is table.at(ON)
    assert table.models((2,)) == ("pro",)


def test_cached_tokens_without_a_price_raise(study, with_outcomes, cards, rate) -> None:
    made = study({"pro-raw": [4.0]})
    cached = Usage(input_tokens=10, cached_tokens=5, output_tokens=1)
    outcome = replace(made.outcomes[0], charges=(Charge(purpose="answer", model="pro", usage=cached),))
    card = cards(replace(rate("pro", "2", "12"), cached_usd_per_mtok=None))
    with pytest.raises(PricingError, match="cached"):
        CostTable(cells_of(with_outcomes(made, [outcome])), card).at(ON)
    assert CostTable(cells_of(made), card).at(ON)[2, 0, 0] > 0


def test_the_last_price_is_held_only_after_an_announced_shutdown(cards, rate) -> None:
    row = rate("pro", "2", "12", end=dt.date(2026, 12, 31))
    after = dt.date(2027, 3, 1)
    with pytest.raises(PricingError):
        cards(row).in_force("pro", after)
    shut = Shutdown(model="pro", on=dt.date(2027, 1, 1), source="test")
    assert cards(row, shutdowns=(shut,)).in_force("pro", after) is row
    assert cards(row).in_force("pro", ON) is row


def test_after_a_shutdown_the_model_that_answers_is_paid(cards, rate) -> None:
    """Google routes calls for 2.5 Pro to 3.8 Flash from 2026-12-01, at 3.8 Flash's prices."""
    row = rate("pro", "2", "12", end=dt.date(2026, 12, 31))
    before, later = (
        rate("new", "1", "4", end=dt.date(2027, 2, 28)),
        rate("new", "3", "9", start=dt.date(2027, 3, 1)),
    )
    shut = Shutdown(model="pro", on=dt.date(2027, 1, 1), source="test", routed_to="new")
    card = cards(row, before, later, shutdowns=(shut,))
    assert card.in_force("pro", dt.date(2026, 12, 31)) is row
    assert card.in_force("pro", dt.date(2027, 1, 1)) is before
    assert card.in_force("pro", dt.date(2027, 3, 1)) is later
    changes = card.price_changes(("pro",), ON, dt.date(2027, 12, 1))
    assert changes == (dt.date(2027, 1, 1), dt.date(2027, 3, 1))
    path = price_path(card, ("pro",), ON, 4)
    assert path.rerouted == (("pro", "new", dt.date(2027, 1, 1)),)
    assert path.regime == (0, 1, 1, 2)
