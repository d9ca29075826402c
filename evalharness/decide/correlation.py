"""Correlations of two scores over the cells that have both."""

from __future__ import annotations

import numpy as np

from evalharness.decide.cells import FloatArray

_FEWEST = 3


def pearson(first: FloatArray, second: FloatArray) -> float | None:
    """Return the correlation of values, each of shape (n,); None of fewer than three, or without spread."""
    if len(first) < _FEWEST or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def spearman(first: FloatArray, second: FloatArray) -> float | None:
    """Return the correlation of ranks, ties sharing their mean rank; None as `pearson`.

    A test holds it to scipy.stats.spearmanr, whose import takes longer than a decision.
    """
    return pearson(_ranks(first), _ranks(second))


def _ranks(values: FloatArray) -> FloatArray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: FloatArray = (ends - (counts - 1) / 2)[place]
    return ranks
