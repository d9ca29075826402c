"""Measure whole processes with the operating system's own accounting."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.table import Row


def measure(name: str, command: Sequence[str], *, runs: int = 5) -> Row:
    """Run a command once to warm up, then several times.

    Raises:
        SystemExit: If the command fails: a failed run has no meaningful time.
    """
    wall, cpu, peak = [], [], 0.0
    for index in range(runs + 1):
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            error = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
        if process.returncode:
            sys.exit(f"{name}: exit {process.returncode}: {error.strip()}")
        if index:
            wall.append(time.perf_counter() - started)
            cpu.append(usage.ru_utime + usage.ru_stime)
            peak = max(peak, usage.ru_maxrss / 1024)
    return Row(name=name, wall_s=tuple(wall), cpu_s=tuple(cpu), peak_mib=peak)
