"""Recorded answers for other projects' tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalharness.core.call import Reply
from evalharness.core.errors import BadInput, CassetteMiss
from evalharness.core.wire.canonical import request_digest
from evalharness.core.wire.request import API_VERSION, ModelRequest
from evalharness.gateway.cassette.miss import Question, describe_miss
from evalharness.gateway.cassette.replay import ReplayClient


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A request that somebody else's code built."""

    model: str
    body: Mapping[str, Any]
    seed: int | None = None

    @property
    def path(self) -> str:
        return f"/{API_VERSION}/models/{self.model}:generateContent"

    @property
    def digest(self) -> str:
        return request_digest(self.path, self.body)


class Replay:
    """A model client over one folder of recordings; a miss tells the nearest recording and what differs."""

    def __init__(self, folder: Path) -> None:
        """Open a folder.

        Raises:
            BadInput: If there is none.
        """
        if not folder.is_dir():
            raise BadInput("no such folder of recordings", file=folder)
        self._folder = folder
        self._client = ReplayClient(folder)
        self.name = self._client.name

    async def complete(self, request: ModelRequest, *, draw: int = 0) -> Reply:
        """Return the recorded answer to a request.

        Raises:
            CassetteMiss: There is no recording; the message tells the nearest one and what differs.
            CassetteDamaged: The recording cannot be trusted.
        """
        return self._answer(request, draw)

    async def aclose(self) -> None:
        """Do nothing: no file stays open."""

    def generate_content(self, model: str, body: Mapping[str, Any], *, draw: int = 0) -> dict[str, Any]:
        """Return the recorded response JSON to a generateContent body, in either spelling of its keys.

        Raises:
            CassetteMiss: There is no recording; the message tells the nearest one and what differs.
            CassetteDamaged: The recording cannot be trusted.
        """
        return dict(self._answer(_Asked(model=model, body=body), draw).body)

    def unused(self) -> tuple[Path, ...]:
        """Return the recordings that nothing has asked for so far."""
        return self._client.unused()

    def _answer(self, asked: Question, draw: int) -> Reply:
        try:
            return self._client.answer(asked, draw=draw)
        except CassetteMiss as miss:
            nearest = describe_miss(self._folder, asked, draw)
            raise CassetteMiss(f"no recording of this request; {nearest}", file=miss.file) from None
