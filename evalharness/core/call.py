"""Calls: what was really asked, answered and billed; the durable unit of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalharness.core.errors import IntegrityError
from evalharness.core.job import Purpose
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP 200 answer as a client hands it to the engine."""

    body: Mapping[str, Any]
    """Raw response JSON, unchanged."""
    host: str
    """Host (and port) that answered, as addressed."""
    headers: Mapping[str, str]
    """Response headers on the allow-list, lower-case names."""
    latency_ms: float
    """From sending the request to holding the whole body, on the client's clock; on replay, as recorded."""
    recorded_at: str
    """UTC time of the answer, ISO 8601 with seconds."""
    delivery: Delivery
    client: str
    """Name and version of the client that fetched it, such as google-genai/3.4.0."""
    first_token_ms: float | None = None
    """From sending to the first visible text of a streamed answer, on the client's clock; None if it was not
    streamed or had no text."""


class Unrecorded(IntegrityError):
    """An answer came and could not be recorded; it may be on the bill all the same."""

    def __init__(self, message: str, *, file: Path | str | None = None, reply: Reply | None = None) -> None:
        """Say why, and hand over the answer.

        Args:
            message: One line, without the place.
            file: The recording that could not be written.
            reply: The answer; None if it must not be kept either.
        """
        super().__init__(message, file=file)
        self.reply = reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a call that did not give a usable answer."""

    at: str
    """UTC time, ISO 8601."""
    status: int | None
    reason: str
    latency_ms: float
    unconfirmed: bool = False
    """Whether the try may have been billed though no token counts came back (a timeout, a broken connection,
    an unreadable 200); it is booked at the call's `reserve`."""

    @property
    def cause(self) -> str:
        """Why: rate_limited, server_error, timeout, dropped, malformed, or the provider's own reason."""
        if self.status == 429:
            return "rate_limited"
        if self.reason in ("timeout", "DEADLINE_EXCEEDED") or self.status in (408, 504):
            return "timeout"
        if self.status is not None and self.status >= 500:
            return "server_error"
        return "dropped" if self.reason == "connection" else self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CallError:
    """Why a call has no answer."""

    status: int | None
    reason: str
    message: str
    retryable: bool
    """Whether a later session makes the call again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One line of calls.jsonl."""

    key: str
    """Request digest and draw (`core.job.call_key`)."""
    purpose: Purpose
    model: str
    """The model asked for."""
    attempts: tuple[Attempt, ...]
    """Failed tries before the outcome, oldest first."""
    reply: Reply | None
    error: CallError | None
    origin: Origin
    """Derived from the reply by `core.provenance.derive_origin`; unverified for errors."""
    reserve: Usage | None = None
    """The most that one try can be billed, in tokens; None in journals from before it was kept."""

    @property
    def unconfirmed(self) -> int:
        """Tries, earlier sessions' included, that may have been billed without telling so."""
        return sum(attempt.unconfirmed for attempt in self.attempts)

    @property
    def service_ms(self) -> float | None:
        """Service time of the answer in ms: the server's own figure where it sends one, else the client's.

        The server's figure (server-timing, dur=…) does not depend on the machine that measures. Of a streamed
        answer it is sent before the answer is, and tells of its beginning only.
        """
        if self.reply is None:
            return None
        if self.reply.first_token_ms is not None:
            return self.reply.latency_ms
        for part in self.reply.headers.get("server-timing", "").split(","):
            for item in part.split(";"):
                name, _, value = item.strip().partition("=")
                if name == "dur":
                    try:
                        return float(value)
                    except ValueError:
                        break
        return self.reply.latency_ms
