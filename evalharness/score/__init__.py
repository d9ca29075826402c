"""Calls → records → scores. A failure is a type with a cause, never a zero."""

from evalharness.score.records import build_records
from evalharness.score.scorers import SCORERS, choose_scorers, score_records

__all__ = ["SCORERS", "build_records", "choose_scorers", "score_records"]
