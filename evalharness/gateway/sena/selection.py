"""Which units are worth their tokens: value for cost, less what the kept ones already say."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from evalharness.gateway.sena.features import Seen
from evalharness.gateway.sena.units import Unit

COST_EXPONENT = 0.45
"""0 would take units by value alone, 1 by value for each token, which prefers many short remarks."""
REDUNDANCY_WEIGHT = 0.4
"""Share of a unit's value that is lost when the kept ones say all of it."""


class Redundancy(Protocol):
    """Knows how much of each unit has been said."""

    def keep(self, index: int) -> Iterable[tuple[int, float]]:
        """Note that a unit is kept; return the units of which more is said now, with that share (0 to 1)."""


def select(
    units: Sequence[Unit],
    values: Sequence[float],
    redundancy: Redundancy,
    *,
    settled: frozenset[int],
    room: int,
) -> list[int]:
    """Take units one after another, the best first, until none fits.

    Args:
        units: All units, in reading order.
        values: What each is worth, above 0.
        redundancy: What is said already.
        settled: Units that are kept anyway: what they say counts as said.
        room: Tokens to spend.

    Returns:
        The indices taken; on a tie the earlier unit wins.
    """
    said = [0.0] * len(units)

    def worth(index: int) -> float:
        return (
            values[index]
            / math.pow(units[index].tokens, COST_EXPONENT)
            * (1 - REDUNDANCY_WEIGHT * said[index])
        )

    def keep(index: int) -> None:
        for other, share in redundancy.keep(index):
            said[other] = max(said[other], share)

    for index in sorted(settled):
        keep(index)
    # What is kept only lowers the worth of the rest: so an entry is at most out of date, never too low.
    heap = [(-worth(index), index) for index in range(len(units)) if index not in settled]
    heapq.heapify(heap)
    taken: list[int] = []
    while heap:
        claimed, index = heapq.heappop(heap)
        if units[index].tokens > room:
            continue
        if -worth(index) > claimed:
            heapq.heappush(heap, (-worth(index), index))
            continue
        taken.append(index)
        room -= units[index].tokens
        keep(index)
    return taken


class WordRedundancy:
    """What is said is the words that stand in a kept unit, rare ones counting more."""

    def __init__(self, seen: Seen) -> None:
        """Index the units by their stems."""
        self._stems = seen.stems
        self._rarity = seen.rarity
        self._whole = [sum(map(seen.rarity.__getitem__, sorted(stems))) for stems in seen.stems]
        self._said = [0.0] * len(seen.stems)
        self._waiting: dict[str, list[int]] = {}
        for index, stems in enumerate(seen.stems):
            for stem in stems:
                self._waiting.setdefault(stem, []).append(index)

    def keep(self, index: int) -> list[tuple[int, float]]:
        """Count the unit's words as said."""
        changed: set[int] = set()
        for stem in sorted(self._stems[index]):
            for other in self._waiting.pop(stem, ()):
                self._said[other] += self._rarity[stem]
                changed.add(other)
        return [(other, self._said[other] / self._whole[other]) for other in sorted(changed)]
