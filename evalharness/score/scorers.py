"""The scorers, listed here and nowhere else, and the loop that applies them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evalharness.core.case import Case
from evalharness.core.ports import Scorer
from evalharness.core.score import Completed, Record, Score
from evalharness.score.key_facts import KeyFactScorer
from evalharness.score.language import LanguageScorer
from evalharness.score.length import LengthScorer
from evalharness.score.must_not import MustNotScorer
from evalharness.score.results import unscored

SCORERS: tuple[Scorer, ...] = (KeyFactScorer(), MustNotScorer(), LanguageScorer(), LengthScorer())


def score_records(
    records: Iterable[Record], cases: Mapping[str, Case], scorers: Sequence[Scorer] = SCORERS
) -> tuple[Score, ...]:
    """Return one score per record and scorer; a failed record is Unscored with its cause.

    Raises:
        KeyError: If a record names a case that is not given.
    """
    scores: list[Score] = []
    for record in records:
        for scorer in scorers:
            if isinstance(record, Completed):
                scores.append(scorer.score(cases[record.case_id], record))
            else:
                scores.append(unscored(record, scorer, record.cause))
    return tuple(scores)
