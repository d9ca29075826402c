"""The vcrpy side of recording. Loads vcrpy."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import vcr
from vcr.cassette import Cassette
from vcr.filters import decode_response
from vcr.patch import PATCHER_NAMES

from evalharness.core.errors import IntegrityError
from evalharness.core.wire.canonical import canonical_path
from evalharness.gateway.cassette.interaction import Interaction
from evalharness.gateway.cassette.pending import PENDING, Pending
from evalharness.gateway.clients.headers import allowed_headers
from evalharness.gateway.clients.json_text import parse_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATCHED = frozenset({"httpx2"})
_KEY_HEADER = "x-goog-api-key"
_SHORTEST_KEY = 16


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
            pending.interaction = _interaction(request, response, pending)

    def play_response(self, request: Any) -> None:
        """Refuse: playing is `ReplayClient`'s business."""
        raise NotImplementedError(f"this cassette only records, asked for {request}")

    def _load(self) -> None:
        self.rewound = True

    def _save(self, force: bool = False) -> None:
        del force


def _interaction(request: Any, response: Any, pending: Pending) -> Interaction | None:
    latency_ms = (pending.clock.monotonic() - pending.sent_at) * 1000
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
        recorded_at=f"{pending.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        client=pending.client,
    )
    _refuse_key(str(request.headers.get(_KEY_HEADER) or ""), interaction)
    return interaction


def _refuse_key(key: str, interaction: Interaction) -> None:
    """Stop if the key that was sent stands in what would be written, in a prompt or an answer."""
    written = f"{interaction.request_body}{interaction.response_body}{interaction.headers}"
    # A short one is the emulator's placeholder, which is an ordinary word.
    if len(key) >= _SHORTEST_KEY and key in written:
        raise IntegrityError("not recorded: the API key stands in the prompt or the answer; take it out")
