"""A hundred thousand journaled calls through score and decide, each as a whole process."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.process import PROGRAM, once
from benchmarks.projects import copy_project, run_made_up
from benchmarks.table import Row
from evalharness.app.project import Project

COPIES, REPEATS, CALLS = 25, 10, 100_000
"""2,500 cases in four arms, ten times each."""


def measure_journal() -> list[Row]:
    """Measure `score` and `decide` over 100,000 calls."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        file = copy_project(Path(folder) / "project", copies=COPIES, main_arms_only=True, repeats=REPEATS)
        project = Project(file, cache=out)
        run = run_made_up(project, out / "made-up")
        size = (run.path / "calls.jsonl").stat().st_size / 2**20
        note = f"{len(project.plan.jobs):,} calls, {size:.0f} MiB"
        name = f"{{}}, {CALLS:,} journal rows"
        score = once(name.format("score"), [PROGRAM, "score", str(run.path), "-q"])
        decide = once(name.format("decide"), [PROGRAM, "decide", str(run.path), "-q"])
    return [_noted(score, note), _noted(decide, note)]


def _noted(row: Row, note: str) -> Row:
    return Row(name=row.name, wall_s=row.wall_s, cpu_s=row.cpu_s, peak_mib=row.peak_mib, note=note)
