"""Compress each context once: what was made of it is found again by its content."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping

from evalharness.core.case import Context
from evalharness.core.ports import Compressor
from evalharness.core.sena import Budget, Compressed


class RememberingCompressor:
    """Asks another compressor once for each context, message and budget."""

    def __init__(
        self, compressor: Compressor, store: MutableMapping[str, Compressed], *, settings: str
    ) -> None:
        """Take what compresses, and what remembers: a dictionary, or a file that behaves like one.

        Args:
            compressor: Deterministic, as every compressor is.
            store: Results by key, of the code that compresses now.
            settings: Everything that the compressor was made with, in any words.
        """
        self.name = compressor.name
        self.version = compressor.version
        self._compressor = compressor
        self._store = store
        self._settings = settings

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return the compressor's result, made now or before."""
        key = self._key(context, message, budget)
        try:
            return self._store[key]
        except KeyError:
            done = self._store[key] = self._compressor.compress(context, message=message, budget=budget)
            return done

    def _key(self, context: Context, message: str, budget: Budget) -> str:
        asked = repr((self.name, self.version, self._settings, context, message, budget))
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
