"""What ties an HTTP exchange to the call it belongs to."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalharness.core.ports import Clock
    from evalharness.gateway.cassette.interaction import Interaction


@dataclass(slots=True, kw_only=True)
class Pending:
    """One call on its way, filled in by the cassette underneath its client."""

    draw: int
    client: str
    clock: Clock
    sent_at: float = 0.0
    """When the request left, on the monotonic clock."""
    interaction: Interaction | None = None
    """The exchange, once a whole answer with status 200 is there."""


PENDING: ContextVar[Pending | None] = ContextVar("evalharness_pending", default=None)
"""The call that the running task makes: vcrpy sees requests only, and tasks run side by side."""
