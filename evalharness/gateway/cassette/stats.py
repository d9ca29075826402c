"""What a cassette folder holds, counted. Pure but for reading."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING

from evalharness.core.errors import CassetteDamaged
from evalharness.core.provenance import derive_origin
from evalharness.gateway.cassette.checks import asked_model
from evalharness.gateway.cassette.files import read, recordings
from evalharness.gateway.cassette.show import read_completion

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStats:
    """The recordings of one requested model."""

    model: str
    recordings: int
    input_tokens: int
    output_tokens: int
    """Thinking included."""
    latency_p50_ms: float
    latency_p95_ms: float
    """Of the recording client, as recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStats:
    """A cassette folder, counted."""

    recordings: int
    damaged: int
    size_bytes: int
    first: str
    last: str
    """Earliest and latest recorded_at; empty if nothing could be read."""
    origins: tuple[tuple[str, int], ...]
    clients: tuple[tuple[str, int], ...]
    draws: tuple[tuple[int, int], ...]
    """Pairs (draw, recordings of it)."""
    redacted: int
    """Recordings made under redaction."""
    models: tuple[ModelStats, ...]


def folder_stats(folder: Path) -> FolderStats:
    """Count a folder; what is damaged is only counted as that."""
    origins: Counter[str] = Counter()
    clients: Counter[str] = Counter()
    draws: Counter[int] = Counter()
    rows: dict[str, list[tuple[float, int, int]]] = defaultdict(list)
    times: list[str] = []
    damaged = size = redacted = 0
    for file in recordings(folder):
        try:
            size += file.stat().st_size
            item = read(file)
        except (CassetteDamaged, OSError):
            damaged += 1
            continue
        completion, _ = read_completion(item)
        usage = None if completion is None else completion.usage
        tokens = (0, 0) if usage is None else (usage.input_tokens, usage.output_tokens)
        rows[asked_model(item)].append((item.latency_ms, *tokens))
        origins[derive_origin(item.host, item.headers, item.response_body).value] += 1
        clients[item.client] += 1
        draws[item.draw] += 1
        times.append(item.recorded_at)
        redacted += item.redacted is not None
    return FolderStats(
        recordings=len(times),
        damaged=damaged,
        size_bytes=size,
        first=min(times, default=""),
        last=max(times, default=""),
        origins=tuple(sorted(origins.items())),
        clients=tuple(sorted(clients.items())),
        draws=tuple(sorted(draws.items())),
        redacted=redacted,
        models=tuple(_model_stats(model, found) for model, found in sorted(rows.items())),
    )


def _model_stats(model: str, rows: list[tuple[float, int, int]]) -> ModelStats:
    latencies = [latency for latency, _, _ in rows]
    # Quantiles need two values; one is all of its own.
    cuts = quantiles(latencies * 2 if len(latencies) == 1 else latencies, n=20, method="inclusive")
    return ModelStats(
        model=model,
        recordings=len(rows),
        input_tokens=sum(row[1] for row in rows),
        output_tokens=sum(row[2] for row in rows),
        latency_p50_ms=round(cuts[9], 1),
        latency_p95_ms=round(cuts[18], 1),
    )
