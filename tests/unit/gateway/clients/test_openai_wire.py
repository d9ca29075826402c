"""Gemini's JSON to chat completions and back, without a network."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.errors import InvalidUsage
from evalharness.core.wire.canonical import request_digest
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.core.wire.response import FinishReason, NoText, parse_response
from evalharness.gateway.clients import openai_wire

messages = st.lists(
    st.builds(Message, role=st.sampled_from(["user", "model"]), text=st.text()), min_size=1, max_size=4
)


SCHEMA = {"type": "object", "properties": {"c1": {"type": "string"}}, "required": ["c1"]}


@given(
    messages=messages,
    system=st.text(),
    seed=st.integers(0, 2**31 - 1),
    limit=st.integers(1, 65536),
    schema=st.sampled_from([None, SCHEMA]),
)
def test_what_is_sent_says_what_was_asked(
    messages: Any, system: str, seed: int, limit: int, schema: dict[str, Any] | None
) -> None:
    """Any request of ours survives the way to a chat request and back: its digest is the same."""
    request = ModelRequest(
        model="local-1.5b",
        system=system,
        messages=tuple(messages),
        max_output_tokens=limit,
        seed=seed,
        response_schema=schema,
    )
    chat = openai_wire.write_request(request.model, request.body)
    asked = openai_wire.read_request(chat)
    assert request_digest(asked.path, asked.body) == request.digest


def test_a_chat_request() -> None:
    """System, roles, limit and seed stand where servers look for them."""
    request = ModelRequest(
        model="m",
        system="s",
        messages=(Message(role="user", text="a"), Message(role="model", text="b")),
        max_output_tokens=9,
        seed=3,
    )
    assert openai_wire.write_request("m", request.body) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "s"},
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"},
        ],
        "max_tokens": 9,
        "seed": 3,
        "stream": False,
    }


def test_a_schema_becomes_a_strict_response_format() -> None:
    """As llama.cpp, vLLM and OpenAI read it; the name means nothing and must be there."""
    request = ModelRequest(
        model="m", system="", messages=(Message(role="user", text="a"),), max_output_tokens=9, seed=None,
        response_schema=SCHEMA,
    )  # fmt: skip
    chat = openai_wire.write_request("m", request.body)
    assert chat["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA},
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (
            {"generationConfig": {"responseMimeType": "application/json"}},
            "generationConfig.responseMimeType",
        ),
        (
            {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}},
            "generationConfig.thinkingConfig",
        ),
        ({"tools": []}, "tools"),
        ({"contents": [{"role": "function", "parts": []}]}, r"contents\[0\].role"),
        ({"contents": [{"parts": [{"inlineData": {}}]}]}, r"contents\[0\].parts\[0\].inlineData"),
        ({"contents": [{"parts": [{"text": "a"}, {"text": "b"}]}]}, r"contents\[0\].parts\[1\]"),
    ],
)
def test_what_would_be_lost_is_named(change: dict[str, Any], field: str) -> None:
    """No field is dropped silently."""
    with pytest.raises(openai_wire.CannotCarry, match=field):
        openai_wire.write_request("m", {"contents": [{"role": "user", "parts": [{"text": "x"}]}]} | change)


def completion(**change: Any) -> dict[str, Any]:
    """Return an answer as llama.cpp gives it, with some fields changed."""
    return {
        "id": "chatcmpl-1",
        "model": "smollm2-135m",
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "A pear."}}
        ],
        "usage": {"prompt_tokens": 21, "completion_tokens": 7, "total_tokens": 28},
        "timings": {"predicted_ms": 38.7},
    } | change


def test_an_answer_in_the_engines_terms_keeps_its_own_words() -> None:
    """Text, counts, served model and id are read; the whole answer stands beside."""
    raw = completion()
    body = openai_wire.read_answer(raw)
    read = parse_response(body)
    assert (read.text, read.finish, read.served_model, read.response_id) == (
        "A pear.",
        FinishReason.STOP,
        "smollm2-135m",
        "chatcmpl-1",
    )
    assert read.usage is not None
    assert (read.usage.input_tokens, read.usage.output_tokens) == (21, 7)
    assert body["openaiResponse"] == raw


def test_reasoning_and_cached_tokens_are_parts() -> None:
    """Reasoning is within completion_tokens there, beside the visible ones here; nothing is billed twice."""
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 8,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    message = {"content": "x", "reasoning_content": "hm"}
    choices = [{"finish_reason": "stop", "message": message}]
    read = parse_response(openai_wire.read_answer(completion(usage=usage, choices=choices)))
    assert read.text == "x"
    assert read.usage is not None
    assert (read.usage.output_tokens, read.usage.thinking_tokens, read.usage.cached_tokens) == (8, 5, 4)


def test_counts_that_contradict_each_other_still_show() -> None:
    """The total is left as the server says it."""
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 9}
    with pytest.raises(InvalidUsage, match="totalTokenCount is 9"):
        parse_response(openai_wire.read_answer(completion(usage=usage)))


@pytest.mark.parametrize(
    ("reason", "content", "finish", "no_text"),
    [
        ("length", "half", FinishReason.MAX_TOKENS, None),
        ("length", "", FinishReason.MAX_TOKENS, NoText.MAX_TOKENS),
        ("content_filter", None, FinishReason.BLOCKED, NoText.ANSWER_BLOCKED),
        ("abort", "x", FinishReason.OTHER, None),
        (None, "x", FinishReason.MISSING, None),
    ],
)
def test_finish_reasons(reason: Any, content: Any, finish: FinishReason, no_text: NoText | None) -> None:
    """Each is what it means to the engine."""
    choices = [{"finish_reason": reason, "message": {"content": content}}]
    read = parse_response(openai_wire.read_answer(completion(choices=choices)))
    assert (read.finish, read.no_text) == (finish, no_text)


def test_a_refusal_and_a_tool_call() -> None:
    """A refusal's words are kept; a tool call is seen to be one."""
    refused = [{"finish_reason": "stop", "message": {"content": None, "refusal": "I cannot"}}]
    assert parse_response(openai_wire.read_answer(completion(choices=refused))).finish_detail == "I cannot"
    called = [{"finish_reason": "tool_calls", "message": {"tool_calls": [{"function": {"name": "f"}}]}}]
    assert parse_response(openai_wire.read_answer(completion(choices=called))).no_text is NoText.TOOL_CALL


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"choices": None},
        {"choices": [{}]},
        {"choices": [1]},
        {"choices": [], "usage": {"total_tokens": 1}},
    ],
)
def test_what_is_no_completion_is_said_so(raw: dict[str, Any]) -> None:
    """Any other shape raises ValueError."""
    with pytest.raises(ValueError, match="not a chat completion"):
        openai_wire.read_answer(raw)


@pytest.mark.parametrize("chat", [{}, {"messages": [{}]}, {"messages": [{"role": "tool", "content": "x"}]}])
def test_what_is_no_request_of_ours_is_said_so(chat: dict[str, Any]) -> None:
    """Read back is only what was written."""
    with pytest.raises(ValueError, match="not a chat request of ours"):
        openai_wire.read_request(chat)
