"""The cases on which the treatment loses most against the control, and the facts that it lost there."""

from __future__ import annotations

from typing import Final

from evalharness.core.case import Severity
from evalharness.render.frame import Frame
from evalharness.render.paired import PairedCase, PairedScores, paired_cases, paired_scores

_HARM: Final = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


def regressions(frame: Frame) -> list[PairedCase]:
    """Return every case on which the treatment scores lower: largest drop first, then greatest harm."""
    found = [row for row in paired_cases(frame) if row.treatment.score < row.control.score]
    # Rounded: the last digits of a float must not decide which of two equal drops comes first.
    return sorted(found, key=lambda row: (round(row.difference, 9), _HARM[row.case.severity], row.case.id))


def worse_cases(frame: Frame) -> tuple[list[PairedScores], int]:
    """Return the scores of the cases on which the treatment scores lower, and the number of cases scored.

    Largest drop first; also of cases whose text is not at hand: an import may hold scores alone.
    """
    scored = paired_scores(frame)
    found = [row for row in scored if row.treatment < row.control]
    return sorted(found, key=lambda row: (round(row.difference, 9), row.case_id)), len(scored)
