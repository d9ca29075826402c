"""Usage × rate card → money. Pure: dates are arguments, prices are Decimal, what is unknown raises."""

from evalharness.core.pricing.bill import (
    TIERS,
    Bill,
    Prices,
    Tier,
    bill_of,
    is_long,
    price_usage,
    prices_of,
)
from evalharness.core.pricing.card import RateCard
from evalharness.core.pricing.rates import CacheStorage, Rate, Shutdown

__all__ = [
    "TIERS",
    "Bill",
    "CacheStorage",
    "Prices",
    "Rate",
    "RateCard",
    "Shutdown",
    "Tier",
    "bill_of",
    "is_long",
    "price_usage",
    "prices_of",
]
