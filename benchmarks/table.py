"""Rows of a benchmark, printed so that medians can be compared."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing measured several times."""

    name: str
    wall_s: tuple[float, ...]
    cpu_s: tuple[float, ...]
    peak_mib: float
    note: str = ""
    """What the figures mean, such as the physical limit."""


def print_head() -> None:
    """Print what the columns are."""
    print(f"{'what':<46}{'wall s':>22}{'cpu s':>22}{'peak MiB':>10}", flush=True)


def print_row(row: Row) -> None:
    """Print median (minimum to maximum) wall and CPU seconds and the largest peak memory, at once."""
    note = f"   {row.note}" if row.note else ""
    line = f"{row.name:<46}{_spread(row.wall_s):>22}{_spread(row.cpu_s):>22}{row.peak_mib:>10.0f}{note}"
    print(line, flush=True)


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"
