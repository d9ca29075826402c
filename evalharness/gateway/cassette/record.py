"""Record: answers from a live client, on disk before they are used. Importing this does not load vcrpy."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from evalharness.core.call import Unrecorded
from evalharness.core.errors import IntegrityError
from evalharness.core.privacy import redact_json
from evalharness.core.provenance import Delivery
from evalharness.core.wire.canonical import canonical_path
from evalharness.gateway.cassette.files import recording_path, write
from evalharness.gateway.cassette.interaction import Interaction
from evalharness.gateway.cassette.pending import PENDING, Pending
from evalharness.gateway.clients.exchange import TAP
from evalharness.gateway.clients.redacting import refuse_personal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evalharness.core.call import Reply
    from evalharness.core.ports import Clock, ModelClient
    from evalharness.core.privacy import PersonalText
    from evalharness.core.wire.request import ModelRequest


@contextmanager
def recording(
    folder: Path,
    *,
    client: ModelClient,
    clock: Clock,
    overwrite: bool = True,
    personal: PersonalText | None = None,
) -> Iterator[RecordingClient]:
    """Record every answer that a client fetches inside the block, under one vcrpy cassette.

    Open it once around a whole run: vcrpy patches the HTTP library for the whole process, and blocks that
    overlap undo each other's patches.

    Args:
        folder: The cassette folder; made if it is not there.
        client: The live client; must use httpx2, or report its exchanges to `exchange.TAP`.
        clock: Source of latency and recording times.
        overwrite: Whether existing recordings may be replaced.
        personal: Finds what must be replaced in answers before they are written; None for invented cases.

    Yields:
        A client that returns each answer after its recording is safe on disk.
    """
    # Late: only recording needs vcrpy.
    from evalharness.gateway.cassette.vcr_cassette import capturing  # noqa: PLC0415

    with capturing(folder):
        yield RecordingClient(folder, client=client, clock=clock, overwrite=overwrite, personal=personal)


class RecordingClient:
    """A model client whose answers are on disk before the caller has them; works inside `recording` only."""

    def __init__(
        self,
        folder: Path,
        *,
        client: ModelClient,
        clock: Clock,
        overwrite: bool,
        personal: PersonalText | None = None,
    ) -> None:
        """Wrap a live client."""
        self.name = client.name
        self._folder = folder
        self._client = client
        self._clock = clock
        self._overwrite = overwrite
        self._personal = personal

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Fetch, record and return one answer, with the latency that a replay will tell.

        Raises:
            ProviderError: The provider refused or failed; nothing is recorded then.
            Unrecorded: The answer could not be recorded, or is not the one to this request.
            IntegrityError: The request holds personal text, and nothing was sent.
        """
        if self._personal is not None:
            refuse_personal(request, self._personal)
        pending = Pending(draw=draw, client=self.name, clock=self._clock)
        token, tap = PENDING.set(pending), TAP.set(pending.take)
        try:
            reply = await self._client.complete(request, draw=draw)
        finally:
            PENDING.reset(token)
            TAP.reset(tap)
        interaction = pending.interaction
        if interaction is None:
            raise Unrecorded(f"an answer through {self.name} went past the recorder: nothing was recorded")
        if interaction.digest != request.digest or interaction.response_body != reply.body:
            raise Unrecorded(f"the recorder saw another exchange than {self.name} answered with")
        # A client that speaks for several others says in the reply which of them it was.
        interaction = replace(interaction, first_token_ms=reply.first_token_ms, client=reply.client)
        if self._personal is not None:
            body, counts = redact_json(interaction.response_body, self._personal)
            redacted = {kind.value: counts[kind] for kind in sorted(counts)}
            interaction = replace(interaction, response_body=body, redacted=redacted)
        reply = interaction.reply(Delivery.LIVE)
        try:
            # In a thread: fsync would stop all other calls, and lengthen their recorded latency.
            await asyncio.to_thread(write, self._folder, interaction, overwrite=self._overwrite)
        except IntegrityError as error:
            # What another run recorded meanwhile is what replays will give, so it is this run's answer too.
            theirs = not self._overwrite and recording_path(self._folder, interaction.key).exists()
            raise Unrecorded(error.message, file=error.file, reply=None if theirs else reply) from None
        return reply

    async def aclose(self) -> None:
        """Close the live client."""
        await self._client.aclose()


def interaction_of(request: ModelRequest, draw: int, reply: Reply, *, redacted: bool) -> Interaction:
    """Return the recording of an answer that a journal kept.

    Args:
        request: What was asked.
        draw: Which repetition.
        reply: The answer.
        redacted: Whether its personal text was replaced; how often, a journal does not say.
    """
    return Interaction(
        path=canonical_path(request.path), host=reply.host, request_body=request.body, draw=draw,
        headers=reply.headers, response_body=reply.body, latency_ms=reply.latency_ms,
        recorded_at=reply.recorded_at, client=reply.client, first_token_ms=reply.first_token_ms,
        redacted={} if redacted else None,
    )  # fmt: skip
