"""The budget: what may still be spent, calls in flight included."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from evalharness.core.errors import BudgetExceeded


@dataclass(slots=True, kw_only=True)
class Budget:
    """Reserves an upper bound before each call and settles it with the real price afterwards."""

    limit_usd: Decimal | None
    """None for no limit."""
    spent_usd: Decimal = field(default_factory=Decimal)
    reserved_usd: Decimal = field(default_factory=Decimal)

    def reserve(self, bound_usd: Decimal) -> None:
        """Set the bound of a call aside.

        Raises:
            BudgetExceeded: If spent, reserved and this bound together exceed the limit.
        """
        committed = self.spent_usd + self.reserved_usd
        if self.limit_usd is not None and committed + bound_usd > self.limit_usd:
            raise BudgetExceeded(
                f"budget of {self.limit_usd} USD: {self.spent_usd:.6f} spent, {self.reserved_usd:.6f} "
                f"reserved for calls in flight, and the next may cost {bound_usd:.6f}; raise "
                "limits.budget_usd and run again to go on where this stopped"
            )
        self.reserved_usd += bound_usd

    def release(self, bound_usd: Decimal) -> None:
        """Give a reservation back: the call cost nothing."""
        self.reserved_usd -= bound_usd

    def settle(self, bound_usd: Decimal, spent_usd: Decimal) -> None:
        """Replace a reservation by what the call really cost."""
        self.reserved_usd -= bound_usd
        self.spent_usd += spent_usd

    def book(self, spent_usd: Decimal) -> None:
        """Count what an earlier session of the same run spent."""
        self.spent_usd += spent_usd
