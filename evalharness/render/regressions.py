"""The cases on which the treatment loses most against the control, and the facts that it lost there."""

from __future__ import annotations

from typing import Final

from evalharness.core.case import Severity
from evalharness.render.frame import Frame
from evalharness.render.paired import PairedCase, paired_cases

_HARM: Final = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


def regressions(frame: Frame) -> list[PairedCase]:
    """Return every case on which the treatment scores lower: largest drop first, then greatest harm."""
    found = [row for row in paired_cases(frame) if row.treatment.score < row.control.score]
    # Rounded: the last digits of a float must not decide which of two equal drops comes first.
    return sorted(found, key=lambda row: (round(row.difference, 9), _HARM[row.case.severity], row.case.id))
