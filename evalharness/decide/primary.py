"""The primary score of each cell, made of the scorers that the experiment declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from evalharness.core.experiment import Experiment
from evalharness.core.score import Score, Scored
from evalharness.decide.context_tokens import CellId


def primary_scores(scores: Sequence[Score], experiment: Experiment) -> dict[CellId, float]:
    """Return the primary score of each cell on the experiment's scale; cells without one are absent."""
    scorer = experiment.scorer
    weights = dict(scorer.weights) or {scorer.name: 1.0}
    parts: dict[CellId, dict[str, float]] = defaultdict(dict)
    for score in scores:
        name = score.scorer.partition("/")[0]
        if isinstance(score, Scored) and name in weights:
            parts[(score.case_id, score.arm, score.repeat)][name] = score.value
    total = sum(weights.values())
    return {
        cell: scorer.scale_low + scorer.width * sum(weights[n] * v for n, v in found.items()) / total
        for cell, found in parts.items()
        if len(found) == len(weights)
    }
