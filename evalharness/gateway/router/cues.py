"""Finding the lexicon's hand-written cues in a message, in one pass over its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from evalharness.core.case import Persona
from evalharness.gateway.router.cues_en import ENGLISH
from evalharness.gateway.router.cues_ko import KOREAN

Table = Mapping[Persona, Mapping[int, str]]
Weights = dict[str, tuple[tuple[Persona, int], ...]]
"""Cue → the personas that it speaks for and how strongly (1 to 3)."""

_WORD_START = re.compile(r"(?<![가-힣])[가-힣]")
_LATIN_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LONGEST_PHRASE = 5


@cache
def _weights(language: str) -> Weights:
    table: Table = KOREAN if language == "ko" else ENGLISH
    found: dict[str, dict[Persona, int]] = {}
    for persona, by_weight in table.items():
        # Strongest first: a cue that is listed twice keeps its larger weight.
        for weight in sorted(by_weight, reverse=True):
            for cue in by_weight[weight].split("|"):
                words = " ".join(cue.split())
                name = words.replace(" ", "") if language == "ko" else words
                if name:
                    found.setdefault(name, {}).setdefault(persona, weight)
    return {name: tuple(personas.items()) for name, personas in found.items()}


def find_cues(folded: str) -> dict[str, tuple[tuple[Persona, int], ...]]:
    """Return the cues in a case-folded message, each once, in the order of their first place.

    A Korean cue must begin a word (~ lifts that) and may be spaced anyhow; an English one is a whole word or
    phrase, * standing for any ending.
    """
    found: Weights = {}
    for language, candidates in (("ko", _korean(folded)), ("en", _english(folded))):
        weights = _weights(language)
        for cue in candidates:
            if cue in weights:
                found.setdefault(cue, weights[cue])
    return found


@cache
def _longest_korean() -> int:
    return max(map(len, _weights("ko")))


def _korean(folded: str) -> Iterator[str]:
    starts = {match.start() for match in _WORD_START.finditer(folded)}
    packed, at_start = "", []
    for place, sign in enumerate(folded):
        if not sign.isspace():
            packed += sign
            at_start.append(place in starts)
    for place, is_start in enumerate(at_start):
        if not "가" <= packed[place] <= "힣":
            continue
        for length in range(1, _longest_korean() + 1):
            piece = packed[place : place + length]
            yield "~" + piece
            if is_start:
                yield piece


def _english(folded: str) -> Iterator[str]:
    words = _LATIN_WORD.findall(folded)
    for first in range(len(words)):
        for last in range(first + 1, min(first + _LONGEST_PHRASE, len(words)) + 1):
            phrase = " ".join(words[first:last])
            yield phrase
            head = len(phrase) - len(words[last - 1])
            for end in range(head + 1, len(phrase) + 1):
                yield phrase[:end] + "*"
