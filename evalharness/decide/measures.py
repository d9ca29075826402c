"""Scorers beside the primary one: their means by arm, and whether they go with the primary score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from evalharness.core.decision import Measure, MeasuredArm
from evalharness.core.score import Score, Scored
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray

_FEWEST = 3


def measures_of(bench: Bench) -> tuple[Measure, ...]:
    """Summarise every scorer that is no part of the primary score, sorted by name."""
    study = bench.study
    scorer = study.experiment.scorer
    primary = {scorer.name, *dict(scorer.weights)}
    by_scorer: dict[str, list[Score]] = defaultdict(list)
    for score in study.scores:
        if score.scorer.partition("/")[0] not in primary:
            by_scorer[score.scorer].append(score)
    quality = {
        (outcome.case_id, outcome.arm, outcome.repeat): outcome.quality
        for outcome in study.outcomes
        if outcome.quality is not None
    }
    order = [arm.name for arm in bench.cells.arms]
    return tuple(_measure(name, by_scorer[name], quality, order) for name in sorted(by_scorer))


def _measure(
    name: str, scores: Sequence[Score], quality: dict[tuple[str, str, int], float], order: Sequence[str]
) -> Measure:
    values: dict[str, list[float]] = defaultdict(list)
    unscored: dict[str, int] = defaultdict(int)
    pairs = []
    for score in scores:
        if not isinstance(score, Scored):
            unscored[score.arm] += 1
            continue
        values[score.arm].append(score.value)
        beside = quality.get((score.case_id, score.arm, score.repeat))
        if beside is not None:
            pairs.append((score.value, beside))
    return Measure(
        scorer=name,
        arms=tuple(
            MeasuredArm(arm=arm, mean=float(np.mean(values[arm])), n=len(values[arm]), unscored=unscored[arm])
            for arm in order
            if values[arm]
        ),
        correlation=_spearman(pairs), n=len(pairs),
    )  # fmt: skip


def _spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return the correlation of ranks, ties sharing their mean rank.

    A test holds it to scipy.stats.spearmanr, whose import takes longer than a decision.
    """
    if len(pairs) < _FEWEST:
        return None
    first, second = (_ranks(np.array(column)) for column in zip(*pairs, strict=True))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: FloatArray) -> FloatArray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: FloatArray = (ends - (counts - 1) / 2)[place]
    return ranks
