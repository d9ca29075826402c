"""Random deletion: the control that tells what any compression keeps by luck and by repetition."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from evalharness.core.case import Context
from evalharness.core.sena import Budget, Compressed, SenaRules
from evalharness.gateway.sena.frame import compress_units, fill
from evalharness.gateway.sena.units import Unit


class RandomCompressor:
    """Keeps units in an order drawn from a hash of the content: blind to what they say, always the same."""

    name = "random"
    version = "1"

    def __init__(self, rules: SenaRules | None = None) -> None:
        """Take the rules that hold for every method."""
        self._rules = rules or SenaRules()

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return a random part of the context; guarantees as in `core.ports.Compressor`."""

        def choose(units: Sequence[Unit], *, settled: frozenset[int], room: int) -> Collection[int]:
            order = [i for i in hash_order(units, message) if i not in settled]
            return fill(order, units, room)

        return compress_units(context, budget=budget, rules=self._rules, choose=choose)


def hash_order(units: Sequence[Unit], message: str) -> list[int]:
    """Return the units' indices in an order that depends on all of the content and on none of its meaning."""
    salt = message.encode("utf-8", "surrogatepass")
    digests = [
        hashlib.sha256(salt + str(index).encode() + unit.text.encode("utf-8", "surrogatepass")).digest()
        for index, unit in enumerate(units)
    ]
    return sorted(range(len(units)), key=digests.__getitem__)
