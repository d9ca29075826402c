"""How answers are fetched, and the client that fetches only what is missing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from evalharness.core.errors import CassetteMiss

if TYPE_CHECKING:
    from evalharness.core.call import Reply
    from evalharness.core.ports import ModelClient
    from evalharness.core.wire.request import ModelRequest


class Mode(StrEnum):
    """Where answers come from and whether they are kept."""

    REPLAY = "replay"
    """From recordings only; nothing connects."""
    RECORD = "record"
    """From the provider; recordings are written, existing ones replaced."""
    RECORD_MISSING = "record-missing"
    """From recordings where there are any, else from the provider and recorded."""
    LIVE = "live"
    """From the provider; nothing is recorded."""

    @property
    def connects(self) -> bool:
        """Whether the provider may be called, which needs a key and can cost money."""
        return self is not Mode.REPLAY

    @property
    def records(self) -> bool:
        """Whether recordings are written."""
        return self in {Mode.RECORD, Mode.RECORD_MISSING}

    @property
    def overwrites(self) -> bool:
        """Whether a recording that exists is replaced."""
        return self is Mode.RECORD


class MissingThenRecord:
    """Replays what is recorded and records the rest.

    A damaged recording is an error here too: it is neither replayed nor replaced.
    """

    def __init__(self, *, replay: ModelClient, record: ModelClient) -> None:
        """Compose two clients over the same cassette folder."""
        self.name = record.name
        self._replay = replay
        self._record = record

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Return the recorded answer, or fetch and record it.

        Raises:
            ProviderError: The provider refused or failed.
            CassetteDamaged: The recording cannot be trusted.
        """
        try:
            return await self._replay.complete(request, draw=draw)
        except CassetteMiss:
            pass
        return await self._record.complete(request, draw=draw)

    async def aclose(self) -> None:
        """Close both clients."""
        await self._replay.aclose()
        await self._record.aclose()
