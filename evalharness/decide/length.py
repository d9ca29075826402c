"""What a difference would be between answers of equal length."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from evalharness.core.decision import Estimate
from evalharness.core.score import Scored
from evalharness.core.study import Study
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design

_FEWEST = 3
"""Independent units below which a line through the differences says nothing."""
_SCORER = "length"
_EQUAL = 1e-9

Lengths: TypeAlias = dict[tuple[str, str], dict[int, float]]
"""Log length of answers, by case and arm, then by repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """A difference with length taken out of it."""

    estimate: Estimate
    """At equal length."""
    slope: float
    """Of the difference over the difference in log length."""


def length_adjusted(
    differences: FloatArray, log_ratio: FloatArray, design: Design, *, unit: str, confidence: float
) -> Adjusted | None:
    """Return the intercept of d_i ~ 1 + Δlog length_i, by (weighted) least squares.

    Its standard error comes from the same linearisation over independent units as every mean's
    (`contrasts.mean_vector`): each case enters with its influence on the intercept, which makes it robust to
    unequal spread and right for weights, strata and clusters.

    Args:
        differences: Treatment minus control, shape (n,).
        log_ratio: log(length of treatment / length of control), shape (n,); NaN where a length is unknown.
        design: Of the same cases.
        unit: Of the differences.
        confidence: Of each bound, one-sided.

    Returns:
        None with fewer than three independent units of known length, or if all length ratios are equal.
    """
    known = ~np.isnan(log_ratio)
    d, x, design = differences[known], log_ratio[known], design.take(known)
    if not design.n or design.units < _FEWEST or np.ptp(x) <= _EQUAL:
        return None
    weights = design.weights / design.weights.sum()
    rows = np.column_stack([np.ones(design.n), x])
    inverse = np.linalg.inv(rows.T @ (weights[:, None] * rows))
    intercept, slope = inverse @ (rows.T @ (weights * d))
    influence = rows @ inverse[:, 0] * (d - rows @ (intercept, slope))
    estimate = mean_estimate(intercept + influence, design, unit=unit, confidence=confidence)
    return Adjusted(estimate=estimate, slope=float(slope))


def log_lengths(study: Study) -> Lengths:
    """Return the log length of every answer, by case and arm, then by repeat.

    Lengths are those of the length scorer, over the length of the case's reference answer: in a difference
    within a case that divisor cancels.
    """
    found: Lengths = defaultdict(dict)
    for score in study.scores:
        known = isinstance(score, Scored) and score.scorer.partition("/")[0] == _SCORER
        if isinstance(score, Scored) and known and score.value > 0:
            found[score.case_id, score.arm][score.repeat] = float(np.log(score.value))
    return found


def log_ratios(
    lengths: Lengths,
    case_ids: list[str],
    minuend: str,
    subtrahend: str,
    *,
    repeat: int | None = None,
) -> FloatArray:
    """Return Δlog length of each case, shape (n,), repeats averaged first; NaN where one is unknown.

    Args:
        lengths: `log_lengths` of the study.
        case_ids: The cases.
        minuend: Name of the arm.
        subtrahend: Name of the arm that it is compared with.
        repeat: Of this repeat alone; None for the mean over all.
    """

    def mean(case_id: str, arm: str) -> float:
        known = lengths.get((case_id, arm), {})
        values = list(known.values()) if repeat is None else [known[repeat]] if repeat in known else []
        return float(np.mean(values)) if values else float("nan")

    return np.array([mean(c, minuend) - mean(c, subtrahend) for c in case_ids], dtype=np.float64)
