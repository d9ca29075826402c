"""What is kept between runs because making it again takes time."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter

from evalharness.core.sena import Compressed
from evalharness.store.cache import ContentCache

_COMPRESSED = TypeAdapter(Compressed)


def compression_cache(folder: Path) -> ContentCache[Compressed]:
    """Return the compressions that are kept in a folder."""
    return ContentCache(folder / "compressions.sqlite", dump=_dump, load=_load)


def _dump(done: Compressed) -> str:
    # Escaped: half a surrogate pair, which a dataset may hold, has no UTF-8.
    return json.dumps(_COMPRESSED.dump_python(done, mode="json"))


def _load(text: str) -> Compressed:
    return _COMPRESSED.validate_python(json.loads(text))
