"""The replayed demo, as a user runs it, with caches and without; ten times its cases; and reading alone."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from benchmarks.process import PROGRAM, measure, once
from benchmarks.projects import copy_project
from benchmarks.table import Row
from evalharness.app.project import Project
from evalharness.app.system import SystemClock
from evalharness.core.experiment import Limits
from evalharness.core.job import Job
from evalharness.emulator import EmulatorSettings, running
from evalharness.gateway.cassette.replay import ReplayClient
from evalharness.run import Engine
from evalharness.store.journal import FileJournal

EXPERIMENT = Path("prompts/experiment.toml")
COPIES = 10
COLD_RUNS = 3
READS = 5


def measure_replay() -> list[Row]:
    """Measure `--help`, `plan`, and the whole replayed analysis: run, score, decide, report."""
    program = PROGRAM
    return [
        measure("evalharness --help", [program, "--help"]),
        measure("plan, the shipped experiment", [program, "plan", str(EXPERIMENT)]),
        *_analyze(EXPERIMENT, "analyze, replayed demo", runs=5),
        *_ten_times(),
        *_reading(),
    ]


def _analyze(file: Path, name: str, *, runs: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as out:
        command = [PROGRAM, "analyze", str(file), "--out", out, "-q"]
        colds = []
        for _ in range(min(runs, COLD_RUNS)):
            shutil.rmtree(out)
            colds.append(once(name, command))
        warm = measure(name, command, runs=runs)
    cold = Row(
        name=f"{name}, cold caches",
        wall_s=tuple(row.wall_s[0] for row in colds),
        cpu_s=tuple(row.cpu_s[0] for row in colds),
        peak_mib=max(row.peak_mib for row in colds),
    )
    return [replace(warm, name=f"{name}, warm caches"), cold]


def _ten_times() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = copy_project(Path(folder) / "project", copies=COPIES, judged=True)
        with running(EmulatorSettings(latency_scale=0.0)) as url:
            record = [PROGRAM, "analyze", str(file), "--mode", "record", "--out", f"{folder}/made", "-q"]
            subprocess.run(
                record, check=True, capture_output=True, env=os.environ | {"GOOGLE_GEMINI_BASE_URL": url}
            )
        made = sum(1 for _ in Project(file).cassettes.glob("*.json"))
        warm, cold = _analyze(file, f"analyze, {COPIES} × the cases", runs=2)
        return [replace(warm, note=f"{made:,} interactions"), cold]


def _reading() -> list[Row]:
    """Measure reading verified recordings, alone and through the engine into the journal, on one core."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(EXPERIMENT, cache=Path(folder))
        jobs, client = project.plan.jobs, ReplayClient(project.cassettes)

        async def read() -> None:
            for job in jobs:
                await client.complete(job.request, draw=job.draw)

        return [
            _rate("reading recordings, verified", lambda: asyncio.run(read()), len(jobs)),
            _rate(
                "the same through engine and journal", lambda: _replay(client, jobs, Path(folder)), len(jobs)
            ),
        ]


def _replay(client: ReplayClient, jobs: tuple[Job, ...], folder: Path) -> None:
    with FileJournal(folder / "calls.jsonl", fresh=True, durable=False) as journal:
        engine = Engine(
            client=client, journal=journal, limits=Limits(concurrency=1, max_attempts=1),
            clock=SystemClock(), price=lambda _model, _usage: Decimal(0),
        )  # fmt: skip
        asyncio.run(engine.execute(jobs))


def _rate(name: str, action: Callable[[], object], count: int) -> Row:
    action()
    wall, cpu = [], []
    for _ in range(READS):
        started, used = time.perf_counter(), time.process_time()
        action()
        wall.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"{count / statistics.median(cpu):,.0f} interactions a CPU second"
    return Row(name=name, wall_s=tuple(wall), cpu_s=tuple(cpu), peak_mib=peak, note=note)
