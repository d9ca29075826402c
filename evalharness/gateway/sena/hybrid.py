"""Hybrid Sena: extractive, with sentence embeddings for what words alone do not show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from evalharness.core.case import Context
from evalharness.core.ports import Embedder
from evalharness.core.sena import Budget, Compressed, SenaRules
from evalharness.gateway.sena.embedding import default_embedder
from evalharness.gateway.sena.extractive import value_of
from evalharness.gateway.sena.features import look_at
from evalharness.gateway.sena.frame import compress_units
from evalharness.gateway.sena.selection import Redundancy, WordRedundancy, select
from evalharness.gateway.sena.units import Unit
from evalharness.gateway.sena.weights import WEIGHTS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float64]

_PARAPHRASE = 0.7
"""Cosine above which two sentences begin to say the same; unrelated ones rarely reach 0.3."""


class HybridCompressor:
    """Extractive, but near the message in meaning counts as in words, and a paraphrase counts as said.

    Made for contexts in another language than the message, and for wordy repetition; on the shipped cases it
    is no better than extractive (docs/sena.md).
    """

    name = "hybrid"
    version = "2"

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
            vectors = self._vectors([*(unit.text for unit in units), message])
            values = [
                value_of({**features, "relevance": (features["relevance"] + near) / 2}, self._weights)
                for features, near in zip(seen.features, _cosines(vectors, -1), strict=False)
            ]
            redundancy = MeaningRedundancy(WordRedundancy(seen), vectors[:-1])
            return select(units, values, redundancy, settled=settled, room=room)

        return compress_units(context, budget=budget, rules=self._rules, choose=choose)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        import numpy as np  # noqa: PLC0415 - only this method needs it

        embedder = self._embedder or default_embedder()
        return np.asarray(embedder.encode(texts), dtype=np.float64)


class MeaningRedundancy:
    """What is said is the words of the kept units, and what means nearly the same as one of them."""

    def __init__(self, words: Redundancy, vectors: Vectors) -> None:
        """Take the redundancy of words, and one vector a unit."""
        self._words = words
        self._vectors = vectors

    def keep(self, index: int) -> Iterator[tuple[int, float]]:
        """Count the unit's words and its meaning as said."""
        yield from self._words.keep(index)
        for other, cosine in enumerate(_cosines(self._vectors, index)):
            if cosine > _PARAPHRASE:
                yield other, min(1.0, (cosine - _PARAPHRASE) / (1 - _PARAPHRASE))


def _cosines(vectors: Vectors, index: int) -> list[float]:
    # Rounded: the last digits of such sums differ between machines, and must not decide what is kept.
    cosines: list[float] = (vectors @ vectors[index]).round(6).tolist()
    return cosines
