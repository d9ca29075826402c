"""Key-fact coverage: which facts of the context does the answer use?"""

from __future__ import annotations

from evalharness.core.case import Case
from evalharness.core.score import Completed, Score
from evalharness.core.text import find_any
from evalharness.score.results import scored


class KeyFactScorer:
    """Share of the case's key facts whose surface forms occur in the answer: 0 to 1, higher is better.

    Numbers, dates and names must match exactly; Korean spacing and particles are tolerated
    (`core.text.find_form`). It sees facts, not help: an answer can use every fact and advise badly.
    """

    name = "key_facts"
    version = "1"

    def score(self, case: Case, record: Completed) -> Score:
        """Return coverage, with the ids of the facts found."""
        found = tuple(fact.id for fact in case.key_facts if find_any(fact.forms, record.answer.text))
        return scored(record, self, len(found) / len(case.key_facts), found)
