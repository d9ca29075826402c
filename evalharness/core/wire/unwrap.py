"""Whatever a line of a log holds → the Gemini responses in it, with what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evalharness.core.errors import ProviderError
from evalharness.core.wire.response import parse_stream

_BODY_KEYS = ("candidates", "promptFeedback", "usageMetadata")
_PATH = re.compile(r"models/([^/:?]+):([A-Za-z]+)")
_FREE_METHODS = {"countTokens": "countTokens is free"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One response, or why a line holds none that could be billed."""

    chunks: Sequence[Mapping[str, Any]] = ()
    """The body, or the chunks of a stream; empty if there is none."""
    asked_model: str | None = None
    """The model that was asked for, where what is around the response says so."""
    at: str | None = None
    """ISO 8601 time of the response, None if nothing states one."""
    id: str | None = None
    """The line's own name, or the response's id."""
    not_billed: str | None = None
    """Why there is nothing to pay, such as an error status; None for a response."""
    problem: str | None = None
    """Why the line cannot be read as a response."""
    unconfirmed: int = 0
    """Tries of this call that may be billed though no counts came back."""


def unwrap(value: Any) -> Iterator[Found]:
    """Yield the responses in a JSON value.

    Understood are a generateContent body, the list of chunks of a streamed one, a list of bodies, an object
    with one of them as `response` (parsed, or as the text of a stream), a recording, and a line of
    calls.jsonl.
    """
    try:
        yield from tuple(_unwrap(value))
    except (AttributeError, TypeError, RecursionError) as error:
        yield Found(problem=f"it has an unexpected shape: {error}")


def _unwrap(value: Any) -> Iterator[Found]:
    if isinstance(value, list):
        yield from _from_list(value)
    elif not isinstance(value, dict):
        yield Found(problem="it is no JSON object")
    elif "attempts" in value and "reply" in value:
        yield _from_call(value)
    elif "response" in value:
        yield from _from_exchange(value)
    else:
        yield _from_body(value)


def _from_list(values: list[Any]) -> Iterator[Found]:
    if not values or not all(isinstance(item, dict) for item in values):
        yield Found(problem="it is no list of responses")
        return
    if not all(any(key in item for key in _BODY_KEYS) for item in values):
        for item in values:
            yield from _unwrap(item)
        return
    # Chunks of one stream carry the same id; streams of old models carry none.
    ids = {str(item.get("responseId") or "") for item in values}
    if len(ids) == 1:
        yield _answer(values)
        return
    for item in values:
        yield _from_body(item)


def _from_body(body: Mapping[str, Any]) -> Found:
    if "usageMetadata" in body or "candidates" in body or "promptFeedback" in body:
        return _answer((body,))
    if "error" in body:
        return Found(not_billed="an error is not billed")
    if "totalTokens" in body:
        return Found(not_billed=_FREE_METHODS["countTokens"])
    if "usage_metadata" in body:
        return Found(problem="it has an SDK's own spelling, which drops fields; the raw JSON is needed")
    return Found(problem="it is no generateContent response")


def _from_call(call: Mapping[str, Any]) -> Found:
    unconfirmed = sum(bool(attempt.get("unconfirmed")) for attempt in call.get("attempts") or ())
    reply = call.get("reply")
    if not isinstance(reply, dict):
        return Found(
            not_billed="a call without an answer", id=_text(call.get("key")), unconfirmed=unconfirmed
        )
    body = reply.get("body")
    found = next(unwrap(body), Found(problem="its reply has no body"))
    return replace(
        found,
        asked_model=_text(call.get("model")),
        at=_text(reply.get("recorded_at")) or found.at,
        id=_text(call.get("key")),
        unconfirmed=unconfirmed,
    )


def _from_exchange(line: Mapping[str, Any]) -> Iterator[Found]:
    response, request = line["response"], line.get("request")
    status, body = line.get("status"), response
    path = _text(line.get("uri")) or _text(line.get("url")) or ""
    if isinstance(response, dict) and "body" in response:
        status, body = response.get("status"), response["body"]
    if isinstance(request, dict):
        path = _text(request.get("path")) or path
    named = _PATH.search(path)
    asked = named.group(1) if named else _text(line.get("model"))
    name = _text(line.get("id")) or _text(line.get("key"))
    if isinstance(status, int) and status != 200:
        yield Found(not_billed=f"HTTP {status} is not billed", asked_model=asked, id=name)
        return
    if named and named.group(2) in _FREE_METHODS:
        yield Found(not_billed=_FREE_METHODS[named.group(2)], asked_model=asked, id=name)
        return
    for found in _inner(body):
        at = _text(line.get("recorded_at")) or found.at
        yield replace(found, asked_model=asked, at=at, id=name or found.id)


def _inner(body: Any) -> Iterator[Found]:
    if isinstance(body, str):
        try:
            yield from _from_list(list(parse_stream(body)))
        except ProviderError as error:
            yield Found(problem=error.message)
    else:
        yield from unwrap(body)


def _answer(chunks: Sequence[Mapping[str, Any]]) -> Found:
    if len(chunks) == 1:
        return Found(
            chunks=chunks, at=_text(chunks[0].get("createTime")), id=_text(chunks[0].get("responseId"))
        )
    at = next((chunk["createTime"] for chunk in chunks if chunk.get("createTime")), None)
    name = next((chunk["responseId"] for chunk in chunks if chunk.get("responseId")), None)
    return Found(chunks=chunks, at=_text(at), id=_text(name))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
