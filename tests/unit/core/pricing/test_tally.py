"""Real responses, added up by hand from the raw JSON; and public cases that others got wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.core.pricing import Rate, RateCard, price_usage
from evalharness.core.pricing.tally import Tally, stated_tier, total_of
from evalharness.core.usage import Usage
from evalharness.core.wire.unwrap import Found, unwrap
from evalharness.experiment.rates_file import load_rate_card

DAY = dt.date(2026, 11, 22)

# USD per million, written down here and not read from the card: input, cached, audio, cached audio, output.
HAND: Mapping[str, tuple[str, str, str, str, str]] = {
    "gemini-2.5-flash": ("0.30", "0.03", "1.00", "0.10", "2.50"),
    "gemini-2.5-flash-lite": ("0.10", "0.01", "0.30", "0.03", "0.40"),
    "gemini-2.5-pro": ("1.25", "0.125", "1.25", "0.125", "10"),
    "gemini-3-flash-preview": ("0.50", "0.05", "1.00", "0.10", "3"),
    "gemini-3.1-flash-lite": ("0.25", "0.025", "0.50", "0.05", "1.50"),
    "gemini-3.5-flash": ("1.50", "0.15", "1.50", "0.15", "9"),
    "gemini-3.6-flash": ("0.75", "0.075", "0.75", "0.075", "3.75"),
}
GONE = {"gemini-1.5-flash", "gemini-2.0-flash", "gemini-2.0-flash-exp", "gemini-3-pro-preview"}
"""Shut down before the day: without a price on it."""


@pytest.fixture(scope="module")
def card(root: Path) -> RateCard:
    return load_rate_card(root / "prompts" / "rates" / "gemini.toml")


def tally_of(card: RateCard, *values: Any, tier: Any = None, on: dt.date = DAY) -> Tally:
    tally = Tally(card, day_of=lambda _: on, tier=tier)
    for number, value in enumerate(values):
        for found in unwrap(value):
            tally.add(found, f"line {number}")
    return tally


def last_chunk(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read a row without the project's parsers."""
    body = row["response"]
    if isinstance(body, str):
        events = [line[5:] for line in body.splitlines() if line.startswith("data:")]
        chunks = [json.loads(event) for event in events]
        return {k: v for chunk in chunks for k, v in chunk.items()}
    return body  # type: ignore[no-any-return]


def by_hand(metadata: Mapping[str, Any], model: str) -> Decimal:
    """(prompt − cached)·in + cached·cache + (candidates + thoughts)·out + toolUse·in; audio apart."""
    price, cache, audio, audio_cache, out = map(Decimal, HAND[model])

    def of(key: str) -> int:
        return sum(d.get("tokenCount", 0) for d in metadata.get(key, []) if d["modality"] == "AUDIO")

    prompt, cached = metadata.get("promptTokenCount", 0), metadata.get("cachedContentTokenCount", 0)
    heard, heard_cached = of("promptTokensDetails"), of("cacheTokensDetails")
    fresh = (prompt - cached - (heard - heard_cached)) * price + (heard - heard_cached) * audio
    read = (cached - heard_cached) * cache + heard_cached * audio_cache
    made = (metadata.get("candidatesTokenCount", 0) + metadata.get("thoughtsTokenCount", 0)) * out
    factor = Decimal("0.5") if metadata.get("trafficType") == "ON_DEMAND_FLEX" else 1
    return (fresh + read + made + metadata.get("toolUsePromptTokenCount", 0) * price) * factor / 1_000_000


def expected(rows: list[dict[str, Any]]) -> Iterator[tuple[str, Decimal | str]]:
    """Yield (row id, hand-made price) or (row id, why it has none)."""
    for row in rows:
        if row["status"] != 200 or "countTokens" in row["uri"]:
            continue
        body = last_chunk(row)
        metadata = body.get("usageMetadata") or {}
        model = body["modelVersion"].removeprefix("models/")
        if "promptTokenCount" not in metadata:
            yield row["id"], "no counts"
        else:
            yield row["id"], "shut down" if model in GONE else by_hand(metadata, model)


