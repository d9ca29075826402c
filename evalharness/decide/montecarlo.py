"""Sampling error and assumptions together: P(ROI > r) and what the upgrade may bring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evalharness.core.decision import MonteCarlo, Quantiles
from evalharness.decide.cells import BoolArray, FloatArray
from evalharness.decide.contrasts import MeanVector, net_values
from evalharness.decide.money import Exchange, Values, benefit_per_request
from evalharness.decide.pricepath import PricePath, horizon_roi, monthly_rate

CURVE = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
"""ROIs at which the acceptability curve is drawn, the threshold aside."""
SURELY_DEARER = 0.999
"""P(C > 0) from which quantiles of the ratio mean something."""
_FLAT = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """Draws of the measured means."""

    quality: FloatArray
    """Shape (draws,), points."""
    cost: FloatArray
    """Token cost difference at each set of prices, shape (draws, regimes), USD per request."""
    latency_s: FloatArray
    """Shape (draws,), seconds."""

    @classmethod
    def centre(cls, joint: MeanVector) -> Posterior:
        """Return one draw at the estimates themselves."""
        return cls(quality=joint.mean[:1], cost=joint.mean[None, 1:-1], latency_s=joint.mean[-1:])


def draw_posterior(joint: MeanVector, *, draws: int, seed: int) -> Posterior:
    """Draw (d̄, c̄ at each set of prices, added seconds) from their joint t posterior.

    Args:
        joint: Columns: quality, cost at each set of prices, added seconds.
        draws: How many.
        seed: Of the draws; the same seed gives the same normal scores whatever the means.
    """
    scores = _t_scores(seed, draws, len(joint.mean), joint.df)
    values = joint.mean + scores @ cholesky_root(joint.cov).T
    return Posterior(quality=values[:, 0], cost=values[:, 1:-1], latency_s=values[:, -1])


@lru_cache(maxsize=4)
def _t_scores(seed: int, draws: int, size: int, df: float) -> FloatArray:
    """Return what is the same whatever the means, shape (draws, size): one study decides dozens of times."""
    rng = np.random.default_rng([seed & 0xFFFFFFFFFFFFFFFF, 0x7E])
    normal = rng.standard_normal((draws, size))
    scores: FloatArray = normal / np.sqrt(rng.chisquare(df, draws) / df)[:, None]
    scores.flags.writeable = False
    return scores


def cholesky_root(cov: FloatArray) -> FloatArray:
    """Return a lower triangular L with L·Lᵀ = cov, also where columns depend on each other.

    numpy's refuses singular matrices (two dates with the same prices), and an eigenvector's sign depends on
    the CPU, so that draws would differ from machine to machine.
    """
    size = len(cov)
    root = np.zeros((size, size))
    for j in range(size):
        pivot = cov[j, j] - root[j, :j] @ root[j, :j]
        if pivot <= _FLAT * cov[j, j]:
            continue
        root[j, j] = math.sqrt(pivot)
        below = cov[j + 1 :, j] - root[j + 1 :, :j] @ root[j, :j]
        root[j + 1 :, j] = below / root[j, j]
    return root


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Money of each draw."""

    benefit: FloatArray
    """B a month."""
    cost: FloatArray
    """Mean C a month over the horizon, ops included, one-off excluded."""
    charged: FloatArray
    """cost plus a month's share of the one-off cost: what ROI divides by."""
    npv: FloatArray

    def exceeds(self, threshold: float) -> BoolArray:
        """Tell which draws have an ROI above the threshold."""
        return beats(self.benefit, self.charged, threshold)


def beats(benefit: FloatArray, charged: FloatArray, threshold: float) -> BoolArray:
    """Tell where an ROI lies above a threshold.

    Where the treatment is not dearer there is no ROI; such a draw counts if it gains money at all. So the
    share of draws never grows with the threshold.

    Args:
        benefit: B of each draw, any unit.
        charged: C of each draw in that unit, the one-off cost's share included.
        threshold: The ROI.
    """
    above: BoolArray = net_values(benefit, charged, threshold) > 0
    gains: BoolArray = net_values(benefit, charged, 0.0) > 0
    return np.where(charged > 0, above, gains)


def chance_to_beat(
    posterior: Posterior, values: Values, exchange: Exchange, path: PricePath, threshold: float
) -> float:
    """Return the share of draws whose ROI exceeds a threshold: as `summarise`, and nothing else of it."""
    benefit, _, charged = _monthly(posterior, values, exchange, path)
    return float(beats(benefit, charged, threshold).mean())


def _monthly(
    posterior: Posterior, values: Values, exchange: Exchange, path: PricePath
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return B, C and what ROI divides by, of a month, which broadcast."""
    requests = values["requests_per_month"]
    benefit = requests * benefit_per_request(values, exchange, posterior.quality, posterior.latency_s)
    cost = requests * (posterior.cost @ path.shares) + values["ops_delta_per_month"]
    return benefit, cost, cost + values["one_off_cost"] / exchange.months


def outlook(posterior: Posterior, values: Values, exchange: Exchange, path: PricePath) -> Outlook:
    """Price every draw month by month.

    Args:
        posterior: Draws of the measured means; n draws, or 1 to broadcast.
        values: Assumptions, numbers or arrays of draws.
        exchange: Channel, scale, horizon.
        path: Prices of the months; its days are the columns of posterior.cost.
    """
    benefit, cost, charged = _monthly(posterior, values, exchange, path)
    requests = values["requests_per_month"]
    ops, one_off = values["ops_delta_per_month"], values["one_off_cost"]
    rate = monthly_rate(values["discount_rate"])
    annuity, discounted = 0.0, 0.0
    for month, regime in enumerate(path.regime, start=1):
        discount = (1 + rate) ** -month
        annuity = annuity + discount
        discounted = discounted + discount * (requests * posterior.cost[:, regime] + ops)
    npv = -one_off + benefit * annuity - discounted
    benefit, cost, charged, npv = np.broadcast_arrays(benefit, cost, charged, npv)
    return Outlook(benefit=benefit, cost=cost, charged=charged, npv=npv)


def summarise(
    both: Outlook,
    *,
    months: int,
    one_off: float | FloatArray,
    threshold: float,
    seed: int,
    sample_sd: float,
    assumption_sd: float,
) -> MonteCarlo:
    """Return what the draws say; ROI has quantiles only where the cost is practically surely positive."""
    dearer = float((both.charged > 0).mean())
    levels = sorted({*CURVE, threshold})
    roi = None
    if dearer >= SURELY_DEARER:
        sure = both.charged > 0
        first = np.broadcast_to(one_off, both.cost.shape)[sure]
        roi = quantiles(horizon_roi(months * both.benefit[sure], months * both.cost[sure], first))
    return MonteCarlo(
        draws=len(both.benefit),
        seed=seed,
        probability=float(both.exceeds(threshold).mean()),
        threshold=threshold,
        curve=tuple((r, float(both.exceeds(r).mean())) for r in levels),
        cost_positive=dearer,
        net_benefit=quantiles(both.benefit - both.cost),
        npv=quantiles(both.npv),
        roi=roi,
        sample_sd=sample_sd,
        assumption_sd=assumption_sd,
    )


def quantiles(values: FloatArray) -> Quantiles:
    """Return five quantiles of draws."""
    p05, p25, p50, p75, p95 = (float(q) for q in np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]))
    return Quantiles(p05=p05, p25=p25, p50=p50, p75=p75, p95=p95)
