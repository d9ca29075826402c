"""Replay: answers from recordings, without a network, an SDK or vcrpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalharness.core.errors import CassetteMiss
from evalharness.core.job import call_key
from evalharness.core.provenance import Delivery
from evalharness.gateway.cassette.files import read, recording_path, recordings

if TYPE_CHECKING:
    from pathlib import Path

    from evalharness.core.call import Reply
    from evalharness.core.wire.request import ModelRequest
    from evalharness.gateway.cassette.miss import Question


class ReplayClient:
    """A model client that reads one cassette folder.

    A file is verified whenever it is read: name, recomputed digest of the request and all hashes agree, or
    it is refused.
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is first looked into when a call asks."""
        self.name = "replay/1"
        self._folder = folder
        self._used: set[Path] = set()

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Return the recorded answer, its latency and time as recorded.

        Raises:
            CassetteMiss: There is no recording; `describe_miss` tells the nearest one.
            CassetteDamaged: The recording cannot be trusted.
        """
        return self.answer(request, draw=draw)

    def answer(self, request: Question, *, draw: int) -> Reply:
        """Return the recorded answer at once: reading a file waits for nobody. Raises as `complete`."""
        file = recording_path(self._folder, call_key(request.digest, draw))
        try:
            interaction = read(file)
        except FileNotFoundError:
            raise CassetteMiss(
                f"no recording of this request to {request.model}, draw {draw} (seed {request.seed}):"
                " run again with --mode record-missing",
                file=file,
            ) from None
        self._used.add(file)
        return interaction.reply(Delivery.REPLAYED)

    async def aclose(self) -> None:
        """Do nothing: no file stays open."""

    def unused(self) -> tuple[Path, ...]:
        """Return the recordings in the folder that nothing has asked for so far."""
        return tuple(file for file in recordings(self._folder) if file not in self._used)
