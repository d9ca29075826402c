"""Recordings that a run made and its journal lacks: a session that was killed had paid for them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from evalharness.core.job import call_key
from evalharness.core.provenance import Delivery
from evalharness.gateway.cassette.files import read, recording_path

if TYPE_CHECKING:
    from pathlib import Path

    from evalharness.core.call import Reply
    from evalharness.core.ports import ModelClient
    from evalharness.core.wire.request import ModelRequest


class OwnRecordingsFirst:
    """Gives what was recorded since a run began as that run's own answers, live and on its bill.

    An answer is on disk before the journal has it, so a session that was killed between the two leaves a
    recording that the next one would buy again.
    """

    def __init__(self, client: ModelClient, *, folder: Path, since: dt.datetime) -> None:
        """Wrap a recording client; `since` is when the run began."""
        self.name = client.name
        self._client = client
        self._folder = folder
        self._since = since

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Return the run's own recording, or what the wrapped client gives; raises as that does.

        Raises:
            CassetteDamaged: The recording cannot be trusted.
        """
        try:
            interaction = read(recording_path(self._folder, call_key(request.digest, draw)))
        except FileNotFoundError:
            return await self._client.complete(request, draw=draw)
        if dt.datetime.fromisoformat(interaction.recorded_at) < self._since:
            return await self._client.complete(request, draw=draw)
        return interaction.reply(Delivery.LIVE)

    async def aclose(self) -> None:
        """Close the wrapped client."""
        await self._client.aclose()
