"""Which recording somebody means."""

from __future__ import annotations

from pathlib import Path

from evalharness.app.project import Project
from evalharness.app.recordings.recorded_plan import recorded_plan
from evalharness.core.errors import BadInput, UsageError
from evalharness.gateway.cassette.files import read, recording_path
from evalharness.gateway.cassette.interaction import Interaction


def find_recording(path: Path, cell: str | None) -> Path:
    """Return the file of a recording: the path itself, or what answers a cell of an experiment.

    Raises:
        UsageError: If a cell is named without an experiment, or an experiment without a cell.
        BadInput: If the experiment has no such cell, or there is no recording.
    """
    if (path.suffix == ".toml") != (cell is not None):
        raise UsageError("name a recording's file, or an experiment with --cell case/arm/repeat")
    if cell is None:
        return _existing(path)
    project = Project(path)
    planned = {item.cell.id: item for item in recorded_plan(project).cells}
    if cell not in planned:
        raise BadInput(f"has no cell {cell!r}; cells are named like {next(iter(planned))}", file=path)
    key = planned[cell].answer_key
    if key is None:
        raise BadInput(f"cell {cell} asks nothing: its compression is not recorded, or failed", file=path)
    return _existing(recording_path(project.cassettes, key))


def read_existing(path: Path) -> Interaction:
    """Read a recording that somebody named.

    Raises:
        BadInput: If there is no such file.
        CassetteDamaged: If it cannot be trusted.
    """
    return read(_existing(path))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BadInput("no such recording", file=path)
    return path
