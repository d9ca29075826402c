"""Sena's compressors over the shipped cases, nothing cached but what a process loads once."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from benchmarks.table import Row

CASES = Path("prompts/mentoring")
UNIT_TOKENS = 100_000
RUNS = 5


def measure_sena() -> list[Row]:
    """Measure each method's seconds for 100,000 context tokens: one second is 10 ms for each 1,000 tokens."""
    return [*(_measure(method) for method in ("truncate", "random", "extractive", "hybrid")), _measure_long()]


def _measure(method: str) -> Row:
    from evalharness.core.ports import Compressor
    from evalharness.experiment.dataset_file import load_dataset
    from evalharness.gateway.sena import COMPRESSORS, HybridCompressor
    from evalharness.gateway.sena.embedding import UniversalSentenceEncoder

    hybrid = method == "hybrid"
    # Without the memory that a process has of texts it has seen.
    compressor: Compressor = (
        HybridCompressor(embedder=UniversalSentenceEncoder()) if hybrid else COMPRESSORS[method]()
    )
    cases = load_dataset(CASES).cases[:: 10 if hybrid else 1]
    wall, cpu = [], []
    for run in range(RUNS + 1):
        started, busy, tokens = time.perf_counter(), time.process_time(), 0
        for case in cases:
            done = compressor.compress(case.context, message=case.message, budget=0.68)
            tokens += done.original_tokens
        if run:  # the first one loads and warms up
            wall.append((time.perf_counter() - started) * UNIT_TOKENS / tokens)
            cpu.append((time.process_time() - busy) * UNIT_TOKENS / tokens)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Row(
        name=f"sena {method}, {UNIT_TOKENS:,} tokens", wall_s=tuple(wall), cpu_s=tuple(cpu), peak_mib=peak
    )


def _measure_long() -> Row:
    from evalharness.core.case import Context
    from evalharness.experiment.dataset_file import load_dataset
    from evalharness.gateway.sena import COMPRESSORS

    turns = tuple(turn for case in load_dataset(CASES).cases for turn in case.context.turns)
    compressor = COMPRESSORS["extractive"]()
    wall, cpu, tokens = [], [], 0
    for _ in range(RUNS):
        started, busy = time.perf_counter(), time.process_time()
        done = compressor.compress(Context(turns=turns), message="What now?", budget=0.68)
        wall.append(time.perf_counter() - started)
        cpu.append(time.process_time() - busy)
        tokens = done.original_tokens
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"sena extractive, one history of {tokens:,}"
    return Row(name=name, wall_s=tuple(wall), cpu_s=tuple(cpu), peak_mib=peak)
