"""The rule on language: message, context and reference answer are in the case's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalharness.experiment.lint.corpus import Corpus
from evalharness.experiment.lint.finding import Spot

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_HANGUL = re.compile(r"[가-힣]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
KOREAN_SHARE = 0.5


def languages(corpus: Corpus) -> Iterator[Spot]:
    """Find texts that are not in the case's language, code blocks left out.

    A text is Korean when at least half of its words are (Hangul syllables counted by twos); that is how
    answers are scored, too.
    """
    for item in corpus.cases:
        for key, text in item.texts:
            found = language_of(text)
            if found is not None and found != item.case.language:
                message = f"{key} reads as {found}, the case says {item.case.language}; mend one of them"
                yield item.spot(message, key)


def language_of(text: str) -> str | None:
    """Return ko or en; None for text without letters."""
    prose = _FENCE.sub("", text)
    korean = len(_HANGUL.findall(prose)) / 2
    latin = len(_LATIN_WORD.findall(prose))
    if korean + latin == 0:
        return None
    return "ko" if korean / (korean + latin) >= KOREAN_SHARE else "en"
