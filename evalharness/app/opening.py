"""A run directory opened again: the experiment that it belongs to, and what was decided."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.app.nearby import experiments_near, shown
from evalharness.app.planning.preflight import describe_change
from evalharness.app.project import Project, text_sha256
from evalharness.core.errors import BadInput, RunMismatch
from evalharness.core.imported import IMPORTED
from evalharness.store import Manifest, RunDirectory

if TYPE_CHECKING:
    from evalharness.core.decision import Decision


def open_project(directory: RunDirectory, known: Project | None = None) -> Project:
    """Return the experiment that a run belongs to, checked to be still the same where answers depend on it.

    Thresholds, prices, assumptions and judges may have changed: scoring and deciding again under other ones
    is what stages are for. Cases, prompts, arms and seeds may not.

    Args:
        directory: The run.
        known: The experiment if it is loaded already; checked like one that is not.

    Raises:
        RunMismatch: If the run's answers belong to another state of the experiment.
    """
    manifest = directory.read_manifest()
    if manifest.mode == IMPORTED:
        from evalharness.app.imports.imported import open_imported

        return open_imported(directory, _file_of(directory, manifest), manifest)
    project = known or project_of(directory, manifest)
    if manifest.dataset_sha256 != project.dataset.sha256:
        raise RunMismatch(
            f"the dataset of {project.file} changed since this run; run the experiment again",
            file=directory.path,
        )
    if manifest.experiment_sha256 != project.sha256 and manifest.identity != project.plan.identity:
        change = describe_change(directory.read_plan(), project.plan.cells)
        raise RunMismatch(
            f"the experiment changed since this run in what models are asked: {change}; run it again",
            file=directory.path,
        )
    return project


def project_of(directory: RunDirectory, manifest: Manifest) -> Project:
    """Return the experiment that a run was made from, in whatever state it is now."""
    file = _file_of(directory, manifest)
    return Project(file, limit=manifest.limit, smoke=manifest.smoke, cache=directory.path.parent)


def _file_of(directory: RunDirectory, manifest: Manifest) -> Path:
    """Return the experiment of a run; of a run that was moved or copied, the one here that it was made from.

    Raises:
        BadInput: If there is none.
    """
    file = (directory.path / manifest.experiment_file).resolve()
    if file.exists():
        return shown(file)
    found = list(experiments_near(directory.path.absolute()))
    for known in found:
        if text_sha256(known) == manifest.experiment_sha256:
            return shown(known)
    for known in found:
        # Changed since in what no answer depends on, perhaps.
        with suppress(BadInput):
            if Project(known, limit=manifest.limit, smoke=manifest.smoke).plan.identity == manifest.identity:
                return shown(known)
    raise BadInput(
        f"was moved away from its experiment ({manifest.experiment_file} from there); "
        "give the command in the folder of the project, or put the run back into its reports",
        file=directory.path,
    )


def read_decision(directory: RunDirectory) -> Decision:
    """Return the decision as written: numbers are rounded once, and everybody reads the same."""
    from evalharness.core.decision import from_json

    return from_json(directory.read_json("decision.json"))
