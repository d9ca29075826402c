"""No compression."""

from __future__ import annotations

from evalharness.core.case import Context
from evalharness.core.sena import Compressed
from evalharness.gateway.sena.units import join_units, split_units


class IdentityCompressor:
    """Returns the context as it is."""

    name = "none"
    version = "1"

    def compress(self, context: Context, *, message: str, budget: float) -> Compressed:  # noqa: ARG002 - the port's shape
        """Return the whole context."""
        units = split_units(context)
        return join_units(context, range(len(units)), units)
