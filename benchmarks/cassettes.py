"""Recordings read and verified, as replay does it, and the whole verification of the shipped folder."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.table import Row

EXPERIMENT = Path("prompts/experiment.toml")
UNIT = 2000
RUNS = 5
ON = dt.date(2026, 11, 29)


def measure_cassettes() -> list[Row]:
    """Measure reading (for 2,000 interactions: one second is 2,000 a second) and `cassettes verify`."""
    from evalharness.app.recordings.cassettes import open_target, verify
    from evalharness.gateway.cassette.files import read, recordings

    target = open_target(EXPERIMENT)
    files = recordings(target.folder)

    def read_all() -> None:
        for file in files:
            read(file)

    def verify_all() -> None:
        assert not verify(target, on=ON, sealed=False, environ={}).errors  # noqa: S101 - else nothing was measured

    return [
        _measure(f"read and verify {UNIT:,} recordings", read_all, UNIT / len(files)),
        _measure(f"every check on {len(files)} recordings", verify_all, 1),
    ]


def _measure(name: str, action: Callable[[], None], scale: float) -> Row:
    action()  # warms the disk's cache
    wall, cpu = [], []
    for _ in range(RUNS):
        started, used = time.perf_counter(), time.process_time()
        action()
        wall.append(scale * (time.perf_counter() - started))
        cpu.append(scale * (time.process_time() - used))
    return Row(name=name, wall_s=tuple(wall), cpu_s=tuple(cpu), peak_mib=_peak_mib())


def _peak_mib() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