def test_every_recorded_response_is_priced_or_named_and_the_sum_is_the_hand_calculation(
    recordings: Path, card: RateCard
) -> None:
    rows = [json.loads(line) for line in recordings.read_text(encoding="utf-8").splitlines()]
    wanted = dict(expected(rows))
    tally = tally_of(card, *rows)
    unpriced = {entry.id: entry.reason for entry in tally.unpriced}
    assert set(unpriced) == {name for name, value in wanted.items() if isinstance(value, str)}
    for name, reason in unpriced.items():
        word = {"no counts": "no token counts", "shut down": "shut down"}[str(wanted[name])]
        assert word in reason
    prices = [value for value in wanted.values() if isinstance(value, Decimal)]
    lines = tally.lines()
    assert sum(line.responses for line in lines) == len(prices) == 208
    assert total_of(lines)[1].total_usd == sum(prices) == Decimal("0.30305382")
    assert tally.not_billed == Counter(
        {"HTTP 404 is not billed": 2, "HTTP 400 is not billed": 1, "countTokens is free": 1}
    )


def test_models_that_were_shut_down_are_priced_on_the_days_when_they_were_served(
    recordings: Path, card: RateCard
) -> None:
    """On a day of its own each row that carries counts has a price."""
    days = {"1.5": dt.date(2025, 6, 1), "2.0": dt.date(2025, 6, 1), "3-pro": dt.date(2026, 1, 10)}
    rows = [json.loads(line) for line in recordings.read_text(encoding="utf-8").splitlines()]
    left = []
    for row in rows:
        model = str(last_chunk(row).get("modelVersion", ""))
        on = next((day for mark, day in days.items() if f"gemini-{mark}" in model), DAY)
        left += tally_of(card, row, on=on).unpriced
    assert [entry.reason for entry in left] == ["it has no token counts"]


def body(model: str, *, prompt: int, cached: int, output: int, **more: Any) -> dict[str, Any]:
    counts = {
        "promptTokenCount": prompt, "cachedContentTokenCount": cached, "candidatesTokenCount": output,
        "totalTokenCount": prompt + output,
    }  # fmt: skip
    return {"modelVersion": model, "usageMetadata": counts | more, "candidates": []}


def priced(card: RateCard, value: Any, **options: Any) -> Decimal:
    tally = tally_of(card, value, **options)
    assert tally.unpriced == []
    return total_of(tally.lines())[1].total_usd


def test_a_public_fourfold_bill_of_a_large_cached_prompt() -> None:
    """BerriAI/litellm issue 14849: 262,960 prompt tokens, 257,955 of them cached, 1,744 out, 2.5 Pro.

    The tool said 0.7642 USD: the whole prompt as new input at 2.50, the cached part again at 0.3125, and the
    output at 15. Cached tokens are part of the prompt. The reporter's own figure, 0.1849, mixes the prices of
    short and long prompts; above 200,000 tokens a prompt is priced whole by the long ones, then 2.50, 0.625
    and 15.
    """
    then = Rate(
        model="gemini-2.5-pro", valid_from=dt.date(2025, 6, 17), valid_to=None, source="issue 14849",
        as_of=dt.date(2025, 9, 24), input_usd_per_mtok=Decimal("1.25"), output_usd_per_mtok=Decimal(10),
        cached_usd_per_mtok=Decimal("0.3125"), long_context_above_tokens=200_000,
        long_input_usd_per_mtok=Decimal("2.50"), long_output_usd_per_mtok=Decimal(15),
        long_cached_usd_per_mtok=Decimal("0.625"),
    )  # fmt: skip
    wrong = Decimal(262_960) * Decimal("2.5") + 257_955 * Decimal("0.3125") + 1744 * 15
    assert round(wrong / 1_000_000, 4) == Decimal("0.7642")
    response = body("gemini-2.5-pro", prompt=262_960, cached=257_955, output=1744)
    right = priced(RateCard(name="2025-09", rates=(then,)), response, on=dt.date(2025, 9, 24))
    assert right == (5005 * Decimal("2.5") + 257_955 * Decimal("0.625") + 1744 * 15) / 1_000_000
    assert right == Decimal("0.199894375")
    assert Decimal("3.8") < wrong / 1_000_000 / right < Decimal("3.9")


