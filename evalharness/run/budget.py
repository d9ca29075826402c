"""The budget: what may still be spent, calls in flight included."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from evalharness.core.errors import BudgetExceeded


@dataclass(slots=True, kw_only=True)
class Budget:
    """Reserves an upper bound before each try and settles it with the real price afterwards."""

    limit_usd: Decimal | None
    """Of this run, over all its sessions; None for no limit."""
    month_limit_usd: Decimal | None = None
    """Of the calendar month, over all runs; None for no limit."""
    spent_usd: Decimal = field(default_factory=Decimal)
    """By this run."""
    month_spent_usd: Decimal = field(default_factory=Decimal)
    """In this month, by all runs, this one included."""
    reserved_usd: Decimal = field(default_factory=Decimal)

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return self.limit_usd is not None or self.month_limit_usd is not None

    def fits(self, bound_usd: Decimal) -> bool:
        """Whether a try that may cost this much stays within every limit."""
        return self._shortage(bound_usd) is None

    def reserve(self, bound_usd: Decimal) -> None:
        """Set the bound of a try aside.

        Raises:
            BudgetExceeded: If spent, reserved and this bound together exceed a limit.
        """
        shortage = self._shortage(bound_usd)
        if shortage is not None:
            raise BudgetExceeded(shortage)
        self.reserved_usd += bound_usd

    def release(self, bound_usd: Decimal) -> None:
        """Give a reservation back: the try cost nothing."""
        self.reserved_usd -= bound_usd

    def settle(self, bound_usd: Decimal, spent_usd: Decimal) -> None:
        """Replace a reservation by what the try really cost."""
        self.reserved_usd -= bound_usd
        self.spent_usd += spent_usd
        self.month_spent_usd += spent_usd

    def book(self, spent_usd: Decimal) -> None:
        """Count what earlier sessions of the same run spent; the month's total holds it already."""
        self.spent_usd += spent_usd

    def _shortage(self, bound_usd: Decimal) -> str | None:
        if self.limit_usd is not None and self.spent_usd + self.reserved_usd + bound_usd > self.limit_usd:
            return (
                f"budget of {self.limit_usd} USD: {self.spent_usd:.6f} spent, {self.reserved_usd:.6f} "
                f"reserved for calls in flight, and the next may cost {bound_usd:.6f}; raise "
                "limits.budget_usd (or --budget-usd) and run again to go on where this stopped"
            )
        committed = self.month_spent_usd + self.reserved_usd
        if self.month_limit_usd is not None and committed + bound_usd > self.month_limit_usd:
            return (
                f"monthly limit of {self.month_limit_usd} USD: {self.month_spent_usd:.6f} spent this month "
                f"by the runs in this folder, and the next call may cost {bound_usd:.6f}; raise "
                "limits.monthly_usd or run again next month to go on where this stopped"
            )
        return None
