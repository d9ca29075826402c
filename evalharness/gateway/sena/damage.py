"""Deliberate damage: half of the context dropped, blindly; a study must detect it."""

from __future__ import annotations

from evalharness.core.case import Context
from evalharness.core.sena import Budget, Compressed, SenaRules, TokenBudget
from evalharness.gateway.sena.shuffled import hash_order
from evalharness.gateway.sena.units import join_units, split_units


class DamageCompressor:
    """Keeps the units whose text hashes lowest: blind to content, the same every time.

    Unlike a compressor it counts units, not tokens, and protects nothing.
    """

    name = "damage"
    version = "2"

    def __init__(self, rules: SenaRules | None = None) -> None:
        """Take the rules of every method, none of which applies here."""
        del rules

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return the context with about `budget` of its units, chosen without looking at what they say."""
        units = split_units(context)
        if isinstance(budget, TokenBudget):
            budget = min(1.0, budget.tokens / max(1, sum(unit.tokens for unit in units)))
        kept = hash_order(units, message)[: round(len(units) * budget)]
        return join_units(context, kept, units)
