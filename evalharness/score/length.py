"""Length: how long is the answer?"""

from __future__ import annotations

from evalharness.core.case import Case
from evalharness.core.score import Completed, Score
from evalharness.core.tokens import approximate_tokens
from evalharness.score.results import scored


class LengthScorer:
    """Approximate tokens of the visible answer over those of the reference answer; 1 is equal length.

    Neither direction is better; it is there so that a gain bought with length can be seen.
    """

    name = "length"
    version = "1"

    def score(self, case: Case, record: Completed) -> Score:
        """Return the ratio, unbounded above."""
        ratio = approximate_tokens(record.answer.text) / approximate_tokens(case.reference_answer)
        return scored(record, self, ratio, ("truncated",) if record.answer.truncated else ())
