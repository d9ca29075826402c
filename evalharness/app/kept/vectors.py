"""The cache of sentence embeddings on disk."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, MutableMapping, Sequence
from pathlib import Path

from evalharness.core.errors import BadInput


class VectorFile(MutableMapping[str, Sequence[float]]):
    """Embeddings in one file, by hash of model version and text; may be deleted at any time."""

    def __init__(self, path: Path) -> None:
        """Open or create it.

        Raises:
            BadInput: If it cannot be opened, or is something else.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path)
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)"
            )
        except (OSError, sqlite3.Error) as error:
            raise BadInput(f"not a cache of embeddings ({error}); delete it", file=path) from None

    def __getitem__(self, key: str) -> Sequence[float]:
        """Return a vector, or raise KeyError."""
        row = self._file.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return array("f", row[0])

    def __setitem__(self, key: str, vector: Sequence[float]) -> None:
        """Keep a vector."""
        self._file.execute(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, array("f", vector).tobytes())
        )

    def __delitem__(self, key: str) -> None:
        """Forget a vector."""
        self._file.execute("DELETE FROM vectors WHERE key = ?", (key,))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return (key for (key,) in self._file.execute("SELECT key FROM vectors ORDER BY key"))

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self._file.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def close(self) -> None:
        """Write and close."""
        self._file.commit()
        self._file.close()
