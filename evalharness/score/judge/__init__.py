"""Judging: answers → judge requests, and replies → judgements. Pure: the engine makes the calls between."""

from evalharness.score.judge.pairwise import PairTask, pairwise_tasks
from evalharness.score.judge.prompts import TEMPLATE_NAMES, JudgePrompts
from evalharness.score.judge.repair import Replies
from evalharness.score.judge.results import comparisons, judge_scores, judgements
from evalharness.score.judge.rubric import RubricTask, rubric_tasks

__all__ = [
    "TEMPLATE_NAMES",
    "JudgePrompts",
    "PairTask",
    "Replies",
    "RubricTask",
    "comparisons",
    "judge_scores",
    "judgements",
    "pairwise_tasks",
    "rubric_tasks",
]
