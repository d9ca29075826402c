"""Fidelity: does the answer state figures, dates or names that the service was never told?"""

from __future__ import annotations

import re
from functools import lru_cache

from evalharness.core.case import Case
from evalharness.core.figures import figures, numbers_in
from evalharness.core.score import Completed, Score
from evalharness.score.results import scored

_KOREAN_NAME = re.compile(r"(?<![가-힣])([가-힣]{2,4}?)\s?(?:씨|님)")
_ENGLISH_NAME = re.compile(r"(?<=[a-z,;:] )([A-Z][a-z]{2,})\b(?!')")
_KOREAN_TITLES = (
    "팀장 부장 과장 차장 대리 사장 대표 이사 선배 선생 교수 멘토 멘티 고객 원장 실장 "
    "본부장 매니저 담당자 형수 어머 아버 부모 스승 여러분 아저 마음 요즘날 아드"
)
_TITLES = frozenset(_KOREAN_TITLES.split())
_ENGLISH_CALENDAR = (
    "January February March April May June July August September October November December Monday Tuesday "
    "Wednesday Thursday Friday Saturday Sunday Christmas Easter"
)
_CALENDAR = frozenset(_ENGLISH_CALENDAR.split())


class FidelityScorer:
    """Share of the answer's figures and names that stand in message or context: 0 to 1, higher is better.

    Figures are dates, years, amounts, percentages and numbers from 100 up (`core.figures`); names are capital
    words within English sentences and what stands before 씨 or 님. An answer that states none scores 1:
    nothing is invented. A sum, or a date that the answer proposes, counts as unsupported too, so a good
    answer need not reach 1 (docs/scoring.md has what the reference answers reach): compare arms, not with 1.
    """

    name = "fidelity"
    version = "1"

    def score(self, case: Case, record: Completed) -> Score:
        """Return the share, with what is unsupported."""
        known, folded = _known(_told(case))
        text = record.answer.text
        stated = [(figure.value in known, f"{figure.kind}:{figure.value}") for figure in figures(text)]
        stated += [(name.casefold() in folded, f"name:{name}") for name in names(text)]
        unsupported = tuple(label for supported, label in stated if not supported)
        value = 1.0 - len(unsupported) / len(stated) if stated else 1.0
        return scored(record, self, value, unsupported)


def names(text: str) -> tuple[str, ...]:
    """Return the names of people and things in a text, each once, titles and calendar words left out."""
    found = [name for name in _KOREAN_NAME.findall(text) if name not in _TITLES]
    capital = _ENGLISH_NAME.findall(text)
    found += [name for name in capital if not {name, name.removesuffix("s")} & _CALENDAR]
    return tuple(dict.fromkeys(found))


def _told(case: Case) -> str:
    """Return everything that the service was told of a case."""
    context = case.context
    turns = [turn.text for turn in context.turns]
    return "\n".join([case.message, context.profile, *context.notes, *turns])


@lru_cache(maxsize=512)
def _known(told: str) -> tuple[frozenset[str], str]:
    """Return the numbers of a text, and the text as names are looked for in it; the same for every arm."""
    return numbers_in(told), told.casefold()
