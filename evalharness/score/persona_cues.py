"""Persona cues: does the answer do what its persona is asked to do?"""

from __future__ import annotations

import re
from collections.abc import Mapping

from evalharness.core.case import Case, Persona
from evalharness.core.figures import figures
from evalharness.core.score import Completed, Score
from evalharness.score.results import scored

_LIST = re.compile(
    r"^\s*(?:[-*•]|\d{1,2}[.)]|[①-⑩]|첫째|둘째|first\b|second\b)", re.IGNORECASE | re.MULTILINE
)
_ORDER = re.compile(r"\b(?:first|then|next|finally|step)\b|먼저|다음|마지막|순서|단계|첫째", re.IGNORECASE)
_WHOLE = re.compile(
    r"\b(?:pattern|again|both|balance|trade|whole|on the one hand|recur|side by side|weigh)\w*|"
    r"되풀이|반복|균형|전체|한편|패턴|맞바꾸|흐름|저울",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(
    r"\b(?:could|might|what if|imagine|option|another|maybe|perhaps|try)\b|수 있|수도|어떨까|상상|가능|"
    r"해 보|해보|떠올",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\b(?:tell|ask|say|talk|share|message|call|email|with)\b|말해|말하|이야기|전하|물어|알리|나누|보내",
    re.IGNORECASE,
)
_TODAY = re.compile(r"\b(?:today|tonight|this evening|right now|this morning)\b|오늘|지금", re.IGNORECASE)
_NEXT = re.compile(
    r"\b(?:by|before|until|next|tomorrow|today|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b|까지|"
    r"전에|내일|오늘|요일|다음",
    re.IGNORECASE,
)
_TELL_FIRST = re.compile(
    r"\b(?:first|start with|begin with|before anyone)\b|먼저|가장 먼저|우선|부터", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?。…])\s+|\n+")
_LAST = 2
"""Sentences at the end in which the closing cue may stand."""


class PersonaCueScorer:
    """Share of the answering persona's two cues that the answer shows: 0, 0.5 or 1, higher is better.

    One cue is the persona's way, one the end that its prompt asks for: 루아 opens possibilities and ends with
    something to try today; 엘로 puts things in order and ends with a next action and its date; 누리 weighs
    the whole and ends with a question; 세나 connects people and ends with whom to tell first. Words and
    signs are counted, not sense: it tells a prompt that is ignored from one that is followed, no more.
    """

    name = "persona_cues"
    version = "1"

    def score(self, case: Case, record: Completed) -> Score:
        """Return the share, with the cues that were found."""
        del case  # the persona that answered counts, not the label
        text = record.answer.text
        found = tuple(
            name
            for name, shown in (("way", _way(record.persona, text)), ("end", _end(record.persona, text)))
            if shown
        )
        return scored(record, self, len(found) / 2, found)


_WAYS: Mapping[Persona, re.Pattern[str]] = {"moon": _POSSIBLE, "earth": _WHOLE, "pen": _PEOPLE}


def _way(persona: Persona, text: str) -> bool:
    if persona == "square":
        return bool(_LIST.search(text) or len(_ORDER.findall(text)) > 1)
    return bool(_WAYS[persona].search(text))


def _end(persona: Persona, text: str) -> bool:
    pieces = [piece for piece in _SENTENCE_END.split(text.strip()) if piece.strip()]
    last = " ".join(pieces[-_LAST:])
    if persona == "earth":
        return "?" in last or "？" in last
    if persona == "moon":
        return bool(_TODAY.search(last))
    if persona == "square":
        return bool(_NEXT.search(last)) or any(figure.kind == "date" for figure in figures(last))
    return bool(_TELL_FIRST.search(last) and _PEOPLE.search(last))
