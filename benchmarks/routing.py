"""Routing one message, after loading: the 100 cases, several rounds."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.table import Row

PROMPTS = Path("prompts")
ROUNDS = 5


def measure_routing() -> list[Row]:
    """Measure seconds a message, averaged over the cases of a round, for every installed router."""
    from evalharness.app.router.files import find_router_files
    from evalharness.core.errors import BadInput
    from evalharness.gateway.router import ROUTERS

    messages = [case.message for case in find_router_files(PROMPTS).cases()]
    rows = []
    for name, make in ROUTERS.items():
        try:
            router = make()
        except BadInput as error:
            print(f"{name} left out: {error.message}")
            continue
        router.choose(messages[0])
        rows.append(_rounds(f"route a message, {name} (ms)", router.choose, messages))
    return rows


def _rounds(name: str, choose: Callable[[str], object], messages: Sequence[str]) -> Row:
    wall, cpu = [], []
    for _ in range(ROUNDS):
        started, used = time.perf_counter(), time.process_time()
        for message in messages:
            choose(message)
        # A thousand times the seconds, since the table has two decimals.
        wall.append(1000 * (time.perf_counter() - started) / len(messages))
        cpu.append(1000 * (time.process_time() - used) / len(messages))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Row(name=name, wall_s=tuple(wall), cpu_s=tuple(cpu), peak_mib=peak)
