"""Bring your own: a table of outputs, scores or costs made elsewhere becomes a run directory."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from evalharness.app.imports.imported import ImportedProject
from evalharness.app.system import SystemClock, git_state, relative_path, versions
from evalharness.core.errors import BadInput, IntegrityError
from evalharness.core.imported import IMPORTED, ImportedCell
from evalharness.core.job import Cell
from evalharness.core.plan import PlannedCell
from evalharness.experiment.imported_cells import stream_cells
from evalharness.experiment.table_stream import FORMATS, table_format
from evalharness.score.imported import persona_of
from evalharness.store import Manifest, RunDirectory
from evalharness.store.directory import FORMAT_VERSION, IMPORTED_CELLS

_CELL = TypeAdapter(ImportedCell)
_PLANNED = TypeAdapter(PlannedCell)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRun:
    """Where an import is, and what it holds."""

    directory: RunDirectory
    cells: int
    cases: int
    arms: tuple[tuple[str, int], ...]
    """Cells of each arm, in the mapping's order."""


def import_table(table: Path, *, mapping: Path, out: Path | None) -> ImportedRun:
    """Read a table by its mapping and make a run directory of it; nothing is left if a row is wrong.

    Rows are read, checked and written one at a time, so that memory does not grow with the table but for one
    number a row.

    Args:
        table: CSV, JSON Lines or Parquet.
        mapping: TOML: which column is what, arms, assumptions.
        out: Folder of run directories; None for the usual one.

    Raises:
        BadInput: Naming the mapping's line, or the table's row and line.
        IntegrityError: If the disk does not take it.
    """
    project = ImportedProject(mapping)
    found = project.mapping
    kind = found.kind or table_format(table)
    if kind is None:
        message = f"what kind of table is this? Set format in {mapping} to one of {', '.join(FORMATS)}"
        raise BadInput(message, file=table)
    project.check()
    out = out or project.reports
    with _Draft(out) as draft:
        counts, cases = _write_cells(draft, stream_cells(table, kind, found), project)
        identity = _identity(table, mapping)
        directory = RunDirectory(out / f"{project.experiment.name}-{identity[:12]}-import")
        draft.keep(directory.path)
    _write_manifest(directory, project, identity, table)
    arms = tuple((arm.name, counts.get(arm.name, 0)) for arm in project.experiment.arms)
    return ImportedRun(directory=directory, cells=sum(counts.values()), cases=cases, arms=arms)


class _Draft:
    """Files that become a run directory's, or nothing."""

    def __init__(self, out: Path) -> None:
        self._made = not out.exists()
        try:
            out.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix=".import-", suffix=".tmp", dir=out))
        except OSError as error:
            raise IntegrityError(f"cannot be written: {error.strerror}", file=out) from None
        self._out = out

    def __enter__(self) -> _Draft:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            for file in self._folder.glob("*"):
                file.unlink()
            self._folder.rmdir()
            if self._made and not any(self._out.iterdir()):
                self._out.rmdir()

    def path(self, name: str) -> Path:
        return self._folder / name

    def keep(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file in sorted(self._folder.glob("*")):
                file.replace(folder / file.name)
        except OSError as error:
            raise IntegrityError(f"cannot be written: {error.strerror}", file=folder) from None


def _write_cells(
    draft: _Draft, cells: Iterator[ImportedCell], project: ImportedProject
) -> tuple[dict[str, int], int]:
    counts: dict[str, int] = {}
    cases: set[int] = set()
    models = {arm.name: arm.model for arm in project.experiment.arms}
    try:
        with (
            draft.path(IMPORTED_CELLS).open("wb") as rows,
            draft.path("plan.jsonl").open("wb") as plan,
        ):
            draft.path("calls.jsonl").touch()  # no call of ours: known to be none, not missing
            for cell in cells:
                rows.write(_CELL.dump_json(cell, exclude_none=True) + b"\n")
                plan.write(_PLANNED.dump_json(_planned(cell, models[cell.arm])) + b"\n")
                counts[cell.arm] = counts.get(cell.arm, 0) + 1
                cases.add(hash(cell.case_id))
    except OSError as error:
        raise IntegrityError(f"cannot be written: {error.strerror}", file=draft.path("")) from None
    return counts, len(cases)


def _planned(cell: ImportedCell, model: str) -> PlannedCell:
    return PlannedCell(
        cell=Cell(case_id=cell.case_id, arm=cell.arm, repeat=cell.repeat), answer_key=None, model=model,
        persona=persona_of(cell), route_reason=IMPORTED, prompt_tokens=0, context_tokens=0,
        raw_context_tokens=0, dropped=(),
    )  # fmt: skip


def _identity(table: Path, mapping: Path) -> str:
    """Return the hash of the table and of the mapping that reads it."""
    digest = hashlib.sha256()
    for file in (mapping, table):
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _write_manifest(directory: RunDirectory, project: ImportedProject, identity: str, table: Path) -> None:
    directory.write_manifest(
        Manifest(
            format_version=FORMAT_VERSION, run_id=directory.path.name, identity=identity,
            experiment_file=relative_path(project.file, directory.path), experiment_sha256=project.sha256,
            dataset_sha256=project.shape_sha256, mode=IMPORTED, endpoint=table.name, limit=None,
            versions=versions(), git=git_state(project.file.parent),
            started_at=SystemClock().now().isoformat(timespec="seconds"),
        )
    )  # fmt: skip
