"""Results that cost time and not money, kept by what they were made from."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TypeVar

Item = TypeVar("Item")

_LARGEST_BYTES = 256 * 1024 * 1024
_TABLE = (
    "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value TEXT NOT NULL, sha256 TEXT NOT NULL)"
)

_FIND = "SELECT value, sha256 FROM results WHERE key = ?"


class ContentCache(MutableMapping[str, Item]):
    """Results by key in one file, as a context manager that writes what is new when it is left.

    The file may be deleted at any time, and never gets in the way: one that cannot be read or written, is
    damaged, or is held by another process for too long is a cache that knows nothing. A value that differs
    from its own hash is not there.
    """

    def __init__(
        self, path: Path, *, version: str, dump: Callable[[Item], str], load: Callable[[str], Item]
    ) -> None:
        """Name the file; it is opened when first asked.

        Args:
            path: The file; made if it is not there, made anew if it is damaged or beyond 256 MiB.
            version: Of whatever makes the results: those of another version are not there.
            dump: A result as text.
            load: The text as a result; raises ValueError for what it cannot read.
        """
        self._path = path
        self._prefix = f"{version}:"
        self._dump = dump
        self._load = load
        self._fresh: dict[str, str] = {}

    def __enter__(self) -> ContentCache[Item]:
        """Return the cache."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is new, whatever happened: it is true all the same."""
        if self._file is not None:
            with suppress(sqlite3.Error):
                rows = [(self._prefix + key, text, _sha256(text)) for key, text in self._fresh.items()]
                self._file.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows)
                self._file.commit()
                self._fresh.clear()
            self._file.close()
        del self._file  # opened again if asked again

    def __getitem__(self, key: str) -> Item:
        """Return a result, or raise KeyError."""
        text = self._fresh.get(key) or self._stored(key)
        if text is None:
            raise KeyError(key)
        try:
            return self._load(text)
        except ValueError:
            raise KeyError(key) from None

    def __setitem__(self, key: str, value: Item) -> None:
        """Keep a result."""
        self._fresh[key] = self._dump(value)

    def __delitem__(self, key: str) -> None:
        """Forget a result."""
        self._fresh.pop(key, None)
        if self._file is not None:
            with suppress(sqlite3.Error):
                self._file.execute("DELETE FROM results WHERE key = ?", (self._prefix + key,))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        stored: list[tuple[str]] = []
        if self._file is not None:
            with suppress(sqlite3.Error):
                stored = self._file.execute("SELECT key FROM results").fetchall()
        ours = {key.removeprefix(self._prefix) for (key,) in stored if key.startswith(self._prefix)}
        return iter(sorted(ours | self._fresh.keys()))

    def __len__(self) -> int:
        """Return how many results there are."""
        return sum(1 for _ in self)

    def _stored(self, key: str) -> str | None:
        if self._file is None:
            return None
        try:
            found = self._file.execute(_FIND, (self._prefix + key,)).fetchone()
        except sqlite3.Error:
            return None
        return found[0] if found is not None and _sha256(found[0]) == found[1] else None

    @cached_property
    def _file(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > _LARGEST_BYTES:
                self._path.unlink()
            return _opened(self._path)
        except (OSError, sqlite3.Error):
            return None


def _opened(path: Path) -> sqlite3.Connection:
    """Open or make a cache; one that is damaged is made anew."""
    try:
        return _connected(path)
    except sqlite3.OperationalError:
        raise  # held by another process, or a folder that cannot be written
    except sqlite3.DatabaseError:
        path.unlink()
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=1.0)
    try:
        file.execute(_TABLE)
    except sqlite3.Error:
        file.close()
        raise
    return file


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
