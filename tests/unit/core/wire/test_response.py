"""Responses that the recordings do not hold."""

from __future__ import annotations

import json

import pytest

from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.wire.response import (
    FinishReason,
    NoText,
    parse_error,
    parse_response,
    parse_stream,
    parse_usage,
    served_id,
)

USAGE = {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "totalTokenCount": 18}


def body(text: str | None = "안녕하세요", finish: str | None = "STOP", **extra: object) -> dict[str, object]:
    candidate: dict[str, object] = {"content": {"role": "model"}}
    if text is not None:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "usageMetadata": USAGE, "modelVersion": "gemini-3.8-flash"} | extra


@pytest.mark.parametrize(
    ("given", "no_text"),
    [
        (body(text=None, finish="MAX_TOKENS"), NoText.MAX_TOKENS),
        (body(text=None, finish="SAFETY"), NoText.ANSWER_BLOCKED),
        (body(text=None, finish="RECITATION"), NoText.ANSWER_BLOCKED),
        (body(text="  \n", finish="STOP"), NoText.EMPTY),
        (body(text=None, finish=None), NoText.EMPTY),
        ({"candidates": [{}]}, NoText.EMPTY),
        ({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {}}, NoText.PROMPT_BLOCKED),
    ],
)
def test_a_response_without_text_says_why(given: dict[str, object], no_text: NoText) -> None:
    completion = parse_response(given)
    assert (completion.text, completion.no_text) == (None, no_text)


def test_thoughts_are_no_part_of_the_answer() -> None:
    given = body()
    given["candidates"] = [
        {"content": {"parts": [{"text": "hm", "thought": True}, {"text": "답"}]}, "finishReason": "STOP"}
    ]
    assert parse_response(given).text == "답"


def test_cut_text_is_an_answer_that_says_it_was_cut() -> None:
    completion = parse_response(body(finish="MAX_TOKENS"))
    assert completion.text == "안녕하세요"
    assert completion.finish is FinishReason.MAX_TOKENS


def test_missing_usage_is_none_and_not_zero() -> None:
    given = body()
    del given["usageMetadata"]
    assert parse_response(given).usage is None
    assert parse_usage({"trafficType": "ON_DEMAND"}) is None


@pytest.mark.parametrize(
    "metadata",
    [
        USAGE | {"totalTokenCount": 15},
        USAGE | {"cachedContentTokenCount": 11},
        USAGE | {"promptTokenCount": -1},
        USAGE | {"promptTokenCount": "10"},
        USAGE | {"promptTokenCount": True},
    ],
)
def test_counts_that_contradict_each_other_are_refused(metadata: dict[str, object]) -> None:
    with pytest.raises(InvalidUsage):
        parse_usage(metadata)


@pytest.mark.parametrize("given", [{}, {"error": {}}, [], {"candidates": "x"}, {"candidates": [3]}, [1]])
def test_what_is_no_response_is_a_provider_error(given: object) -> None:
    with pytest.raises(ProviderError):
        parse_response(given)  # type: ignore[arg-type]


@pytest.mark.parametrize("separator", ["\n\n", "\r\n\r\n"])
def test_a_stream_gives_the_text_of_all_chunks_and_the_last_usage(separator: str) -> None:
    first = body(text="안녕", finish=None) | {
        "usageMetadata": {"promptTokenCount": 10, "totalTokenCount": 10}
    }
    text = separator.join(f"data: {json.dumps(chunk)}" for chunk in (first, body(text="하세요")))
    completion = parse_response(parse_stream(text + separator))
    assert completion.text == "안녕하세요"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 18


def test_a_broken_chunk_is_a_provider_error() -> None:
    with pytest.raises(ProviderError):
        parse_stream('data: {"candidates": [\n\n')


def test_prefix_and_simulated_mark_are_stripped_from_served_ids() -> None:
    assert served_id("models/gemini-3.8-flash") == "gemini-3.8-flash"
    assert served_id("gemini-3.8-flash-simulated") == "gemini-3.8-flash"


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}


def quota(quota_id: str) -> dict[str, object]:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota_id}]}


@pytest.mark.parametrize(
    ("details", "retryable", "after"),
    [
        ([quota("RequestsPerMinutePerProject"), RETRY], True, 17.0),
        ([quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")], False, None),
        ([], True, None),
    ],
)
def test_the_three_kinds_of_429(details: list[object], retryable: bool, after: float | None) -> None:
    """Per minute waits as told, per day stops, bare backs off."""
    error = parse_error(429, {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": details}})
    assert (error.retryable, error.retry_after_s, error.reason) == (retryable, after, "RESOURCE_EXHAUSTED")


@pytest.mark.parametrize("given", [None, "", [], {"error": "x"}, [{"error": {"message": None}}]])
def test_an_unreadable_error_body_is_still_an_error(given: object) -> None:
    assert parse_error(503, given).retryable


def test_an_invalid_key_keeps_googles_reason() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    error = parse_error(400, {"error": {"status": "INVALID_ARGUMENT", "message": "no", "details": details}})
    assert (error.reason, error.retryable) == ("API_KEY_INVALID", False)
