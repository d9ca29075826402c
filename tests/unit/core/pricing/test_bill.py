"""Bills, against hand calculations."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.errors import InvalidUsage, PricingError
from evalharness.core.pricing import Rate, RateCard, price_usage
from evalharness.core.usage import Usage

DAY = dt.date(2026, 11, 23)


def rate(**changes: object) -> Rate:
    fields: dict[str, object] = {
        "model": "gemini-3.1-pro-preview",
        "valid_from": dt.date(2026, 1, 1),
        "valid_to": None,
        "input_usd_per_mtok": Decimal(2),
        "output_usd_per_mtok": Decimal(12),
        "cached_usd_per_mtok": Decimal("0.2"),
        "long_context_above_tokens": 200_000,
        "long_input_usd_per_mtok": Decimal(4),
        "long_output_usd_per_mtok": Decimal(18),
        "long_cached_usd_per_mtok": Decimal("0.4"),
        "batch_factor": Decimal("0.5"),
        "source": "list",
        "as_of": DAY,
    }
    return Rate(**(fields | changes))  # type: ignore[arg-type]


def card(*rates: Rate) -> RateCard:
    return RateCard(
        name="test", rates=rates or (rate(),), aliases=(("gemini-pro-latest", "gemini-3.1-pro-preview"),)
    )


def total(usage: Usage, **options: object) -> Decimal:
    given = {"model": "gemini-3.1-pro-preview", "card": card(), "on": DAY} | options
    return price_usage(usage, **given).total_usd  # type: ignore[arg-type]


def test_every_kind_of_token_at_its_own_price() -> None:
    """(1000-400)·2 + 400·0.2 + 300·12 + 50·2 over a million."""
    usage = Usage(
        input_tokens=1000, cached_tokens=400, output_tokens=300, thinking_tokens=250, tool_use_tokens=50
    )
    bill = price_usage(usage, model="gemini-3.1-pro-preview", card=card(), on=DAY)
    assert bill.total_usd == Decimal("0.00498")
    assert bill.thinking_usd == Decimal("0.003")
    assert bill.output_usd == Decimal("0.0006")


def test_a_large_cached_prompt_is_not_billed_as_new_input() -> None:
    """A public report of fourfold over-billing: cached tokens are inside the prompt, not beside it."""
    usage = Usage(input_tokens=150_000, cached_tokens=140_000, output_tokens=500)
    assert total(usage) == Decimal("0.054")
    assert total(usage, cache_neutral=True) == Decimal("0.306")


def test_the_long_context_tier_prices_the_whole_call() -> None:
    assert total(Usage(input_tokens=200_000, output_tokens=1000)) == Decimal("0.412")
    assert total(Usage(input_tokens=200_001, output_tokens=1000)) == Decimal("0.818004")


def test_batch_is_half_and_a_tier_that_is_not_offered_raises() -> None:
    usage = Usage(input_tokens=1000, output_tokens=100)
    assert total(usage, tier="batch") == total(usage) / 2
    with pytest.raises(PricingError, match="no flex price"):
        total(usage, tier="flex", card=card(rate(batch_factor=None)))


def test_the_day_chooses_the_row() -> None:
    """Both ends of a row are inclusive."""
    old = rate(valid_to=dt.date(2026, 12, 31))
    new = rate(valid_from=dt.date(2027, 1, 1), input_usd_per_mtok=Decimal(4))
    usage = Usage(input_tokens=1_000_000, output_tokens=0, cached_tokens=0)
    prices = {
        day: total(usage, card=card(old, new), on=day) for day in (dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    }
    assert [*prices.values()] == [Decimal(4), Decimal(4)]
    small = Usage(input_tokens=100_000, output_tokens=0)
    assert total(small, card=card(old, new), on=dt.date(2026, 12, 31)) == Decimal("0.2")
    assert total(small, card=card(old, new), on=dt.date(2027, 1, 1)) == Decimal("0.4")


def test_unknown_model_names_the_nearest() -> None:
    with pytest.raises(PricingError, match=r"gemini-3\.1-pro-previw.*nearest: gemini-3\.1-pro-preview"):
        card().rate("gemini-3.1-pro-previw", DAY)


def test_a_day_without_a_row_raises() -> None:
    with pytest.raises(PricingError, match=r"no price of gemini-3\.1-pro-preview is valid on 2025-01-01"):
        card().rate("gemini-3.1-pro-preview", dt.date(2025, 1, 1))


def test_cached_tokens_without_a_price_raise_instead_of_being_free() -> None:
    with pytest.raises(PricingError, match="cached"):
        total(
            Usage(input_tokens=10, cached_tokens=5, output_tokens=1),
            card=card(rate(cached_usd_per_mtok=None)),
        )


def test_aliases_prefixes_and_the_simulated_mark_resolve() -> None:
    for name in ("gemini-pro-latest", "models/gemini-3.1-pro-preview", "gemini-3.1-pro-preview-simulated"):
        assert card().resolve(name) == "gemini-3.1-pro-preview"


def test_price_changes_lists_the_announced_days() -> None:
    old, new = rate(valid_to=dt.date(2026, 12, 31)), rate(valid_from=dt.date(2027, 1, 1))
    days = card(old, new).price_changes(("gemini-3.1-pro-preview",), DAY, dt.date(2027, 11, 22))
    assert days == (dt.date(2027, 1, 1),)


counts = st.integers(0, 199_999)


@given(counts, counts, counts, counts)
def test_a_bill_grows_with_usage_and_adds_up(one: int, two: int, out: int, think: int) -> None:
    """Below the tier, the price of a sum is the sum of the prices, and caching never costs more."""
    cached, whole = sorted((one, two))
    usage = Usage(input_tokens=whole, cached_tokens=cached, output_tokens=out + think, thinking_tokens=think)
    assert total(usage) <= total(usage, cache_neutral=True)
    half = Usage(input_tokens=whole // 2, output_tokens=out)
    rest = Usage(input_tokens=whole - whole // 2, output_tokens=think)
    assert total(half) + total(rest) == total(half + rest)


@pytest.mark.parametrize(
    "counts",
    [
        {"input_tokens": -1, "output_tokens": 0},
        {"input_tokens": 1, "cached_tokens": 2, "output_tokens": 0},
        {"input_tokens": 1, "output_tokens": 1, "thinking_tokens": 2},
    ],
)
def test_impossible_usage_is_refused(counts: dict[str, int]) -> None:
    with pytest.raises(InvalidUsage):
        Usage(**counts)


def test_tools_audio_and_their_cached_part_at_prices_of_their_own() -> None:
    """100 text + 50 audio fresh, 20 text + 30 audio cached, 40 from tools; 2.5 Flash's prices."""
    row = rate(
        input_usd_per_mtok=Decimal("0.30"), cached_usd_per_mtok=Decimal("0.03"),
        audio_usd_per_mtok=Decimal(1), audio_cached_usd_per_mtok=Decimal("0.10"),
        tool_use_usd_per_mtok=Decimal("0.50"),
    )  # fmt: skip
    usage = Usage(
        input_tokens=200, cached_tokens=50, audio_tokens=80, cached_audio_tokens=30, output_tokens=0,
        tool_use_tokens=40,
    )  # fmt: skip
    bill = price_usage(usage, model="gemini-3.1-pro-preview", card=card(row), on=DAY)
    assert bill.input_usd * 1_000_000 == 100 * Decimal("0.30") + 50 * 1
    assert bill.cached_usd * 1_000_000 == 20 * Decimal("0.03") + 30 * Decimal("0.10")
    assert bill.tool_use_usd * 1_000_000 == 40 * Decimal("0.50")


def test_each_tier_has_its_factor_and_batches_may_leave_cached_input_alone() -> None:
    row = rate(
        flex_factor=Decimal("0.5"), priority_factor=Decimal("1.8"), batch_cached_usd_per_mtok=Decimal("0.2")
    )
    usage = Usage(input_tokens=1000, cached_tokens=400, output_tokens=100)
    full, cached = total(usage, card=card(row)), Decimal("0.00008")
    assert total(usage, card=card(row), tier="flex") == full / 2
    assert total(usage, card=card(row), tier="priority") == full * Decimal("1.8")
    assert total(usage, card=card(row), tier="batch") == (full - cached) / 2 + cached


def test_a_fixed_version_costs_what_its_model_costs() -> None:
    assert card().resolve("gemini-3.1-pro-preview-002") == "gemini-3.1-pro-preview"
