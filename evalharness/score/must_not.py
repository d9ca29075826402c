"""Must-not claims: does the answer say what it must not?"""

from __future__ import annotations

from evalharness.core.case import Case
from evalharness.core.score import Completed, Score
from evalharness.core.text import find_any
from evalharness.score.results import scored


class MustNotScorer:
    """One minus the share of the case's must-not claims found in the answer: 0 to 1, higher is better.

    A case without such claims scores 1. Outdated, contradicted, injected and unsupported claims count alike.
    """

    name = "must_not"
    version = "1"

    def score(self, case: Case, record: Completed) -> Score:
        """Return the value, with the claims that were made."""
        made = tuple(claim.claim for claim in case.must_not if find_any(claim.forms, record.answer.text))
        value = 1.0 - len(made) / len(case.must_not) if case.must_not else 1.0
        return scored(record, self, value, made)
