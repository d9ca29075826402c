"""Where a report came from: its run, its experiment, and what has changed since it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from evalharness.app.clients import Mode
from evalharness.app.nearby import experiments_near, shown
from evalharness.app.project import Project
from evalharness.core.errors import BadInput, IntegrityError, RunMismatch
from evalharness.render.reference import Reference, read_reference
from evalharness.store import RunDirectory
from evalharness.store.jsonlines import read_raw

CHANGED: Final = (
    "the file was changed, or what it is made from was: program, prompts, labels, or a later decision"
)


def run_beside(reference: Reference, folder: Path, *, replayed: bool = True) -> RunDirectory | None:
    """Return the run that a report was made from, if its directory lies beside the report or holds it.

    Args:
        reference: The report's last line.
        folder: Where the report lies.
        replayed: Whether a replayed run will do, whose calls are recordings.
    """
    for place in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        directory = RunDirectory(place)
        if not directory.exists():
            continue
        manifest = directory.read_manifest()
        same = (manifest.identity, manifest.limit) == (reference.run, reference.limit)
        if same and (replayed or manifest.mode != Mode.REPLAY.value):
            return directory
    return None


def experiment_of(reference: Reference, path: Path, named: Path | None) -> Project:
    """Return the experiment whose plan has the report's hash.

    Raises:
        RunMismatch: If none has.
    """
    tried = [named] if named else [shown(file) for file in experiments_near(path.absolute().parent)]
    for file in tried:
        project = Project(file, limit=reference.limit)
        try:
            if project.plan.identity == reference.run:
                return project
        except BadInput:
            if named:
                raise
    run = reference.run[:12]
    if not tried:
        message = f"no experiment near it or here gives its run {run}; name the file with --experiment"
        raise RunMismatch(message, file=path)
    names = ", ".join(map(str, tried))
    raise RunMismatch(
        f"its run {run} is not what {names} {'gives' if len(tried) == 1 else 'give'}: prompts, cases or arms "
        "changed since; check out the state it was made from, or name the file with --experiment",
        file=path,
    )


def cause_of(reference: Reference, path: Path, project: Project) -> str:
    """Say why a report is not what its run gives now, as far as can be told.

    Args:
        reference: The report's last line.
        path: The report.
        project: Its experiment, as it is now.
    """
    stated = _stated(reference, path)
    changed = [what.replace("_", " ") for what, sha in project.hashes if sha not in stated] if stated else []
    if not changed:
        return CHANGED
    again = f"`evalharness analyze {project.file.as_posix()}` writes it anew"
    return f"changed since it was written: {', '.join(changed)}; {again}"


def _stated(reference: Reference, path: Path) -> str:
    """Return the text with the hashes that a report was made from: its own, or its appendix's."""
    for file in (path, *sorted(path.parent.glob("appendix*.md"))):
        text = read_raw(file).decode("utf-8", "replace")
        try:
            found = read_reference(text)
        except IntegrityError:
            continue
        if found.kind != "report" and found.run == reference.run:
            return text
    return ""
