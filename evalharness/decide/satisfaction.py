"""Ratings → the assumptions that they can measure: satisfied shares, and satisfaction per quality."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy import stats

from evalharness.core.decision import Estimate
from evalharness.core.ratings import Rating, RatingsFit, Share

CONFIDENCE = 0.975
"""Of each bound: intervals here are two-sided 95 %."""
FEWEST_LINKED = 50
"""Sessions linked to scored cells from which κ is fitted."""


def fit_ratings(
    ratings: Sequence[Rating], *, treatment: Collection[str], quality: Mapping[tuple[str, str], float]
) -> RatingsFit:
    """Fit what ratings say of satisfaction.

    Args:
        ratings: One a session.
        treatment: Arms whose sessions speak of the candidate; all others speak of today's service.
        quality: (case, arm) → primary score as a share of its scale; empty without a run.
    """
    ours = [rating for rating in ratings if rating.arm in treatment]
    today = [rating for rating in ratings if rating.arm not in treatment]
    linked = [
        (rating.satisfied, quality[rating.case_id or "", rating.arm or ""], rating.case_id or "")
        for rating in ratings
        if (rating.case_id or "", rating.arm or "") in quality
    ]
    kappa, why = _kappa(linked)
    return RatingsFit(
        today=share_of(today), treatment=share_of(ours), kappa=kappa, why_no_kappa=why, linked=len(linked)
    )


def share_of(ratings: Sequence[Rating]) -> Share | None:
    """Return the satisfied share with its exact interval, None without ratings."""
    if not ratings:
        return None
    satisfied = sum(rating.satisfied for rating in ratings)
    interval = stats.binomtest(satisfied, len(ratings)).proportion_ci(0.95, method="exact")
    return Share(
        satisfied=satisfied, ratings=len(ratings), low=float(interval.low), high=float(interval.high)
    )


def _kappa(linked: Sequence[tuple[bool, float, str]]) -> tuple[Estimate | None, str]:
    """Regress satisfied (0 or 1) on quality, with errors that are robust and clustered by case.

    A straight line through a yes or no is a linear probability model: its slope is exactly the share of
    sessions that turn satisfied for each quality share, which is what κ means; its errors are not of one
    size, which the sandwich estimate allows for. Sessions about the same case are not independent.
    """
    if len(linked) < FEWEST_LINKED:
        return None, f"{len(linked)} sessions link to scored cells, {FEWEST_LINKED} are needed"
    satisfied = np.array([float(yes) for yes, _, _ in linked])
    quality = np.array([share for _, share, _ in linked])
    cases, groups = np.unique([case for _, _, case in linked], return_inverse=True)
    if len(cases) < 3 or np.ptp(quality) < 1e-9:
        return None, "the linked sessions differ in no score: there is no slope to see"
    # Imported here: only this needs a regression.
    from statsmodels.regression.linear_model import OLS  # noqa: PLC0415
    from statsmodels.tools.tools import add_constant  # noqa: PLC0415

    fit = OLS(satisfied, add_constant(quality)).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    slope, se, df = float(fit.params[1]), float(fit.bse[1]), float(len(cases) - 1)
    half = float(stats.t.ppf(CONFIDENCE, df)) * se
    estimate = Estimate(
        value=slope, low=slope - half, high=slope + half, n=len(linked), se=se, df=df, confidence=CONFIDENCE,
        method="ols, clustered by case", unit="ratio",
    )  # fmt: skip
    return estimate, ""
