"""Quantiles and tails of the distributions that the method uses, straight from scipy's special functions.

scipy.stats has them all, and tests hold these to it; but importing it takes longer than a whole decision.
"""

from __future__ import annotations

import math
from typing import Any

from scipy import special


def t_quantile(probability: float, df: float) -> float:
    """Return the quantile of Student's t."""
    return float(special.stdtrit(df, probability))


def t_above(values: Any, df: float) -> Any:
    """Return the chance that Student's t exceeds a value, numbers or arrays."""
    return special.stdtr(df, -values)


def noncentral_t_above(value: float, df: float, shift: float) -> float:
    """Return the chance that a t with this noncentrality exceeds a value."""
    return 1.0 - float(special.nctdtr(df, shift, value))


def normal_quantile(probability: Any) -> Any:
    """Return the quantile of the standard normal, numbers or arrays."""
    return special.ndtri(probability)


def normal_below(value: Any) -> Any:
    """Return the chance that a standard normal falls below a value, numbers or arrays."""
    return special.ndtr(value)


def normal_density(value: float) -> float:
    """Return the density of the standard normal."""
    return math.exp(-(value**2) / 2) / math.sqrt(2 * math.pi)


def beta_quantile(probability: Any, alpha: float, beta: float) -> Any:
    """Return the quantile of a beta on [0, 1], numbers or arrays."""
    return special.betaincinv(alpha, beta, probability)
