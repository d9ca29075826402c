"""Usage × rate card → money. Pure: dates are arguments, prices are Decimal, what is unknown raises."""

from evalharness.core.pricing.bill import Bill, Tier, price_usage
from evalharness.core.pricing.rates import Rate, RateCard, Shutdown

__all__ = ["Bill", "Rate", "RateCard", "Shutdown", "Tier", "price_usage"]
