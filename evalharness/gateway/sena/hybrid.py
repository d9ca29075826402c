"""Hybrid Sena: extractive, with sentence embeddings for what words alone do not show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from evalharness.core.case import Context
from evalharness.core.ports import Embedder
from evalharness.core.sena import Budget, Compressed, SenaRules
from evalharness.gateway.sena.embedding import default_embedder
from evalharness.gateway.sena.extractive import value_of
from evalharness.gateway.sena.features import look_at
from evalharness.gateway.sena.frame import compress_units
from evalharness.gateway.sena.selection import Overlap, select, word_overlap
from evalharness.gateway.sena.units import Unit
from evalharness.gateway.sena.weights import WEIGHTS

_PARAPHRASE = 0.7
"""Cosine above which two sentences begin to say the same; unrelated ones rarely reach 0.3."""


class HybridCompressor:
    """Extractive, but near the message in meaning counts as in words, and a paraphrase counts as said.

    Made for contexts in another language than the message, and for wordy repetition; on the shipped cases it
    is no better than extractive (docs/sena.md).
    """

    name = "hybrid"
    version = "1"

    def __init__(
        self,
        rules: SenaRules | None = None,
        weights: Mapping[str, float] = WEIGHTS,
        embedder: Embedder | None = None,
    ) -> None:
        """Take rules, weights, and an embedder; None for the bundled one, loaded at the first context."""
        self._rules = rules or SenaRules()
        self._weights = weights
        self._embedder = embedder

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return the context's most telling part; guarantees as in `core.ports.Compressor`.

        Raises:
            BadInput: If the extra `semantic` is not installed.
        """

        def choose(units: Sequence[Unit], *, settled: frozenset[int], room: int) -> Collection[int]:
            seen = look_at(units, message)
            near, alike = self._similarities([unit.text for unit in units], message)
            values = [
                value_of(features | {"relevance": (features["relevance"] + cosine) / 2}, self._weights)
                for features, cosine in zip(seen.features, near, strict=True)
            ]
            overlap = _either(word_overlap(seen), alike)
            return select(units, values, overlap, settled=settled, room=room)

        return compress_units(context, budget=budget, rules=self._rules, choose=choose)

    def _similarities(self, texts: Sequence[str], message: str) -> tuple[list[float], list[list[float]]]:
        """Return the cosine of each text to the message, and of each text to each."""
        import numpy as np  # noqa: PLC0415 - only this method needs it

        embedder = self._embedder or default_embedder()
        vectors = np.asarray(embedder.encode([*texts, message]), dtype=np.float64)
        # Rounded: the last digits of such sums differ between machines, and must not decide what is kept.
        cosines: list[list[float]] = np.round(vectors @ vectors.T, 6).tolist()
        return [row[-1] for row in cosines[:-1]], cosines


def _either(words: Overlap, cosines: Sequence[Sequence[float]]) -> Overlap:
    def overlap(index: int, other: int) -> float:
        meaning = (cosines[index][other] - _PARAPHRASE) / (1 - _PARAPHRASE)
        return max(words(index, other), min(1.0, meaning))

    return overlap
