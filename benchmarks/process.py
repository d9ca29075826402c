"""Measure whole processes with the operating system's own accounting."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.table import Row

PROGRAM = str(Path(__file__).parents[1] / ".venv" / "bin" / "evalharness")
"""The installed wheel, bytecode compiled."""


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
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | (environ or {})
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        error = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
    if process.returncode:
        sys.exit(f"{name}: exit {process.returncode}: {error.strip()}")
    return Row(
        name=name,
        wall_s=(wall,),
        cpu_s=(usage.ru_utime + usage.ru_stime,),
        peak_mib=usage.ru_maxrss / 1024,
    )
