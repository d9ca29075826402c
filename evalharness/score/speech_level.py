"""Speech level: does a Korean answer keep to one level of politeness?"""

from __future__ import annotations

import re
from collections import Counter

from evalharness.core.case import Case
from evalharness.core.score import Completed, Score
from evalharness.score.results import scored, unscored

_QUOTED = re.compile(
    r"[\"“”«»「」『』][^\"“”«»「」『』\n]*[\"“”«»「」『』]|'[^'\n]{2,}'|‘[^’\n]*’|```.*?```", re.DOTALL
)
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")
_TRAILING = re.compile(r"[\s.!?…)\]}*_~:;,\"'“”‘’>🌙📐🌏✒️]+$")
_HAPSYO = re.compile(r"(?:습니다|입니다|ㅂ니다|[가-힣]니다|습니까|[가-힣]니까|십시오|시지요|십시다)$")
_HAEYO = re.compile(r"(?:요|죠)$")
_BANMAL = re.compile(
    r"(?:한다|했다|이다|였다|된다|됐다|있다|없다|같다|는다|하자|보자|해라|어라|아라|니|냐|거야|이야|야|해|어|아|지|네|"
    r"을게|ㄹ게|할게|줄게|을까|할까|래|자|군|구나|란다|렴)$"
)
_LEVELS = (("hapsyo", _HAPSYO), ("haeyo", _HAEYO), ("banmal", _BANMAL))
_HANGUL_END = re.compile(r"[가-힣]$")


class SpeechLevelScorer:
    """Share of a Korean answer's sentences at its most frequent level: above 0 to 1, higher is better.

    Levels of politeness are 합쇼체 (-습니다), 해요체 (-요) and 반말 (no polite ending), told by the last
    syllables of each sentence. Quotations are left out: words for a friend may be in 반말. Headings and
    fragments that end in a noun have no level and do not count. Personas are asked for polite speech, so
    banmal in the detail is a fault in itself. Answers to English cases are Unscored, and so is a Korean one
    in which no sentence has a level.
    """

    name = "speech_level"
    version = "1"

    def score(self, case: Case, record: Completed) -> Score:
        """Return the share, with the sentences of each level."""
        if case.language != "ko":
            return unscored(record, self, "not_korean")
        counts = Counter(filter(None, map(level_of, sentences(record.answer.text))))
        if not counts:
            return unscored(record, self, "no_sentence_endings")
        detail = tuple(f"{level}:{counts[level]}" for level, _ in _LEVELS if counts[level])
        return scored(record, self, max(counts.values()) / counts.total(), detail)


def sentences(text: str) -> list[str]:
    """Return a text's sentences and lines, quotations taken out, closing signs cut off."""
    found = (_TRAILING.sub("", sentence).strip() for sentence in _SENTENCE.findall(_QUOTED.sub(" ", text)))
    return [sentence for sentence in found if _HANGUL_END.search(sentence)]


def level_of(sentence: str) -> str | None:
    """Return hapsyo, haeyo or banmal by a sentence's end, None if it has no predicate that says."""
    return next((level for level, pattern in _LEVELS if pattern.search(sentence)), None)
