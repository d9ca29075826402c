"""Means of per-case differences, with the standard errors of their sampling design."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import Estimate
from evalharness.core.errors import InsufficientData
from evalharness.decide.cells import BoolArray, FloatArray
from evalharness.decide.design import Design
from evalharness.decide.distributions import t_above, t_quantile

_EQUAL = 1e-12
"""Spread, relative to the values, below which values are equal but for rounding."""
_SMALLEST = 1e-150
"""Spread below which a square is no longer a number that floats can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanVector:
    """Joint estimate of several means over the same cases."""

    mean: FloatArray
    """Shape (k,)."""
    cov: FloatArray
    """Covariance of the means, shape (k, k)."""
    df: float
    """Degrees of freedom: of the first column where columns differ."""
    units: int


def mean_vector(values: FloatArray, design: Design) -> MeanVector:
    """Estimate weighted means and their covariance by linearisation over independent units.

    One formula for every design: with residuals e_i = w_i·(x_i − m)/Σw, summed within units, the covariance
    is Σ over strata of G/(G−1)·Σ e·eᵀ. Equal weights give s²/n; strata give Σ W²·s²/n; clusters give the
    cluster-robust estimate that statsmodels calls "cluster".

    Args:
        values: Shape (n, k), finite.
        design: Of the same n cases.

    Raises:
        InsufficientData: If fewer than two units remain.
    """
    if design.units < 2:
        raise InsufficientData(f"{design.units} independent units: a standard error needs at least two")
    weights = design.weights / design.weights.sum()
    mean = weights @ values
    strata = design.strata if design.strata is not None else np.zeros(design.n, dtype=np.int64)
    cov = np.zeros((values.shape[1], values.shape[1]))
    satterthwaite = 0.0
    for stratum in np.unique(strata):
        inside = strata == stratum
        part, first = _stratum_covariance(values[inside], weights[inside], design, inside)
        cov += part
        satterthwaite += first
    return MeanVector(mean=mean, cov=cov, df=_df(design, cov[0, 0], satterthwaite), units=design.units)


def _stratum_covariance(
    values: FloatArray, weights: FloatArray, design: Design, inside: BoolArray
) -> tuple[FloatArray, float]:
    centre = weights @ values / weights.sum()
    residuals = weights[:, None] * (values - centre)
    if design.clusters is not None:
        _, unit = np.unique(design.clusters[inside], return_inverse=True)
        residuals = np.stack(
            [np.bincount(unit, weights=residuals[:, k]) for k in range(values.shape[1])], axis=1
        )
    units = len(residuals)
    cov: FloatArray = units / (units - 1) * residuals.T @ residuals
    return cov, float(cov[0, 0] ** 2 / (units - 1))


def _df(design: Design, variance: float, satterthwaite: float) -> float:
    if design.clusters is not None:
        return float(design.units - 1)
    if design.strata is not None:
        strata = len(np.unique(design.strata))
        return variance**2 / satterthwaite if satterthwaite > 0 else float(design.n - strata)
    # Kish's effective size: unequal weights carry less information than their count.
    return float(design.weights.sum() ** 2 / (design.weights**2).sum() - 1)


def mean_estimate(values: FloatArray, design: Design, *, unit: str, confidence: float) -> Estimate:
    """Estimate a mean with one-sided bounds and the p value of "greater than zero".

    Plain samples go through the one-sample t test, clusters through statsmodels' cluster-robust OLS
    (t with G − 1 degrees of freedom), weights and strata through mean_vector. Values that are all equal have
    no spread: both bounds are the value, and the method says "degenerate".

    Args:
        values: One per case, shape (n,), finite.
        design: Of the same cases.
        unit: Of the values.
        confidence: Of each bound, one-sided.

    Raises:
        InsufficientData: If there is no case, or fewer than two independent units.
        ValueError: If a value is not finite.
    """
    _refuse_unusable(values, design)
    if np.ptp(values) <= max(_EQUAL * np.abs(values).max(), _SMALLEST):
        return _degenerate(float(values[0]), design, unit, confidence)
    if design.clusters is not None:
        mean, se, df, method = (*_clustered(values, design), "cluster t")
    elif design.strata is not None or design.is_weighted:
        joint = mean_vector(values[:, None], design)
        mean, se, df = float(joint.mean[0]), math.sqrt(joint.cov[0, 0]), joint.df
        method = "stratified t" if design.strata is not None else "weighted t"
    else:
        return _plain(values, unit, confidence)
    half = t_quantile(confidence, df) * se
    p_greater = float(t_above(mean / se, df)) if se > 0 else float(mean <= 0)
    return Estimate(
        value=mean, low=mean - half, high=mean + half, n=design.units, se=se, df=df, confidence=confidence,
        p_greater=p_greater, method=method, unit=unit,
    )  # fmt: skip


