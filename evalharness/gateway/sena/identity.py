"""No compression."""

from __future__ import annotations

from evalharness.core.case import Context
from evalharness.core.sena import Budget, Compressed, SenaRules
from evalharness.gateway.sena.units import join_units, split_units


class IdentityCompressor:
    """Returns the context as it is, whatever the budget: the arm that others are compared with."""

    name = "none"
    version = "2"

    def __init__(self, rules: SenaRules | None = None) -> None:
        """Take the rules of every method, none of which applies here."""
        del rules

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return the whole context."""
        del message, budget
        units = split_units(context)
        return join_units(context, range(len(units)), units)
