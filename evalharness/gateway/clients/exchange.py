"""What went over the wire, whatever the dialect → path, request and answer in Gemini's terms. Pure.

Recordings are named by the question, not by the way it travelled: the same request through another client
finds the same file.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evalharness.core.wire.canonical import canonical_path
from evalharness.gateway.clients import openai_wire
from evalharness.gateway.clients.json_text import parse_object
from evalharness.gateway.clients.stream_json import plain_path, read_stream

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP exchange, as it was seen below the SDK."""

    path: str
    """URL path, without query."""
    host: str
    """Host, and port if the URL named one."""
    sent: bytes
    status: int
    headers: tuple[tuple[str, str], ...]
    """Response headers, as they came."""
    received: bytes
    """Response body, decompressed."""
    latency_ms: float
    """From sending to holding the whole body."""
    credentials: tuple[str, ...] = field(default=(), repr=False)
    """Keys that were sent, so that a recorder can refuse to write them; never written themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """An exchange in Gemini's terms."""

    path: str
    """Canonical path of the plain call: /v1beta/models/<model>:generateContent."""
    request_body: dict[str, Any]
    response_body: dict[str, Any]


# vcrpy cannot watch `requests` in several threads; a client on it tells the running call itself.
TAP: ContextVar[Callable[[Exchange], None] | None] = ContextVar("evalharness_tap", default=None)
"""Whoever wants to see the exchanges of the running call."""


def translate(path: str, sent: bytes, received: bytes) -> Translated:
    """Read both bodies.

    Raises:
        ValueError: If a body is not what its path promises.
    """
    if path.endswith(openai_wire.PATH):
        asked = openai_wire.read_request(parse_object(sent))
        answer = openai_wire.read_answer(parse_object(received))
        return Translated(path=canonical_path(asked.path), request_body=asked.body, response_body=answer)
    # Bad bytes are read as the SDK reads them, which replaces them.
    text = received.decode("utf-8", "replace")
    plain = plain_path(path)
    return Translated(
        path=canonical_path(plain),
        request_body=parse_object(sent),
        response_body=parse_object(text) if plain == path else read_stream(text),
    )
