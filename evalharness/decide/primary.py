"""The primary score of each cell, made of the scorers that the experiment declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from evalharness.core.experiment import Experiment
from evalharness.core.judging import RUBRIC, rubric_scorer
from evalharness.core.score import Score, Scored
from evalharness.decide.context_tokens import CellId


def primary_scores(scores: Sequence[Score], experiment: Experiment) -> dict[CellId, float]:
    """Return the primary score of each cell on the experiment's scale; cells without one are absent."""
    scorer, weights = experiment.scorer, primary_weights(experiment)
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


def unscored_causes(scores: Sequence[Score], experiment: Experiment) -> dict[CellId, str]:
    """Return why cells have no primary score."""
    names = primary_weights(experiment)
    return {
        (score.case_id, score.arm, score.repeat): score.cause
        for score in scores
        if not isinstance(score, Scored) and score.scorer.partition("/")[0] in names
    }


def primary_weights(experiment: Experiment) -> dict[str, float]:
    """Return the weight of each scorer in the primary score; the rubric is the primary judge's."""
    weights = dict(experiment.scorer.weights) or {experiment.scorer.name: 1.0}
    if RUBRIC in weights and experiment.judges:
        weights[rubric_scorer(experiment.judges[0].name)] = weights.pop(RUBRIC)
    return weights
