"""The guarantees of `core.ports.Compressor` in one place: a method only says what it would rather keep."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from evalharness.core.case import Context
from evalharness.core.sena import Budget, Compressed, Protected, SenaRules, resolve_budget
from evalharness.gateway.sena.sentences import quotations
from evalharness.gateway.sena.units import Unit, join_units, split_units

_FIGURE = re.compile(r"\d")


class Choose(Protocol):
    """A method: chooses among units those that are worth their tokens."""

    def __call__(self, units: Sequence[Unit], *, settled: frozenset[int], room: int) -> Collection[int]:
        """Return indices of units to keep.

        Args:
            units: All units, in reading order.
            settled: Units that are kept anyway; they cost no room.
            room: Tokens that the chosen units may have together.
        """


def compress_units(context: Context, *, budget: Budget, rules: SenaRules, choose: Choose) -> Compressed:
    """Cut a context down to a budget by a method, with the guarantees of every compressor.

    Raises:
        BadInput: If a share is not in (0, 1].
    """
    units = split_units(context)
    total = sum(unit.tokens for unit in units)
    limit = resolve_budget(budget, total)
    if total <= limit or total < rules.min_tokens:
        return replace(join_units(context, range(len(units)), units), budget_tokens=limit)
    settled = frozenset(index for index, unit in enumerate(units) if _is_protected(unit, rules))
    settled_tokens = sum(units[index].tokens for index in settled)
    room = max(0, limit - settled_tokens)
    # A budget of nothing is served without asking: a method need not think of it.
    chosen = choose(units, settled=settled, room=room) if room else ()
    kept = settled | frozenset(chosen)
    return replace(
        join_units(context, kept, units),
        budget_tokens=limit,
        overrun_tokens=max(0, settled_tokens - limit),
    )


def fill(order: Sequence[int], units: Sequence[Unit], room: int) -> list[int]:
    """Return the units of an order that fit, one after another; what is too long is passed over."""
    kept = []
    for index in order:
        if units[index].tokens <= room:
            kept.append(index)
            room -= units[index].tokens
    return kept


def _is_protected(unit: Unit, rules: SenaRules) -> bool:
    if any(_HOLDS[kind](unit) for kind in rules.protect):
        return True
    # Composed on both sides: decomposed Korean (as macOS file names have it) is the same text.
    text = unicodedata.normalize("NFC", unit.text) if rules.patterns else ""
    return any(_compiled(pattern).search(text) for pattern in rules.patterns)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(unicodedata.normalize("NFC", pattern))


_HOLDS: Mapping[Protected, Callable[[Unit], bool]] = {
    Protected.CODE: lambda unit: unit.is_code,
    Protected.NUMBER: lambda unit: bool(_FIGURE.search(unit.text)),
    Protected.QUOTE: lambda unit: bool(quotations(unit.text)),
}
