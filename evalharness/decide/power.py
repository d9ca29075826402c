"""What a study of n cases can detect: before the money is spent, and after."""

from __future__ import annotations

import math

import numpy as np

from evalharness.core.errors import InsufficientData
from evalharness.decide.distributions import noncentral_t_above, normal_quantile, t_quantile

_MOST_CASES = 10_000_000


def mde(sd: float, n: int, *, confidence: float = 0.95, power: float = 0.80) -> float:
    """Return the smallest true mean that n cases detect with the given power.

    (z_confidence + z_power)·SE: 2.486·sd/√n for a one-sided 5 % test at 80 % power.

    Args:
        sd: Standard deviation of the per-case difference, any unit.
        n: Independent cases.
        confidence: One-sided.
        power: Chance of detecting it.

    Returns:
        In the unit of sd.

    Raises:
        InsufficientData: If n is below 2.
    """
    if n < 2:
        raise InsufficientData(f"{n} cases: a difference needs at least two")
    return mde_of_se(sd / math.sqrt(n), confidence=confidence, power=power)


def mde_of_se(se: float, *, confidence: float = 0.95, power: float = 0.80) -> float:
    """Return (z_confidence + z_power)·SE, in the unit of the standard error."""
    return float(normal_quantile(confidence) + normal_quantile(power)) * se


def power_of(mean: float, sd: float, n: int, *, confidence: float = 0.95) -> float:
    """Return the chance that a one-sided t test on n cases finds a true mean greater than zero.

    It is what statsmodels' TTestPower returns (a test holds the two together), read off scipy's noncentral t:
    importing statsmodels imports pandas, and a replay would wait longer for that than for its decision.
    """
    if sd <= 0:
        return float(mean > 0)
    if n < 2:
        return 0.0
    # Beyond 40 standard errors the noncentral t has no more digits; the answer is 0 or 1 long before.
    effect = float(np.clip(mean / sd, -40 / math.sqrt(n), 40 / math.sqrt(n)))
    critical = t_quantile(confidence, n - 1)
    return noncentral_t_above(critical, n - 1, effect * math.sqrt(n))


def cases_for_power(mean: float, sd: float, *, confidence: float = 0.95, power: float = 0.80) -> int | None:
    """Return how many cases in total give the power if `mean` is the truth; None if no number does.

    Bisection over the power function; statsmodels' solver fails without an error for tiny effects.
    """
    if mean <= 0 or power_of(mean, sd, _MOST_CASES, confidence=confidence) < power:
        return None
    low, high = 1, 2
    while power_of(mean, sd, high, confidence=confidence) < power:
        low, high = high, min(2 * high, _MOST_CASES)
    while high - low > 1:
        middle = (low + high) // 2
        enough = power_of(mean, sd, middle, confidence=confidence) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high
