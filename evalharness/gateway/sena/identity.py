"""No compression."""

from __future__ import annotations

from evalharness.core.case import Context
from evalharness.core.sena import Budget, Compressed
from evalharness.gateway.sena.units import join_units, split_units


class IdentityCompressor:
    """Returns the context as it is, whatever the budget: the arm that others are compared with."""

    name = "none"
    version = "2"

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return the whole context."""
        del message, budget
        units = split_units(context)
        return join_units(context, range(len(units)), units)