def test_a_public_fourfold_bill_of_a_cached_turn(card: RateCard) -> None:
    """constellation-works/orbit pull request 1274: 100k prompt, 90k cached: 0.0743 instead of 0.018 USD.

    0.018 is right for 1,000 tokens of output and thought.
    """
    response = body(
        "gemini-3.7-flash", prompt=100_000, cached=90_000, output=400, thoughtsTokenCount=600,
        totalTokenCount=101_000,
    )  # fmt: skip
    assert priced(card, response) == Decimal("0.018")


def test_tool_tokens_are_input_not_output(card: RateCard) -> None:
    """QuantumNous/new-api issue 2935: 18,329 tool-use tokens were billed as output."""
    response = body(
        "gemini-3-flash-preview", prompt=151, cached=0, output=1089, toolUsePromptTokenCount=18_329,
        thoughtsTokenCount=1120, totalTokenCount=20_689,
    )  # fmt: skip
    right = ((151 + 18_329) * Decimal("0.5") + (1089 + 1120) * 3) / 1_000_000
    assert priced(card, response) == right == Decimal("0.015867")


def test_a_prompt_of_exactly_the_threshold_is_short(card: RateCard) -> None:
    short = body("gemini-3.1-pro-preview", prompt=200_000, cached=0, output=1000)
    long = body("gemini-3.1-pro-preview", prompt=200_001, cached=0, output=1000)
    assert priced(card, short) == Decimal("0.412")
    assert priced(card, long) == Decimal("0.818004")
    both = tally_of(card, short, long)
    assert total_of(both.lines())[1].total_usd == Decimal("1.230004")
    assert len(both.lines()) == 1


@pytest.mark.parametrize(
    ("stated", "tier"),
    [
        ({}, "standard"),
        ({"serviceTier": "standard"}, "standard"),
        ({"serviceTier": "flex"}, "flex"),
        ({"serviceTier": "PRIORITY"}, "priority"),
        ({"trafficType": "ON_DEMAND"}, "standard"),
        ({"trafficType": "ON_DEMAND_FLEX"}, "flex"),
    ],
)
def test_the_tier_that_a_response_states(stated: dict[str, str], tier: str) -> None:
    assert stated_tier(stated) == tier


def test_a_tier_on_the_command_line_wins_and_provisioned_throughput_has_no_price(card: RateCard) -> None:
    flex = body("gemini-3.8-flash", prompt=1_000_000, cached=0, output=0, serviceTier="flex")
    assert priced(card, flex) == Decimal("0.375")
    assert priced(card, flex, tier="standard") == Decimal("0.75")
    assert priced(card, flex, tier="priority") == Decimal("1.35")
    paid = body("gemini-3.8-flash", prompt=1, cached=0, output=0, trafficType="PROVISIONED_THROUGHPUT")
    [entry] = tally_of(card, paid).unpriced
    assert "no price by token" in entry.reason


def test_a_rerouted_call_is_billed_as_the_model_that_served_it(card: RateCard) -> None:
    """From 2026-12-01 calls for 2.5 Pro are answered by 3.8 Flash; what still says 2.5 Pro has no price."""
    on = dt.date(2026, 12, 1)
    served = {"uri": "/v1beta/models/gemini-2.5-pro:generateContent", "response": body(
        "gemini-3.8-flash", prompt=1_000_000, cached=0, output=0)}  # fmt: skip
    assert priced(card, served, on=on) == Decimal("0.75")
    [entry] = tally_of(card, body("gemini-2.5-pro", prompt=1, cached=0, output=0), on=on).unpriced
    assert "was shut down on 2026-12-01" in entry.reason


