"""A stream adds up to the body that says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.wire.response import parse_response, parse_stream
from evalharness.gateway.clients.stream_json import has_text, merge_chunks, plain_path, read_stream


def _chunk(text: str, **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}]} | more


def _sse(*chunks: dict[str, Any]) -> str:
    return "".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\r\n\r\n" for chunk in chunks)


def test_parts_stay_apart_and_the_last_bill_counts() -> None:
    """Texts concatenate; usage, finish and version are the last word, the response id the first."""
    last = _chunk("요", usageMetadata={"promptTokenCount": 3, "candidatesTokenCount": 2}, responseId="r2")
    last["candidates"][0]["finishReason"] = "STOP"
    chunks = [_chunk("안녕", usageMetadata={"promptTokenCount": 3}, responseId="r1"), last]
    body = read_stream(_sse(*chunks))
    assert body["candidates"] == [
        {
            "content": {"role": "model", "parts": [{"text": "안녕"}, {"text": "요"}]},
            "index": 0,
            "finishReason": "STOP",
        }
    ]
    assert body["usageMetadata"] == {"promptTokenCount": 3, "candidatesTokenCount": 2}
    assert body["responseId"] == "r1"


def test_real_streams_say_the_same_merged(recordings: Path) -> None:
    """Every recorded stream reads the same from its chunks and from the one body they add up to."""
    streams = 0
    for line in recordings.read_text(encoding="utf-8").splitlines():
        response = json.loads(line)["response"]
        if isinstance(response, str):
            response = parse_stream(response)
        if not isinstance(response, list) or any("error" in chunk for chunk in response):
            continue
        streams += 1
        assert parse_response(merge_chunks(response)) == parse_response(response)
    assert streams >= 5


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6))
def test_any_split_of_a_text_adds_up(texts: list[str]) -> None:
    """Where the chunks are cut does not change the answer."""
    body = merge_chunks([_chunk(text) for text in texts])
    whole = parse_response(_chunk("".join(texts)))
    assert parse_response(body).text == whole.text


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (b"", False),
        (_sse({"usageMetadata": {"promptTokenCount": 1}}).encode(), False),
        (_sse({"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}]}}]}).encode(), False),
        (_sse(_chunk("네")).encode()[:-4], False),
        (_sse(_chunk("네")).encode(), True),
        (_sse(_chunk("")).encode() + _sse(_chunk("네")).encode(), True),
        (b"data: {not json}\n\n", False),
        (b'data: {"candidates": [1]}\n\n', False),
    ],
)
def test_first_text_is_visible_text_in_a_whole_event(received: bytes, expected: bool) -> None:
    """Neither thoughts, empty parts, counts nor half an event are a first token."""
    assert has_text(received) is expected


def test_streaming_does_not_change_what_was_asked() -> None:
    """The plain path names a streamed call too."""
    assert plain_path("/v1beta/models/m:streamGenerateContent") == "/v1beta/models/m:generateContent"
    assert plain_path("/v1beta/models/m:countTokens") == "/v1beta/models/m:countTokens"


@pytest.mark.parametrize("text", ["", "\r\n", "data: {", "data: 1\n\n", "[1]"])
def test_no_stream_is_said_so(text: str) -> None:
    """What is not a stream of objects raises ValueError and nothing else."""
    with pytest.raises(ValueError, match="stream"):
        read_stream(text)
