"""The replayed demo, as a user runs it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.process import measure
from benchmarks.table import Row

EXPERIMENT = Path("prompts/experiment.toml")


def measure_replay() -> list[Row]:
    """Measure `--help`, `plan` and the whole replayed analysis."""
    program = str(Path(__file__).parents[1] / ".venv" / "bin" / "evalharness")
    with tempfile.TemporaryDirectory() as out:
        return [
            measure("evalharness --help", [program, "--help"]),
            measure("plan, 100 cases × 4 arms and controls", [program, "plan", str(EXPERIMENT)]),
            measure("analyze, replayed demo", [program, "analyze", str(EXPERIMENT), "--out", out, "-q"]),
        ]
