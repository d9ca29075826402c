"""What more evidence is worth, and what it costs."""

from __future__ import annotations

import math

from evalharness.core.decision import EvsiRow
from evalharness.decide.distributions import normal_below, normal_density

_SIZES = (10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1000, 1500, 2000, 3000, 5000, 10_000)


def expected_gain(mean: float, sigma: float) -> float:
    """Return the expected gain of a decision from news of spread sigma about a net benefit of that mean.

    σ·[φ(z) − z·(1 − Φ(z))] with z = |mean|/σ: the unit normal loss, never negative, 0 without spread.

    References:
        Raiffa and Schlaifer (1961), Applied Statistical Decision Theory, §5.
    """
    if sigma <= 0:
        return 0.0
    z = abs(mean) / sigma
    return float(sigma * (normal_density(z) - z * normal_below(-z)))


def evsi(mean: float, sd: float, *, n_before: int, n_more: int) -> float:
    """Return the expected value of n_more cases.

    σ_pre = sd·√(n_more/(n_before + n_more)).

    Args:
        mean: Posterior mean of B − (1 + r)C over the horizon, USD.
        sd: Its standard deviation from sampling, USD.
        n_before: Cases that it stands on.
        n_more: Cases to add.

    Returns:
        USD over the horizon.
    """
    return expected_gain(mean, sd * math.sqrt(n_more / (n_before + n_more)))


def evsi_rows(mean: float, sd: float, *, n_before: int, cost_per_case: float) -> tuple[EvsiRow, ...]:
    """Tabulate value, cost and net of more cases, USD over the horizon."""
    rows = []
    for n_more in _SIZES:
        value = evsi(mean, sd, n_before=n_before, n_more=n_more)
        cost = cost_per_case * n_more
        rows.append(EvsiRow(more_prompts=n_more, value=value, cost=cost, net=value - cost))
    return tuple(rows)


def best_number(rows: tuple[EvsiRow, ...]) -> int:
    """Return the number of more cases with the largest net value, 0 if none is worth its cost."""
    best = max(rows, key=lambda row: row.net)
    return best.more_prompts if best.net > 0 else 0
