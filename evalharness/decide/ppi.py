"""PPI++: a mean of what people would say, from the judge's scores of all cases and people's grades of some.

Angelopoulos, Bates, Fannjiang, Jordan, Zrnic (2023), "Prediction-powered inference", Science 382;
Angelopoulos, Duchi, Zrnic (2023), "PPI++: Efficient prediction-powered inference", arXiv:2311.01453.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import Estimate
from evalharness.core.errors import InsufficientData
from evalharness.decide.cells import BoolArray, FloatArray, IntArray
from evalharness.decide.contrasts import MeanVector
from evalharness.decide.design import Design
from evalharness.decide.distributions import t_above, t_quantile

METHOD = "ppi++ t"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Which cases people graded, and which cases could have been drawn for it.

    Shapes: n cases, m of them graded.
    """

    at: IntArray
    """Positions of the graded cases, shape (m,), each once."""
    known: BoolArray
    """Cases whose value no person can change (a failed cell's worst score), shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectified:
    """A corrected mean."""

    value: float
    se: float
    df: float
    """m − 1, or graded clusters − 1."""
    trust: float
    """λ: weight of the judge's scores, in [0, 1]; 0 leaves people's grades alone."""
    influence: FloatArray
    """Each case's share of the error, shape (n,): summed within independent units, squares add up to se²."""


def trust_in(human: FloatArray, judged: FloatArray, unlabelled: FloatArray) -> float:
    """Return λ̂ = Cov(h, f) / [(1 + m/N)·Var f], clipped to [0, 1]; 0 where the judge says the same of all.

    Args:
        human: h, what people say of the m graded cases.
        judged: f, what the judge says of them.
        unlabelled: f of the N other cases.
    """
    everything = np.concatenate([judged, unlabelled])
    variance = float(np.var(everything, ddof=1)) if len(everything) > 1 else 0.0
    if variance <= 0 or not len(unlabelled) or len(human) < 2:
        return 0.0
    ratio = float(np.cov(human, judged)[0, 1]) / ((1 + len(human) / len(unlabelled)) * variance)
    return min(1.0, max(0.0, ratio))


def rectify(
    judged: FloatArray, human: FloatArray, people: People, design: Design, *, trust: float | None = None
) -> Rectified:
    """Return θ = λ·mean_N(f) + mean_m(h − λf) with SE² = λ²·Var(f)/N + Var(h − λf)/m.

    N counts the cases without grades, so that the two terms are independent. Weights make the means weighted,
    clusters make the errors of a cluster add up before they are squared. Known cases enter as they are.

    Args:
        judged: f of every case, shape (n,).
        human: h of the graded ones, shape (m,).
        people: Which those are.
        design: Of the n cases.
        trust: λ; None to estimate it.

    Raises:
        InsufficientData: If fewer than two independent units are graded.
    """
    graded = np.zeros(design.n, dtype=np.bool_)
    graded[people.at] = True
    units = _units(design, graded)
    if units < 2:
        raise InsufficientData(f"{units} graded independent units: a standard error needs at least two")
    rest = ~graded & ~people.known
    weight = trust_in(human, judged[people.at], judged[rest]) if trust is None else trust
    surprise = np.zeros(design.n)
    surprise[people.at] = human - weight * judged[people.at]
    shares = design.weights / design.weights.sum()
    centre = weight * _mean(judged, shares, rest) + _mean(surprise, shares, graded)
    open_share = float(shares[~people.known].sum())
    value = open_share * centre + float(shares[people.known] @ judged[people.known])
    influence = np.zeros(design.n)
    for values, part in ((weight * judged, rest), (surprise, graded)):
        influence[part] = _errors(values, shares, part, design) * open_share
    if people.known.any():
        # Which cases failed is chance too: a case stands for its group's mean.
        group = np.where(people.known, judged, centre)
        influence += shares * (group - value) * _correction(design, np.ones(design.n, dtype=np.bool_))
    return Rectified(
        value=value, se=math.sqrt(_squares(influence[:, None], design)[0, 0]), df=float(units - 1),
        trust=weight, influence=influence,
    )  # fmt: skip


def rectified_estimate(found: Rectified, design: Design, *, unit: str, confidence: float) -> Estimate:
    """Return a corrected mean with one-sided t bounds."""
    half = t_quantile(confidence, found.df) * found.se
    p_greater = float(t_above(found.value / found.se, found.df)) if found.se > 0 else float(found.value <= 0)
    return Estimate(
        value=found.value, low=found.value - half, high=found.value + half, n=design.units, se=found.se,
        df=found.df, confidence=confidence, p_greater=p_greater, method=METHOD, unit=unit,
    )  # fmt: skip


def rectified_vector(found: Rectified, others: FloatArray, design: Design) -> MeanVector:
    """Return the joint estimate of a corrected mean and of means that need no correction.

    Args:
        found: The corrected mean, which becomes the first column.
        others: Shape (n, k): what is known of every case, such as its costs.
        design: Of the same cases.
    """
    shares = design.weights / design.weights.sum()
    means = shares @ others
    everything = np.ones(design.n, dtype=np.bool_)
    errors = shares[:, None] * (others - means) * _correction(design, everything)
    cov = _squares(np.column_stack([found.influence, errors]), design)
    return MeanVector(
        mean=np.concatenate([[found.value], means]), cov=cov, df=found.df, units=design.units
    )  # fmt: skip


def _mean(values: FloatArray, shares: FloatArray, part: BoolArray) -> float:
    total = float(shares[part].sum())
    return float(shares[part] @ values[part]) / total if total else 0.0


def _errors(values: FloatArray, shares: FloatArray, part: BoolArray, design: Design) -> FloatArray:
    total = float(shares[part].sum())
    if not total:
        return np.zeros(int(part.sum()))
    centred = values[part] - _mean(values, shares, part)
    errors: FloatArray = shares[part] / total * centred * _correction(design, part)
    return errors


def _correction(design: Design, part: BoolArray) -> float:
    """Return √(u/(u − 1)) for the u independent units of a part: the usual n − 1, before squaring."""
    units = _units(design, part)
    return math.sqrt(units / (units - 1)) if units > 1 else 1.0


def _units(design: Design, part: BoolArray) -> int:
    return int(part.sum()) if design.clusters is None else len(np.unique(design.clusters[part]))


def _squares(errors: FloatArray, design: Design) -> FloatArray:
    """Return Σ over independent units of e·eᵀ, shape (k, k)."""
    if design.clusters is not None:
        _, unit = np.unique(design.clusters, return_inverse=True)
        errors = np.stack([np.bincount(unit, weights=column) for column in errors.T], axis=1)
    squares: FloatArray = errors.T @ errors
    return squares
