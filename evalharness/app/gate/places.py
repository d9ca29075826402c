"""Where cases are written, for tools that point at a file and a line."""

from __future__ import annotations

import os
from pathlib import Path

from evalharness.app.opening import project_of
from evalharness.core.errors import BadInput
from evalharness.experiment.dataset_file import find_sources
from evalharness.store import RunDirectory


def case_places(directory: RunDirectory, *, root: Path) -> dict[str, tuple[str, int]]:
    """Return file (from a root, with slashes) and line of each case of a run's dataset, by case id.

    Cases outside the root are left out: no tool that knows only the root could open them.
    """
    project = project_of(directory, directory.read_manifest())
    places = {}
    for source in find_sources(project.dataset_path):
        try:
            case_id = source.parse().id
        except BadInput:
            continue
        relative = _relative(source.file, root)
        if relative is not None:
            places[case_id] = (relative, source.line(("id",)) or 1)
    return places


def _relative(file: Path, root: Path) -> str | None:
    try:
        path = Path(os.path.relpath(file.resolve(), root.resolve()))
    except ValueError:  # another drive on Windows
        return None
    return None if path.parts[:1] == ("..",) else path.as_posix()
