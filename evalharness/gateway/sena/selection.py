"""Which units are worth their tokens: value for cost, less what the kept ones already say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evalharness.gateway.sena.features import Seen
from evalharness.gateway.sena.units import Unit

COST_EXPONENT = 0.45
"""0 would take units by value alone, 1 by value for each token, which prefers many short remarks."""
REDUNDANCY_WEIGHT = 0.6
"""Share of a unit's value that is lost when a kept unit says all of it."""

Overlap = Callable[[int, int], float]
"""Given a unit and a kept one: how much of the first the second says too, 0 to 1."""


def select(
    units: Sequence[Unit],
    values: Sequence[float],
    overlap: Overlap,
    *,
    settled: frozenset[int],
    room: int,
) -> list[int]:
    """Take units one after another, the best first, until none fits.

    Args:
        units: All units, in reading order.
        values: What each is worth, above 0.
        overlap: How much of a unit another one says too.
        settled: Units that are kept anyway: what they say counts as said.
        room: Tokens to spend.

    Returns:
        The indices taken; on a tie the earlier unit wins.
    """
    gain = [value / unit.tokens**COST_EXPONENT for value, unit in zip(values, units, strict=True)]
    waiting = [index for index in range(len(units)) if index not in settled]
    said = {index: max((overlap(index, other) for other in settled), default=0.0) for index in waiting}
    taken: list[int] = []
    while waiting := [index for index in waiting if units[index].tokens <= room]:
        best = max(waiting, key=lambda index: (gain[index] * (1 - REDUNDANCY_WEIGHT * said[index]), -index))
        taken.append(best)
        waiting.remove(best)
        room -= units[best].tokens
        for index in waiting:
            said[index] = max(said[index], overlap(index, best))
    return taken


def word_overlap(seen: Seen) -> Overlap:
    """Return how much of a unit's wording another unit has, rare words counting more."""
    rarity = seen.rarity
    whole = [sum(map(rarity.__getitem__, sorted(stems))) or 1.0 for stems in seen.stems]

    def overlap(index: int, other: int) -> float:
        common = seen.stems[index] & seen.stems[other]
        return sum(map(rarity.__getitem__, sorted(common))) / whole[index] if common else 0.0

    return overlap
