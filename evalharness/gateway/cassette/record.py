"""Record: a vcrpy cassette that keeps one file an interaction and never plays any."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalharness.core.call import Reply
from evalharness.core.errors import IntegrityError
from evalharness.core.ports import Clock, ModelClient
from evalharness.core.provenance import Delivery
from evalharness.core.wire.canonical import canonical_path
from evalharness.core.wire.request import ModelRequest
from evalharness.gateway.cassette.files import write
from evalharness.gateway.cassette.interaction import Interaction
from evalharness.gateway.clients.headers import allowed_headers
from evalharness.gateway.clients.json_text import parse_object

_PATCHED = frozenset({"httpx2"})
_KEY_HEADER = "x-goog-api-key"
_SHORTEST_KEY = 16


@dataclass(slots=True)
class _Pending:
    """One call on its way, filled in by the cassette underneath the client."""

    draw: int
    client: str
    sent_at: float = 0.0
    interaction: Interaction | None = None


# Which call a request belongs to: vcrpy sees requests only, and tasks run side by side.
_PENDING: ContextVar[_Pending | None] = ContextVar("evalharness_pending", default=None)


@contextmanager
def recording(
    folder: Path, *, client: ModelClient, clock: Clock, overwrite: bool = True
) -> Iterator[RecordingClient]:
    """Record every answer that a client fetches inside the block, under one vcrpy cassette.

    Open it once around a whole run: vcrpy patches the HTTP library for the whole process, and blocks that
    overlap undo each other's patches.

    Args:
        folder: The cassette folder; made if it is not there.
        client: The live client; must use httpx2.
        clock: Source of latency and recording times.
        overwrite: Whether existing recordings may be replaced.

    Yields:
        A client that returns each answer after its recording is safe on disk.
    """
    with _cassette(folder, clock):
        yield RecordingClient(folder, client=client, overwrite=overwrite)


class RecordingClient:
    """A model client whose answers are on disk before the caller has them."""

    def __init__(self, folder: Path, *, client: ModelClient, overwrite: bool) -> None:
        """Wrap a live client; works inside `recording` only."""
        self.name = client.name
        self._folder = folder
        self._client = client
        self._overwrite = overwrite

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Fetch, record and return one answer, with the latency that a replay will tell.

        Raises:
            ProviderError: The provider refused or failed; nothing is recorded then.
            IntegrityError: The answer could not be recorded, or is not the one to this request.
        """
        pending = _Pending(draw=draw, client=self.name)
        token = _PENDING.set(pending)
        try:
            reply = await self._client.complete(request, draw=draw)
        finally:
            _PENDING.reset(token)
        interaction = pending.interaction
        if interaction is None:
            raise IntegrityError(
                f"an answer through {self.name} went past the recorder: nothing was recorded"
            )
        if interaction.digest != request.digest or interaction.response_body != reply.body:
            raise IntegrityError(f"the recorder saw another exchange than {self.name} answered with")
        # In a thread: fsync would stop all other calls, and lengthen their recorded latency.
        await asyncio.to_thread(write, self._folder, interaction, overwrite=self._overwrite)
        return interaction.reply(Delivery.LIVE)

    async def aclose(self) -> None:
        """Close the live client."""
        await self._client.aclose()


@contextmanager
def _cassette(folder: Path, clock: Clock) -> Iterator[None]:
    import vcr  # late: replay loads neither vcrpy nor an HTTP library
    from vcr.cassette import Cassette
    from vcr.patch import PATCHER_NAMES

    class RecordOnly(Cassette):  # type: ignore[misc]  # vcrpy has no types
        """Hands each exchange to the call it belongs to; loads, plays and saves nothing itself."""

        def can_play_response_for(self, request: Any) -> bool:
            """Say no, and note the moment: vcrpy asks right before it sends."""
            pending = _PENDING.get()
            if pending is not None:
                pending.sent_at = clock.monotonic()
            return False

        def append(self, request: Any, response: Any) -> None:
            """Take an exchange whose whole body has just arrived."""
            pending = _PENDING.get()
            if pending is not None and response["status"]["code"] == 200:
                pending.interaction = _interaction(request, response, pending, clock)

        def play_response(self, request: Any) -> None:
            """Refuse: playing is `ReplayClient`'s business."""
            raise NotImplementedError("this cassette only records")

        def _load(self) -> None:
            self.rewound = True

        def _save(self, force: bool = False) -> None:
            del force

    config = vcr.VCR(record_mode="all").get_merged_config(
        path=str(folder), skip_patchers=tuple(name for name in PATCHER_NAMES if name not in _PATCHED)
    )
    with RecordOnly.use(**config):
        yield


def _interaction(request: Any, response: Any, pending: _Pending, clock: Clock) -> Interaction | None:
    from vcr.filters import decode_response

    latency_ms = (clock.monotonic() - pending.sent_at) * 1000
    headers = [(name, value) for name, values in response["headers"].items() for value in values]
    try:
        # Bad bytes are read as the client reads them; a body it cannot read it reports itself.
        body = parse_object(decode_response(response)["body"]["string"].decode("utf-8", "replace"))
        sent = parse_object(request.body)
        path = canonical_path(request.path)
    except ValueError:
        return None
    interaction = Interaction(
        path=path,
        host=request.parsed_uri.netloc,
        request_body=sent,
        draw=pending.draw,
        headers=allowed_headers(headers),
        response_body=body,
        latency_ms=round(latency_ms, 3),
        recorded_at=f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        client=pending.client,
    )
    _refuse_key(request, interaction)
    return interaction


def _refuse_key(request: Any, interaction: Interaction) -> None:
    """Stop if the key that was sent stands in what would be written, in a prompt or an answer."""
    key = request.headers.get(_KEY_HEADER) or ""
    key = key.decode() if isinstance(key, bytes) else key
    written = f"{interaction.request_body}{interaction.response_body}{interaction.headers}"
    if len(key) >= _SHORTEST_KEY and key in written:
        raise IntegrityError("not recorded: the API key stands in the prompt or the answer; take it out")
