"""A reply that knows when its first text came."""

from __future__ import annotations

from dataclasses import dataclass, fields

from evalharness.core.call import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedReply(Reply):
    """An answer that was streamed, as one body."""

    first_token_ms: float | None = None
    """From sending to the first visible text, on the client's clock, below vcrpy; None if there was none."""


def streamed(reply: Reply, first_token_ms: float | None) -> StreamedReply:
    """Return a reply with the time of its first text, in ms from sending."""
    values = {field.name: getattr(reply, field.name) for field in fields(Reply)}
    return StreamedReply(**values, first_token_ms=first_token_ms)


def first_token_ms(reply: Reply) -> float | None:
    """Return the time to the first text of a streamed reply, in ms; None of any other."""
    return reply.first_token_ms if isinstance(reply, StreamedReply) else None
