"""Experiment files near a run or a report, for those that were moved away from theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evalharness.disk import open_regular


def experiments_near(folder: Path) -> Iterator[Path]:
    """Yield the experiment files, mappings of imports included, near a folder and in the working one."""
    seen: set[Path] = set()
    places = ((folder, "*"), (folder.parent, "*"), (Path(), "*"))
    beside = (folder.parent, folder.parent.parent, Path())
    below = ((place / "prompts", "**/*") for place in beside)
    for place, pattern in (*places, *below):
        for file in sorted(place.glob(f"{pattern}.toml"), key=lambda file: (len(file.parts), file)):
            if file.resolve() not in seen and _has_arms(file):
                seen.add(file.resolve())
                yield file


def shown(file: Path) -> Path:
    """Return a path as a user would name it from here."""
    try:
        return file.relative_to(Path.cwd())
    except ValueError:
        return file


def _has_arms(file: Path) -> bool:
    try:
        with open_regular(file) as stream:
            return b"[[arms]]" in stream.read()
    except OSError:
        return False
