"""The tail guard: the same bound with one pseudo-case that loses a declared share of the score range.

Rare catastrophes (1-10 % of cases losing most of the range) are easily absent from a sample of 100; a t bound
without them is too sure of itself.
"""

from __future__ import annotations

import numpy as np

from evalharness.core.decision import Estimate
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design


def guarded_estimate(
    values: FloatArray, design: Design, *, pseudo: float, unit: str, confidence: float
) -> Estimate:
    """Return the estimate with the pseudo-case added (a cluster of its own in clustered designs).

    Args:
        values: One per case, shape (n,).
        design: Of the same cases.
        pseudo: The pseudo-case's value, in the same unit.
        unit: Of the values.
        confidence: Of each bound, one-sided.

    Raises:
        InsufficientData: If there is no case at all.
    """
    return mean_estimate(
        np.append(values, pseudo), design.with_pseudo_case(), unit=unit, confidence=confidence
    )


def net_benefit_pseudo_case(
    cost: FloatArray, *, value_per_point: float, score_range: float, share: float, threshold: float
) -> float:
    """Return x of a case that loses `share` of the score range at the dearest observed cost.

    x = −V·range·share − (1 + threshold)·max c, USD per request.
    """
    return -value_per_point * score_range * share - (1 + threshold) * float(cost.max())


def retention_pseudo_case(*, score_range: float, share: float, retained: float) -> float:
    """Return y of a case that loses `share` of the score range: y = −retained·range·share, points.

    Args:
        score_range: Width of the scale.
        share: Share of it that is lost, 0.5 by default in the experiment.
        retained: Share of the reference's quality that must be kept (0.95 for a tolerated loss of 5 %).
    """
    return -retained * score_range * share
