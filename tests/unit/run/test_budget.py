"""The budget's arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.errors import BudgetExceeded
from evalharness.run.budget import Budget

cents = st.integers(0, 500).map(lambda n: Decimal(n) / 100)


@given(limit=cents, calls=st.lists(st.tuples(cents, st.floats(0, 1)), max_size=40))
def test_spent_and_reserved_never_exceed_the_limit(
    limit: Decimal, calls: list[tuple[Decimal, float]]
) -> None:
    """Whatever is reserved and settled at no more than its bound."""
    budget = Budget(limit_usd=limit)
    for bound, share in calls:
        try:
            budget.reserve(bound)
        except BudgetExceeded:
            continue
        assert budget.spent_usd + budget.reserved_usd <= limit
        budget.settle(bound, bound * Decimal(str(round(share, 3))))
        assert budget.spent_usd <= limit


def test_a_released_reservation_is_free_again() -> None:
    budget = Budget(limit_usd=Decimal(1))
    budget.reserve(Decimal(1))
    budget.release(Decimal(1))
    budget.reserve(Decimal(1))
    with pytest.raises(BudgetExceeded):
        budget.reserve(Decimal("0.01"))


def test_no_limit_reserves_anything() -> None:
    budget = Budget(limit_usd=None)
    budget.reserve(Decimal(10**9))
