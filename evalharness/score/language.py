"""Language: is the answer in the case's language?"""

from __future__ import annotations

import re

from evalharness.core.case import Case
from evalharness.core.score import Completed, Score
from evalharness.score.results import scored, unscored

_HANGUL = re.compile(r"[가-힣]+")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_KOREAN_SHARE = 0.5


class LanguageScorer:
    """1 if the answer is in the case's language, else 0; higher is better.

    Korean text carries Latin terms (TOEIC, API), so words are compared: an answer is Korean when at least
    half of its words (Hangul syllables counted by twos) are Hangul. An answer without letters is Unscored.
    """

    name = "language"
    version = "1"

    def score(self, case: Case, record: Completed) -> Score:
        """Return 1 or 0."""
        korean = sum(map(len, _HANGUL.findall(record.answer.text))) / 2
        latin = len(_LATIN_WORD.findall(record.answer.text))
        if korean + latin == 0:
            return unscored(record, self, "no_letters")
        is_korean = korean / (korean + latin) >= _KOREAN_SHARE
        return scored(record, self, float(is_korean == (case.language == "ko")))
