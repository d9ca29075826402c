"""How much of a statement a text holds, by the words they share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_TOKEN = re.compile(r"(?P<number>\d[\d,.:]*\d|\d)|(?P<word>[A-Za-z][A-Za-z'’]*)|(?P<hangul>[가-힣]+)")
_NUMBER, _NAME, _WORD, _PAIR = 3.0, 2.0, 1.0, 0.5
"""What a shared number, capitalised word, other word and pair of Hangul syllables weigh."""
_COMMON = re.compile(
    r"the|and|for|that|this|with|from|ha(?:ve|s|d)|was|were|are|be(?:en|ing)|w(?:ill|ould)|c(?:an|ould)|should"
    r"|may|not|but|you|your|the[ym]|their|his|her|its|she|him|who|whom|wh(?:at|en|ere|ich|ile)|the[nr]e?|than"
    r"|here|about|into|over|only|also|just|does|did|doing|out|off|per|one"
)
"""English words that say nothing about what is said."""
_NEIGHBOURS = 2
"""Sentences in a row that may say a statement together."""

Keys = frozenset[tuple[str, float]]


@lru_cache(maxsize=8192)
def keys_of(text: str) -> Keys:
    """Return what a text is recognised by, with weights; particles and endings matter little."""
    found: dict[str, float] = {}
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match["number"]:
            found[token.replace(",", "").rstrip(".:")] = _NUMBER
        elif match["word"]:
            word = re.sub(r"['’]s?$", "", token)
            stem = word.lower()
            if len(stem) > 2 and not _COMMON.fullmatch(stem):
                stem = re.sub(r"(?:ing|ed|es|s)$", "", stem) if len(stem) > 4 else stem
                found[stem] = _NAME if word[0].isupper() and match.start() > 0 else _WORD
        else:
            pairs = [token[i : i + 2] for i in range(len(token) - 1)] or [token]
            found |= {pair: _PAIR for pair in pairs if pair not in found}
    return frozenset(found.items())


def share_held(statement: str, sentences: Sequence[str]) -> float:
    """Return how much of a statement (0–1) the best few neighbouring sentences hold."""
    wanted = dict(keys_of(statement))
    total = sum(wanted.values())
    if not total:
        return 0.0
    kept = [{key for key, _ in keys_of(sentence)} & wanted.keys() for sentence in sentences]
    best = 0.0
    for start in range(len(kept)):
        together = set().union(*kept[start : start + _NEIGHBOURS])
        best = max(best, sum(wanted[key] for key in together))
    return best / total


def closest(statement: str, sentences: Sequence[str]) -> int:
    """Return the position of the sentence that shares most with a statement, the first of equals."""
    wanted = dict(keys_of(statement))
    shared = [sum(wanted.get(key, 0.0) for key, _ in keys_of(sentence)) for sentence in sentences]
    return max(range(len(sentences)), key=lambda i: (shared[i], -i))
