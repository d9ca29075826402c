"""Deciding what in the material matters: salience of sentences, from their form alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.emulator import cues
from evalharness.emulator.layout import Layout, Source
from evalharness.emulator.sentences import split_sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of the material."""

    index: int
    """Position in the material, from 0."""
    source: Source
    text: str
    salience: float
    """Higher matters more; comparable within one request only."""
    is_order: bool = False
    """Whether it gives orders to the assistant instead of saying something about the mentee."""
    is_code: bool = False


_CUES: tuple[tuple[float, re.Pattern[str]], ...] = (
    (1.6, cues.MEASURE),
    (0.7, cues.TIMING),
    (1.0, cues.BINDING),
    (1.2, cues.CORRECTION),
    (0.5, cues.EXPERIENCE),
)
_SOURCE_BONUS = {Source.NOTE: 0.5, Source.MENTOR: -0.2, Source.PROFILE: 0.0}
_RECENCY_WEIGHT = 0.6
_OVERLAP_WEIGHT = 3.0


def read_statements(layout: Layout) -> list[Statement]:
    """Return all sentences of the material, in order, with their salience."""
    sentences = [
        (passage.source, text) for passage in layout.passages for text in split_sentences(passage.text)
    ]
    wanted = _grams(layout.message)
    return [
        _statement(i, source, text, recency=i / max(1, len(sentences) - 1), wanted=wanted)
        for i, (source, text) in enumerate(sentences)
    ]


def ranked(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements worth using, most salient first."""
    worth = [statement for statement in statements if statement.salience > 0]
    return sorted(worth, key=lambda statement: (-statement.salience, statement.index))


def _statement(index: int, source: Source, text: str, *, recency: float, wanted: frozenset[str]) -> Statement:
    is_code = text.lstrip().startswith("```")
    overlap = _OVERLAP_WEIGHT * _overlap(text, wanted)
    score = overlap + _RECENCY_WEIGHT * recency + _SOURCE_BONUS.get(source, 0.0)
    return Statement(
        index=index,
        source=source,
        text=text,
        salience=round(score + (0.4 if is_code else _form(text)), 6),
        is_order=bool(cues.ORDER.search(text.lower())),
        is_code=is_code,
    )


def _form(text: str) -> float:
    """Score what a sentence looks like: concrete, binding and correcting beats vague and polite."""
    lower = text.lower()
    score = sum(weight for weight, pattern in _CUES if pattern.search(lower))
    score += 0.6 * min(3, len(cues.NUMBER.findall(text))) + 0.4 * min(2, len(cues.NUMBER_WORD.findall(lower)))
    score += 0.5 * min(3, _names(text)) + 0.4 * min(1, len(cues.QUOTED.findall(text)))
    score += min(0.6, len(text) / 200)
    if cues.QUESTION.search(text):
        score -= 2.5
    if cues.PLEASANTRY.match(lower) and len(text) < 60:
        score -= 1.0
    if cues.CLOSED_MATTER.search(lower):
        score -= 1.5
    return score - (2.0 if len(text) < 12 else 0.0)


def _names(text: str) -> int:
    if cues.HANGUL.search(text):
        return len(cues.NAME_KO.findall(text)) + len(cues.LATIN_IN_KO.findall(text))
    return len(cues.NAME_EN.findall(text))


def _grams(text: str) -> frozenset[str]:
    """Character pairs of Korean and quadruples of other words: they see through particles and endings."""
    grams: set[str] = set()
    for word in re.findall(r"[가-힣]+|[a-z0-9]+", text.lower()):
        size = 2 if cues.HANGUL.match(word) else 4
        grams.update(word[i : i + size] for i in range(len(word) - size + 1))
    return frozenset(grams)


def _overlap(text: str, wanted: frozenset[str]) -> float:
    """Share (0–1) of a sentence's character n-grams that occur in the message."""
    own = _grams(text)
    return len(own & wanted) / (len(own) + 8) if own else 0.0
