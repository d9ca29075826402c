"""Agreement of two ways of grading: Cohen's kappa with quadratic weights."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from evalharness.core.decision import Agreement
from evalharness.core.labels import GRADES

_NORMAL_975 = 1.959963984540054


def quadratic_kappa(first: Sequence[int], second: Sequence[int], *, names: tuple[str, str]) -> Agreement:
    """Return the quadratic-weighted kappa of two gradings of the same answers, with its 95 % interval.

    Args:
        first: Whole grades within GRADES, shape (n,).
        second: Of the same answers.
        names: Of the two.

    References:
        Cohen (1968), "Weighted kappa"; the interval is Fleiss, Cohen and Everitt's (1969), which statsmodels
        computes. The value equals sklearn's cohen_kappa_score(weights="quadratic") over the same grades.
    """
    # Imported here: only studies with labels need statsmodels.
    from statsmodels.stats.inter_rater import cohens_kappa  # noqa: PLC0415

    low, high = GRADES
    table = np.zeros((high - low + 1, high - low + 1))
    np.add.at(table, (np.asarray(first, dtype=int) - low, np.asarray(second, dtype=int) - low), 1)
    nothing = Agreement(first=names[0], second=names[1], kappa=None, low=None, high=None, n=len(first))
    if (table.sum(axis=1) > 0).sum() < 2 and (table.sum(axis=0) > 0).sum() < 2:
        return nothing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # 0/0 where a grading has no spread: None below
        found = cohens_kappa(table, wt="quadratic")
    if not np.isfinite(found.kappa):
        return nothing
    error = float(found.std_kappa)
    known = bool(np.isfinite(error))
    value = float(found.kappa)
    return Agreement(
        first=names[0], second=names[1], kappa=value, n=len(first),
        low=max(-1.0, value - _NORMAL_975 * error) if known else None,
        high=min(1.0, value + _NORMAL_975 * error) if known else None,
    )  # fmt: skip
