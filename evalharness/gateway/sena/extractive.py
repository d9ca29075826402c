"""Extractive Sena: keep the sentences that matter, drop the rest; no model, no cost, the same every time."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from evalharness.core.case import Context
from evalharness.core.sena import Budget, Compressed, SenaRules
from evalharness.gateway.sena.features import look_at
from evalharness.gateway.sena.frame import compress_units
from evalharness.gateway.sena.selection import WordRedundancy, select
from evalharness.gateway.sena.units import Unit
from evalharness.gateway.sena.weights import WEIGHTS


class ExtractiveCompressor:
    """Weighs what a sentence shows: figures, names, limits, wishes, length, place, BM25 to the message.

    Redundant sentences lose value, long ones must be worth their tokens. The weights come from the
    shipped cases (see `weights`).
    """

    name = "extractive"
    version = "3"

    def __init__(self, rules: SenaRules | None = None, weights: Mapping[str, float] = WEIGHTS) -> None:
        """Take the rules that hold for every method, and weights of features by name."""
        self._rules = rules or SenaRules()
        self._weights = weights

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return the context's most telling part; guarantees as in `core.ports.Compressor`."""

        def choose(units: Sequence[Unit], *, settled: frozenset[int], room: int) -> Collection[int]:
            seen = look_at(units, message)
            values = [value_of(features, self._weights) for features in seen.features]
            return select(units, values, WordRedundancy(seen), settled=settled, room=room)

        return compress_units(context, budget=budget, rules=self._rules, choose=choose)


def value_of(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return what a unit is worth: the odds, up to a constant, that somebody will need it."""
    return math.exp(sum(weight * features[name] for name, weight in weights.items()))
