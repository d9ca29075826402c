"""Every shape in which responses lie about is read, and what is none says why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evalharness.core.wire.unwrap import Found, unwrap

BODY: dict[str, Any] = {
    "candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1, "totalTokenCount": 4},
    "modelVersion": "gemini-3.8-flash",
    "responseId": "r1",
}
EVENT = "data: " + json.dumps(BODY) + "\n\n"


def one(value: Any) -> Found:
    [found] = unwrap(value)
    return found


@pytest.mark.parametrize(
    "value",
    [
        BODY,
        [BODY],
        {"response": BODY},
        {"response": [BODY]},
        {"response": EVENT},
        {"response": json.dumps([BODY])},
        {"key": "k", "response": BODY},
        {"request": {"path": "/v1beta/models/m:generateContent"}, "response": {"status": 200, "body": BODY}},
        {
            "attempts": [],
            "model": "m",
            "key": "k",
            "reply": {"body": BODY, "recorded_at": "2026-11-23T08:00:00Z"},
        },
    ],
)
def test_one_response(value: Any) -> None:
    found = one(value)
    assert [*found.chunks] == [BODY]
    assert found.problem is None
    assert found.not_billed is None


def test_a_stream_is_one_response_and_a_list_of_answers_is_many() -> None:
    assert len(one([BODY, BODY | {"candidates": []}]).chunks) == 2
    assert len([*unwrap([BODY, BODY | {"responseId": "r2"}])]) == 2


def test_model_time_and_name_come_from_what_stands_around() -> None:
    line = {"id": "x", "uri": "https://h/v1beta/models/gemini-2.5-pro:generateContent", "response": BODY}
    assert (one(line).asked_model, one(line).id) == ("gemini-2.5-pro", "x")
    recording = {"request": {"path": "/v1beta/models/m:x"}, "response": {"status": 200, "body": BODY}}
    assert one(recording | {"recorded_at": "2026-11-23T08:00:00Z"}).at == "2026-11-23T08:00:00Z"
    assert one(BODY | {"createTime": "2026-11-22T01:00:00Z"}).at == "2026-11-22T01:00:00Z"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"error": {"code": 429}}, "an error is not billed"),
        ({"status": 404, "response": {"error": {}}}, "HTTP 404 is not billed"),
        ({"totalTokens": 7}, "countTokens is free"),
        (
            {"uri": "/v1/models/m:countTokens", "status": 200, "response": {"totalTokens": 7}},
            "countTokens is free",
        ),
        ({"attempts": [], "reply": None, "key": "k"}, "a call without an answer"),
    ],
)
def test_what_is_not_billed_says_why(value: Any, why: str) -> None:
    assert one(value).not_billed == why


@pytest.mark.parametrize("value", [3, "text", None, [], [3], {}, {"hello": 1}, {"response": "no event"}])
def test_what_is_no_response_is_a_problem(value: Any) -> None:
    found = [*unwrap(value)]
    assert all(entry.problem or not entry.chunks for entry in found)
    assert any(entry.problem for entry in found)


def test_a_client_librarys_own_spelling_is_refused_by_name() -> None:
    assert "raw JSON is needed" in (one({"usage_metadata": {"prompt_token_count": 1}}).problem or "")


def test_tries_that_may_be_billed_are_counted() -> None:
    tries = [{"unconfirmed": True}, {"unconfirmed": False}, {"unconfirmed": True}]
    assert one({"attempts": tries, "reply": None, "key": "k"}).unconfirmed == 2
