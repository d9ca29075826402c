"""The vcrpy side of recording. Loads vcrpy."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import vcr
from vcr.cassette import Cassette
from vcr.filters import decode_response
from vcr.patch import PATCHER_NAMES

from evalharness.gateway.cassette.pending import PENDING, Pending
from evalharness.gateway.clients.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATCHED = frozenset({"httpx2"})
_KEY_HEADERS = ("x-goog-api-key", "authorization")


@contextmanager
def capturing(folder: Path) -> Iterator[None]:
    """Hand every exchange over httpx2 inside the block to the call it belongs to."""
    skipped = tuple(name for name in PATCHER_NAMES if name not in _PATCHED)
    config = vcr.VCR(record_mode="all").get_merged_config(path=str(folder), skip_patchers=skipped)
    with RecordOnly.use(**config):
        yield


class RecordOnly(Cassette):  # type: ignore[misc]  # vcrpy has no types
    """A cassette that never plays, and keeps no list: it fills in the pending call and forgets.

    vcrpy's own would match requests linearly, write one file at exit and lose it on a crash.
    """

    def can_play_response_for(self, request: Any) -> bool:
        """Say no, and note the moment: vcrpy asks right before it sends."""
        del request
        pending = PENDING.get()
        if pending is not None:
            pending.sent_at = pending.clock.monotonic()
        return False

    def append(self, request: Any, response: Any) -> None:
        """Take an exchange whose whole body has just arrived; others than 200 are no answers."""
        pending = PENDING.get()
        if pending is not None and response["status"]["code"] == 200:
            pending.take(_exchange(request, response, pending))

    def play_response(self, request: Any) -> None:
        """Refuse: playing is `ReplayClient`'s business."""
        raise NotImplementedError(f"this cassette only records, asked for {request}")

    def _load(self) -> None:
        self.rewound = True

    def _save(self, force: bool = False) -> None:
        del force


def _exchange(request: Any, response: Any, pending: Pending) -> Exchange:
    return Exchange(
        path=request.path,
        host=request.parsed_uri.netloc,
        sent=request.body or b"",
        status=response["status"]["code"],
        headers=tuple((name, value) for name, values in response["headers"].items() for value in values),
        received=decode_response(response)["body"]["string"],
        latency_ms=(pending.clock.monotonic() - pending.sent_at) * 1000,
        credentials=tuple(
            str(request.headers[name]).removeprefix("Bearer ")
            for name in _KEY_HEADERS
            if name in request.headers
        ),
    )