def test_without_a_stated_model_the_asked_one_is_priced_and_said(card: RateCard) -> None:
    line = {
        "uri": "models/gemini-flash-latest:generateContent",
        "response": body("", prompt=4, cached=0, output=0),
    }
    tally = tally_of(card, line)
    assert (tally.unstated_models, tally.unpriced) == (1, [])
    assert dict(tally.aliases) == {("gemini-flash-latest", "gemini-3.8-flash"): 1}
    [entry] = tally_of(card, body("", prompt=4, cached=0, output=0)).unpriced
    assert entry.reason == "it names no model"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (body("gemini-nine", prompt=1, cached=0, output=0), "has no price in rate card"),
        (body("gemini-3.8-flash", prompt=1, cached=2, output=0), "cached 2 exceeds input 1"),
        (body("gemini-3.8-flash", prompt=1, cached=0, output=0, totalTokenCount=9), "its parts give 1"),
        (body("gemini-2.0-flash-lite", prompt=5, cached=3, output=0), "no price"),
        (
            body("gemini-3.8-flash", prompt=1, cached=0, output=9,
                 candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 9}]),
            "9 output tokens are no text",
        ),
        ({"usageMetadata": [], "candidates": []}, "no token counts"),
        ({"usageMetadata": "x", "candidates": []}, "is no object"),
    ],
)  # fmt: skip
def test_what_has_no_price_says_why(card: RateCard, value: Any, reason: str) -> None:
    [entry] = tally_of(card, value).unpriced
    assert reason in entry.reason
    assert tally_of(card, value).lines() == ()


def test_repeated_simulated_and_searching_responses_are_counted(card: RateCard) -> None:
    searched = body("gemini-3.8-flash-simulated", prompt=1, cached=0, output=0) | {
        "responseId": "r", "candidates": [{"groundingMetadata": {"webSearchQueries": ["a", "b"]}}],
    }  # fmt: skip
    tally = tally_of(card, searched, searched)
    assert (tally.repeated, tally.simulated, dict(tally.searches)) == (1, 2, {"gemini-3.8-flash": 4})


def test_a_found_problem_is_unpriced(card: RateCard) -> None:
    tally = Tally(card, day_of=lambda _: DAY, tier=None)
    tally.add(Found(problem="it is not JSON"), "x:1")
    assert [(entry.where, entry.reason) for entry in tally.unpriced] == [("x:1", "it is not JSON")]


def test_a_sum_is_priced_like_its_parts(card: RateCard) -> None:
    """Adding tokens first and pricing once gives the cents of pricing one by one."""
    usages = [
        Usage(input_tokens=11 * i, cached_tokens=i, output_tokens=7 * i, thinking_tokens=i) for i in range(99)
    ]
    bodies = [
        body("gemini-3.8-flash", prompt=u.input_tokens, cached=u.cached_tokens,
             output=u.output_tokens - u.thinking_tokens, thoughtsTokenCount=u.thinking_tokens,
             totalTokenCount=u.total_tokens)
        for u in usages
    ]  # fmt: skip
    single = [price_usage(u, model="gemini-3.8-flash", card=card, on=DAY).total_usd for u in usages]
    assert total_of(tally_of(card, *bodies).lines())[1].total_usd == sum(single)


scalars = (
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.floats(allow_nan=False) | st.text(max_size=8)
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
KEYS = (
    "candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId", "createTime", "response",
    "request", "status", "uri", "body", "reply", "attempts", "error", "totalTokens", "id",
)  # fmt: skip
COUNTS = (
    "promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount", "thoughtsTokenCount",
    "promptTokensDetails", "candidatesTokensDetails", "cacheTokensDetails", "serviceTier", "trafficType",
)  # fmt: skip
usages = st.dictionaries(st.sampled_from(COUNTS), st.integers(0, 10**6) | anything, max_size=5)
odd = st.dictionaries(st.sampled_from(KEYS), usages | anything, max_size=6)


@settings(max_examples=400, deadline=None)
@given(value=odd | st.lists(odd, max_size=3) | st.fixed_dictionaries({"response": odd}))
def test_whatever_stands_in_a_log_is_priced_or_named_and_never_a_traceback(
    card: RateCard, value: Any
) -> None:
    tally = tally_of(card, value)
    priced_ones = sum(line.responses for line in tally.lines())
    assert priced_ones + len(tally.unpriced) == tally.responses
    assert all(entry.reason for entry in tally.unpriced)
