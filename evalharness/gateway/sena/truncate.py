"""Truncation: the control that every chat service has, as old turns fall out of the window."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evalharness.core.case import Context
from evalharness.core.sena import Budget, Compressed, SenaRules
from evalharness.gateway.sena.frame import compress_units
from evalharness.gateway.sena.units import Unit


class TruncateCompressor:
    """Keeps the most recent units, without a hole, up to the budget.

    Reading order is profile, notes, turns: so the profile goes first. Blind to what is said.
    """

    name = "truncate"
    version = "1"

    def __init__(self, rules: SenaRules | None = None) -> None:
        """Take the rules that hold for every method."""
        self._rules = rules or SenaRules()

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return the end of the context; guarantees as in `core.ports.Compressor`."""
        del message
        return compress_units(context, budget=budget, rules=self._rules, choose=_most_recent)


def _most_recent(units: Sequence[Unit], *, settled: frozenset[int], room: int) -> Collection[int]:
    kept = []
    for index in reversed(range(len(units))):
        if index in settled:
            continue
        room -= units[index].tokens
        if room < 0:
            break
        kept.append(index)
    return kept
