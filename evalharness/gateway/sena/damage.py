"""Deliberate damage: half of the context dropped, blindly; a study must detect it."""

from __future__ import annotations

import hashlib

from evalharness.core.case import Context
from evalharness.core.sena import Compressed
from evalharness.gateway.sena.units import join_units, split_units


class DamageCompressor:
    """Keeps the half of the units whose text hashes lowest: blind to content, the same every time."""

    name = "damage"
    version = "1"

    def compress(self, context: Context, *, message: str, budget: float) -> Compressed:
        """Return the context with about `budget` of its units, chosen without looking at what they say."""
        units = split_units(context)
        salt = message.encode()
        order = sorted(
            range(len(units)),
            key=lambda i: hashlib.sha256(salt + str(i).encode() + units[i].text.encode()).digest(),
        )
        kept = frozenset(order[: round(len(units) * budget)])
        return join_units(context, kept, units)
