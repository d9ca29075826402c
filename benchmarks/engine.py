"""Live calls as a whole process: `evalharness run` beside the bare SDK making the same calls, and the limit.

The server answers every call with the same body after the same time. Both programs run in turn, against the
same server; what stands in brackets in the notes is run divided by bare SDK.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.process import PROGRAM, once
from benchmarks.projects import ROOT, copy_project, write_requests
from benchmarks.table import Row
from evalharness.app.project import Project

CONCURRENCY = 20
SIZES = ((1, 400, 3), (10, 4000, 1))
"""Repeats of the four main arms over 100 cases, calls that makes, and how often both programs run."""
LATENCIES_MS = (200, 0)


def measure_engine() -> list[Row]:
    """Measure 400 and 4,000 calls at 200 ms and at none, 20 at once."""
    rows: list[Row] = []
    for repeats, calls, runs in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            file = copy_project(
                Path(folder) / "project", main_arms_only=True, repeats=repeats, concurrency=CONCURRENCY
            )
            requests = Path(folder) / "requests.jsonl"
            made = write_requests(Project(file), requests)
            if made != calls:
                sys.exit(f"the shipped experiment makes {made} calls here, not {calls}")
            for latency_ms in LATENCIES_MS:
                rows += _beside(file, requests, calls=calls, latency_ms=latency_ms, runs=runs)
    return rows


def _beside(file: Path, requests: Path, *, calls: int, latency_ms: int, runs: int) -> list[Row]:
    bare = [sys.executable, str(ROOT / "benchmarks" / "bare_sdk.py"), str(requests)]
    bares, warms = [], []
    with _server(latency_ms) as url, tempfile.TemporaryDirectory() as out:
        cold = _run(file, Path(out), url)
        for _ in range(runs):
            bares.append(once("bare SDK", [*bare, url, str(CONCURRENCY)]))
            warms.append(_run(file, Path(out), url))
    what = f"{calls:,} calls of {latency_ms} ms, "
    limit = f"limit {calls / CONCURRENCY * latency_ms / 1000:.2f} s; "
    first, second = _joined(f"{what}bare SDK", bares), _joined(f"{what}run", warms)
    return [
        replace(first, note=limit + _each(first, calls)),
        replace(second, note=f"{_each(second, calls)} [{_ratios(warms, bares)}]"),
        replace(cold, name=f"{what}run, cold caches", note=_each(cold, calls)),
    ]


def _run(file: Path, out: Path, url: str) -> Row:
    """Make every call anew, with whatever caches the folder holds."""
    for path in out.glob("*/calls.jsonl"):
        path.unlink()
    command = [PROGRAM, "run", str(file), "--mode", "live", "--out", str(out), "-q"]
    return once("run", command, environ={"GOOGLE_GEMINI_BASE_URL": url})


@contextmanager
def _server(latency_ms: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.canned_server", str(latency_ms)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - both are pipes
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def _joined(name: str, rows: list[Row]) -> Row:
    return Row(
        name=name,
        wall_s=tuple(row.wall_s[0] for row in rows),
        cpu_s=tuple(row.cpu_s[0] for row in rows),
        peak_mib=max(row.peak_mib for row in rows),
    )


def _each(row: Row, calls: int) -> str:
    wall, cpu = (1000 * statistics.median(values) / calls for values in (row.wall_s, row.cpu_s))
    return f"{wall:.1f} ms wall, {cpu:.1f} ms CPU a call"


def _ratios(ours: list[Row], bares: list[Row]) -> str:
    pairs = list(zip(ours, bares, strict=True))
    wall = statistics.median(a.wall_s[0] / b.wall_s[0] for a, b in pairs)
    cpu = statistics.median(a.cpu_s[0] / b.cpu_s[0] for a, b in pairs)
    return f"wall {wall:.2f}, CPU {cpu:.2f}"
