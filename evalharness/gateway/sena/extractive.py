"""Extractive Sena: keep the sentences that matter, drop the rest; no model, no cost, the same every time."""

from __future__ import annotations

from collections.abc import Sequence

from evalharness.core.case import Context
from evalharness.core.sena import Compressed
from evalharness.gateway.sena.salience import salience
from evalharness.gateway.sena.terms import bm25, terms
from evalharness.gateway.sena.units import Unit, join_units, split_units

_RELEVANCE_WEIGHT = 1.0
_RECENCY_WEIGHT = 0.3
_REDUNDANCY_WEIGHT = 1.5
_CODE_BONUS = 1.0


class ExtractiveCompressor:
    """BM25 to the message, salience of numbers, names, limits and corrections, minus redundancy.

    Guarantees: the message is not touched; sentences, lines and code blocks stay whole and in order; the
    kept units fit the budget; the same input gives the same output.
    """

    name = "extractive"
    version = "1"

    def compress(self, context: Context, *, message: str, budget: float) -> Compressed:
        """Return the context with at most `budget` of its approximate tokens."""
        units = split_units(context)
        words = [terms(unit.text) for unit in units]
        limit = budget * sum(unit.tokens for unit in units)
        kept = _select(units, words, _values(units, words, terms(message)), limit)
        return join_units(context, kept, units)


def _values(units: Sequence[Unit], words: Sequence[Sequence[str]], query: Sequence[str]) -> list[float]:
    relevance = bm25(query, words)
    top = max(relevance, default=0.0) or 1.0
    return [
        salience(unit.text)
        + _RELEVANCE_WEIGHT * near / top
        + _RECENCY_WEIGHT * position / max(1, len(units) - 1)
        + (_CODE_BONUS if unit.is_code else 0.0)
        for position, (unit, near) in enumerate(zip(units, relevance, strict=True))
    ]


def _select(
    units: Sequence[Unit], words: Sequence[Sequence[str]], values: Sequence[float], limit: float
) -> frozenset[int]:
    """Take units by value, less what is already said, until none fits."""
    bags = [frozenset(word) for word in words]
    overlap = [0.0] * len(units)
    open_units = set(range(len(units)))
    kept: set[int] = set()
    room = limit
    while open_units:
        best = max(open_units, key=lambda i: (values[i] - _REDUNDANCY_WEIGHT * overlap[i], -i))
        open_units.remove(best)
        if units[best].tokens > room:
            continue
        kept.add(best)
        room -= units[best].tokens
        for other in open_units:
            overlap[other] = max(overlap[other], _jaccard(bags[best], bags[other]))
    return frozenset(kept)


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right) if left and right else 0.0
