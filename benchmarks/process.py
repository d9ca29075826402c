"""Measure whole processes with the operating system's own accounting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.table import Row

PROGRAM = str(Path(__file__).parents[1] / ".venv" / "bin" / "evalharness")
"""The installed wheel, bytecode compiled."""
_WATCHED = Path(__file__).with_name("watched.py")


def measure(name: str, command: Sequence[str], *, runs: int = 5, note: str = "") -> Row:
    """Run a command once to warm up, then several times.

    Raises:
        SystemExit: If the command fails: a failed run has no meaningful time.
    """
    rows = [once(name, command) for _ in range(runs + 1)][1:]
    return Row(
        name=name,
        wall_s=tuple(row.wall_s[0] for row in rows),
        cpu_s=tuple(row.cpu_s[0] for row in rows),
        peak_mib=max(row.peak_mib for row in rows),
        note=note,
    )


def once(name: str, command: Sequence[str], *, environ: Mapping[str, str] | None = None) -> Row:
    """Run a command.

    Raises:
        SystemExit: If it fails.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(_WATCHED), *command],
        capture_output=True, text=True, encoding="utf-8", env=os.environ | (environ or {}), check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{name}: exit {done.returncode}: {done.stderr.strip()}")
    facts = json.loads(done.stdout)
    return Row(name=name, wall_s=(facts["wall_s"],), cpu_s=(facts["cpu_s"],), peak_mib=facts["peak_mib"])
