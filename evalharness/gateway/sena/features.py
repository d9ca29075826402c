"""What can be seen of each unit without understanding it: the numbers that weights turn into a value."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalharness.gateway.sena.cues import COUNTED, PRESENT
from evalharness.gateway.sena.sentences import quotations
from evalharness.gateway.sena.terms import bigrams, bm25, stems
from evalharness.gateway.sena.units import Unit

_TAKEN_UP = range(2, 5)
"""Units that share a stem: said once is a detail, said in most of them is the subject at large."""

_MOST_QUOTATIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is seen of a context's units, each list in reading order."""

    features: tuple[Mapping[str, float], ...]
    """By name; all of order 1. See `weights.WEIGHTS` for what they are worth."""
    stems: tuple[frozenset[str], ...]
    rarity: Mapping[str, float]
    """How rare a stem is among the units: ln(1 + units / units that have it)."""


def look_at(units: Sequence[Unit], message: str) -> Seen:
    """Return what is seen of the units, given the message that is to be answered."""
    # Decomposed Korean (as macOS file names have it) is the same text.
    texts = [unicodedata.normalize("NFKC", unit.text) for unit in units]
    stem_sets = [frozenset(stems(text)) for text in texts]
    shared = Counter(stem for stem_set in stem_sets for stem in stem_set)
    relevance = _relevance(texts, unicodedata.normalize("NFKC", message))
    depths = _depths(units)
    features: list[Mapping[str, float]] = []
    for index, (unit, text) in enumerate(zip(units, texts, strict=True)):
        taken_up = sum(shared[stem] in _TAKEN_UP for stem in stem_sets[index])
        position = index / max(1, len(units) - 1)
        features.append(
            {name: math.sqrt(min(len(sign.findall(text)), most)) for name, (sign, most) in COUNTED.items()}
            | {name: float(bool(sign.search(text))) for name, sign in PRESENT.items()}
            | {
                "quotation": math.sqrt(min(len(quotations(text)), _MOST_QUOTATIONS)),
                "log_tokens": math.log(unit.tokens),
                "taken_up": math.log1p(taken_up),
                "relevance": relevance[index],
                "position": position,
                "position_squared": position**2,
                "depth": depths[index],
                "opens_place": float(index == 0 or units[index - 1].place != unit.place),
                "in_profile": float(unit.place == "profile"),
                "in_notes": float(unit.place.startswith("notes")),
            }
        )
    rarity = {stem: math.log(1 + len(units) / count) for stem, count in shared.items()}
    return Seen(features=tuple(features), stems=tuple(stem_sets), rarity=rarity)


def _depths(units: Sequence[Unit]) -> list[float]:
    """Return how deep in its place each unit stands: 0 for the first of a turn, 1 for the last."""
    lengths = Counter(unit.place for unit in units)
    seen: Counter[str] = Counter()
    depths = []
    for unit in units:
        depths.append(seen[unit.place] / max(1, lengths[unit.place] - 1))
        seen[unit.place] += 1
    return depths


def _relevance(texts: Sequence[str], message: str) -> list[float]:
    """Return BM25 to the message as a share of the best unit's."""
    scores = bm25(bigrams(message), [bigrams(text) for text in texts])
    best = max(scores, default=0.0) or 1.0
    return [score / best for score in scores]
