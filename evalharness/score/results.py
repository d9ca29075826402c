"""Scores of a record: the place is the record's, so that no scorer copies it by hand."""

from __future__ import annotations

from evalharness.core.ports import Scorer
from evalharness.core.score import Completed, Record, Scored, Unscored


def label(scorer: Scorer) -> str:
    """Return name and version as scores carry it, such as key_facts/1."""
    return f"{scorer.name}/{scorer.version}"


def scored(record: Completed, scorer: Scorer, value: float, detail: tuple[str, ...] = ()) -> Scored:
    """Return a measured value for a record."""
    return Scored(
        case_id=record.case_id,
        arm=record.arm,
        repeat=record.repeat,
        scorer=label(scorer),
        value=value,
        detail=detail,
    )


def unscored(record: Record, scorer: Scorer, cause: str) -> Unscored:
    """Return why a record has no value."""
    return Unscored(
        case_id=record.case_id, arm=record.arm, repeat=record.repeat, scorer=label(scorer), cause=cause
    )
