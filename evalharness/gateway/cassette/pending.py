"""What ties an HTTP exchange to the call it belongs to, and makes a recording of it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalharness.core.call import Unrecorded
from evalharness.gateway.cassette.interaction import Interaction
from evalharness.gateway.clients.exchange import Exchange, translate
from evalharness.gateway.clients.headers import allowed_headers

if TYPE_CHECKING:
    from evalharness.core.ports import Clock

_SHORTEST_KEY = 16


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

    def take(self, exchange: Exchange) -> None:
        """Keep an exchange whose whole body has arrived; others than 200 are no answers.

        Raises:
            Unrecorded: If the key that was sent stands in what would be written.
        """
        if exchange.status == 200:
            self.interaction = self._interaction(exchange)

    def _interaction(self, exchange: Exchange) -> Interaction | None:
        try:
            read = translate(exchange.path, exchange.sent, exchange.received)
        except ValueError:
            # A body that the client cannot read it reports itself.
            return None
        interaction = Interaction(
            path=read.path,
            host=exchange.host,
            request_body=read.request_body,
            draw=self.draw,
            headers=allowed_headers(exchange.headers),
            response_body=read.response_body,
            latency_ms=round(exchange.latency_ms, 3),
            recorded_at=f"{self.clock.now():%Y-%m-%dT%H:%M:%SZ}",
            client=self.client,
        )
        for key in exchange.credentials:
            _refuse_key(key, interaction)
        return interaction


PENDING: ContextVar[Pending | None] = ContextVar("evalharness_pending", default=None)
"""The call that the running task makes: vcrpy sees requests only, and tasks run side by side."""


def _refuse_key(key: str, interaction: Interaction) -> None:
    """Stop if the key that was sent stands in what would be written, in a prompt or an answer."""
    written = f"{interaction.request_body}{interaction.response_body}{interaction.headers}"
    # A short one is the emulator's placeholder, which is an ordinary word.
    if len(key) >= _SHORTEST_KEY and key in written:
        raise Unrecorded("not recorded: the API key stands in the prompt or the answer; take it out")
