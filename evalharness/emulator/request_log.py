"""The emulator's own record of what it was asked: proof of how often an answer was bought."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One model call at the moment it came in."""

    sequence: int
    """From 1, over all model calls of this server."""
    attempt: int
    """From 1, over the calls with this model, method and body."""
    of_model: int
    """From 1, over the calls with this model."""
    model: str
    method: str
    sha256: str
    """Of the raw body."""
    monotonic_s: float
    wall: str
    """UTC, ISO 8601."""


class RequestLog:
    """Numbers calls and appends a line per call, if a file was asked for."""

    def __init__(self, path: Path | None) -> None:
        """Make the file and its folder: a server that cannot keep its log must not start.

        Raises:
            OSError: If it cannot be written.
        """
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("ab").close()
        self._path = path
        self._sequence = 0
        self._attempts: Counter[tuple[str, str, str]] = Counter()
        self._models: Counter[str] = Counter()

    def arrive(self, model: str, method: str, raw: bytes) -> Arrival:
        """Number a call."""
        sha256 = hashlib.sha256(raw).hexdigest()
        self._sequence += 1
        self._attempts[model, method, sha256] += 1
        self._models[model] += 1
        return Arrival(
            sequence=self._sequence,
            attempt=self._attempts[model, method, sha256],
            of_model=self._models[model],
            model=model,
            method=method,
            sha256=sha256,
            monotonic_s=time.monotonic(),
            wall=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )

    def finish(
        self, arrival: Arrival, status: int, service_ms: int = 0, *, fault: str = "", response_id: str = ""
    ) -> None:
        """Append the line of a call; it is on its way to disk before the client has its answer.

        Args:
            arrival: What `arrive` returned.
            status: The HTTP status sent.
            service_ms: The simulated time, 0 for an error.
            fault: What keeps the answer from arriving whole; empty if nothing does.
            response_id: Of the answer; empty for an error.
        """
        if self._path is None:
            return
        line = {
            "sequence": arrival.sequence,
            "attempt": arrival.attempt,
            "model": arrival.model,
            "method": arrival.method,
            "sha256": arrival.sha256,
            "status": status,
            "fault": fault,
            "response_id": response_id,
            "service_ms": service_ms,
            "elapsed_ms": round((time.monotonic() - arrival.monotonic_s) * 1000, 3),
            "monotonic_s": round(arrival.monotonic_s, 6),
            "wall": arrival.wall,
        }
        # Opened per line: a killed server leaves whole lines, and the file may be moved away between calls.
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(line) + "\n")
