"""The lexicon router: hand-written cues and fitted stems, Korean and English; no dependency, no vectors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from evalharness.core.case import Persona
from evalharness.core.routing import PERSONAS, Route, has_words, readable
from evalharness.gateway.router.cues import find_cues
from evalharness.gateway.router.stems import fold, stems, window
from evalharness.gateway.router.weights import NO_WORDS, Four, LexiconWeights, load_lexicon, speaks_for

CUE_WEIGHT: Final = 0.4
"""Evidence per point of a cue, chosen on exemplars that were written after the cues."""
MOST_CUE_POINTS: Final = 6
"""More cues than this say nothing more: a long message collects many."""
_SHOWN_CUES, _SHOWN_STEMS = 3, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the words of a message say, per persona in the order of PERSONAS."""

    values: Four
    reasons: tuple[str, ...]


class LexiconRouter:
    """Adds up cues and stems; the same message always gives the same route."""

    name = "lexicon"
    version = "1"

    def __init__(self, weights: LexiconWeights | None = None, *, cue_weight: float = CUE_WEIGHT) -> None:
        """Take fitted weights.

        Args:
            weights: None for the shipped ones; others are for measuring.
            cue_weight: 0 leaves the hand-written cues out.
        """
        self._weights = weights or load_lexicon()
        self._cue_weight = cue_weight

    def route(self, message: str) -> tuple[Persona, str]:
        """Return the persona and the cues that decided."""
        route = self.choose(message)
        return route.persona, route.reason

    def choose(self, message: str) -> Route:
        """Return the persona with its probability and the cues that decided.

        Raises:
            EmptyMessage: There is nothing to route.
            MessageTooLong: There is more than a message may have.
        """
        text = readable(message)
        if not has_words(text):
            return NO_WORDS
        evidence = self.evidence(text)
        return self._weights.calibration.decide(evidence.values, evidence.reasons)

    def evidence(self, text: str) -> Evidence:
        """Return what the words of a readable message say, before calibration."""
        folded = fold(window(text))
        from_cues, shown_cues = self._cues(folded)
        from_stems, shown_stems = self._stems(folded)
        values = [stem + cue for stem, cue in zip(from_stems, from_cues, strict=True)]
        shown = {persona: [*shown_cues[persona], *shown_stems[persona]] for persona in PERSONAS}
        return Evidence(values=(values[0], values[1], values[2], values[3]), reasons=speaks_for(shown))

    def _cues(self, folded: str) -> tuple[list[float], dict[Persona, list[str]]]:
        hits: dict[Persona, list[tuple[int, str]]] = {persona: [] for persona in PERSONAS}
        for cue, personas in find_cues(folded).items() if self._cue_weight else ():
            for persona, weight in personas:
                hits[persona].append((weight, cue))
        values = [
            self._cue_weight * min(sum(weight for weight, _ in hits[persona]), MOST_CUE_POINTS)
            for persona in PERSONAS
        ]
        strongest = {p: sorted(hits[p], key=lambda hit: -hit[0])[:_SHOWN_CUES] for p in PERSONAS}
        return values, {p: [f"“{cue}”" for _, cue in strongest[p]] for p in PERSONAS}

    def _stems(self, folded: str) -> tuple[list[float], dict[Persona, list[str]]]:
        """Return log probabilities, and the stems that speak most for each persona."""
        known = sorted(stem for stem in stems(folded) if stem in self._weights.stems)
        length = math.sqrt(len(known)) or 1.0
        raw = [
            bias + sum(self._weights.stems[stem][place] for stem in known) / length
            for place, bias in enumerate(self._weights.bias)
        ]
        highest = max(raw)
        total = highest + math.log(sum(math.exp(value - highest) for value in raw))
        shown = {
            persona: [
                f"stem “{stem}”"
                for stem in sorted(known, key=lambda stem: -self._weights.stems[stem][place])[:_SHOWN_STEMS]
                if self._weights.stems[stem][place] > 0
            ]
            for place, persona in enumerate(PERSONAS)
        }
        return [value - total for value in raw], shown