def mean_or_value(values: FloatArray, design: Design, *, unit: str, confidence: float) -> Estimate:
    """Do as mean_estimate, but return the bare mean, without bounds, where there are too few units."""
    if design.n and design.units >= 2:
        return mean_estimate(values, design, unit=unit, confidence=confidence)
    if not design.n:
        raise InsufficientData("no case is complete in both arms")
    mean = float(np.average(values, weights=design.weights))
    return Estimate(
        value=mean, low=None, high=None, n=design.units, confidence=confidence, method="mean", unit=unit
    )


def net_benefit_bound(
    quality: FloatArray, cost_usd: FloatArray, *, value_usd: float, threshold: float, confidence: float = 0.95
) -> Estimate:
    """Bound the mean net benefit of the treatment arm, per request.

    Args:
        quality: Treatment minus control, in score points, shape (n_cases,); higher is better.
        cost_usd: Treatment minus control, USD per request, shape (n_cases,).
        value_usd: USD per score point per request.
        threshold: ROI to beat, as a share (1.5 for 150 %).
        confidence: One-sided, of each bound.

    Returns:
        One-sided t bounds of mean(value·quality − (1 + threshold)·cost); the treatment beats the threshold
        if low exceeds zero.

    Raises:
        InsufficientData: If fewer than two cases remain.
        ValueError: If a value is not finite.

    References:
        Heitjan (2000), Fieller's method and net health benefits.
    """
    net = net_values(value_usd * quality, cost_usd, threshold)
    return mean_estimate(net, Design.simple(len(net)), unit="usd_per_request", confidence=confidence)


def net_values(benefit: FloatArray, cost: FloatArray, threshold: float) -> FloatArray:
    """Return benefit − (1 + threshold)·cost, exactly zero where the two differ only by rounding."""
    charged = (1 + threshold) * cost
    net: FloatArray = benefit - charged
    # 2.5 x 1.00 against 2.50 must not pass by the last bit of a float: exactly 150 % is not above 150 %.
    net[np.abs(net) <= _EQUAL * (np.abs(benefit) + np.abs(charged))] = 0.0
    return net


def to_beat(cost: FloatArray, weights: FloatArray, threshold: float) -> float:
    """Return r over some cases: the threshold, or 0 where they are not dearer on average.

    (1 + r)·C of a negative C would credit savings 1 + r times.
    """
    return threshold if float(np.average(cost, weights=weights)) > 0 else 0.0


def _refuse_unusable(values: FloatArray, design: Design) -> None:
    if values.shape != (design.n,):
        raise ValueError(f"{values.shape} values for a design of {design.n} cases")
    if not np.isfinite(values).all():
        raise ValueError("a value is NaN or infinite")
    if design.units < 2:
        raise InsufficientData(f"{design.units} independent units: a standard error needs at least two")


def _degenerate(value: float, design: Design, unit: str, confidence: float) -> Estimate:
    return Estimate(
        value=value, low=value, high=value, n=design.units, se=0.0, df=float(design.units - 1),
        confidence=confidence, p_greater=float(value <= 0), method="degenerate", unit=unit,
    )  # fmt: skip


def t_bounds(values: FloatArray, *, confidence: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the one-sided lower and upper t bounds of means over the last axis, and the p values of "> 0".

    Args:
        values: Independent cases of equal weight along the last axis; other axes are samples of their own.
        confidence: Of each bound, one-sided.
    """
    n = values.shape[-1]
    mean = values.mean(axis=-1)
    se = values.std(axis=-1, ddof=1) / math.sqrt(n)
    half = t_quantile(confidence, n - 1) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        # A sample without any spread has a p value of 0, 1 or not a number.
        p_greater = t_above(mean / se, n - 1)
    return mean - half, mean + half, np.asarray(p_greater, dtype=np.float64)


def _plain(values: FloatArray, unit: str, confidence: float) -> Estimate:
    low, high, p_greater = t_bounds(values, confidence=confidence)
    n = len(values)
    return Estimate(
        value=float(values.mean()), low=float(low), high=float(high), n=n,
        se=float(values.std(ddof=1)) / math.sqrt(n), df=float(n - 1), confidence=confidence,
        p_greater=float(p_greater), method="t", unit=unit,
    )  # fmt: skip


def _clustered(values: FloatArray, design: Design) -> tuple[float, float, float]:
    # Imported here: clusters are rare, and statsmodels takes longer to import than a decision to make.
    from statsmodels.regression.linear_model import WLS  # noqa: PLC0415

    fit = WLS(values, np.ones((design.n, 1)), weights=design.weights).fit(
        cov_type="cluster", cov_kwds={"groups": design.clusters}, use_t=True
    )
    return float(fit.params[0]), float(fit.bse[0]), float(design.units - 1)
