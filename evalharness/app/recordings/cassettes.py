"""Cassette folders, and the experiments they belong to: what `evalharness cassettes` works on."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalharness.app.project import Project
from evalharness.app.recordings.credentials import scanner
from evalharness.app.recordings.recorded_plan import recorded_jobs
from evalharness.app.recordings.sealing import check_signature
from evalharness.core.errors import BadInput, EvalHarnessError, IntegrityError, PricingError
from evalharness.core.experiment import Recordings
from evalharness.core.privacy import PersonalText
from evalharness.core.wire.response import served_id
from evalharness.gateway.cassette.files import recordings
from evalharness.gateway.cassette.finding import Check, Finding, Standard
from evalharness.gateway.cassette.seal import SEAL_NAME, compare_with_seal, read_seal
from evalharness.gateway.cassette.verify import Verification, verify_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A folder of recordings, and the experiment that names it if one is known."""

    folder: Path
    project: Project | None


def open_target(path: Path) -> Target:
    """Return what a path means: a cassette folder, or the folder that an experiment names.

    Raises:
        BadInput: If there is no such folder, or the experiment is wrong.
    """
    project = Project(path) if path.suffix == ".toml" else None
    folder = path if project is None else project.cassettes
    if not folder.is_dir():
        raise BadInput("no such folder of recordings", file=folder)
    return Target(folder=folder, project=project)


def verify(target: Target, *, on: dt.date, sealed: bool, environ: Mapping[str, str]) -> Verification:
    """Verify a folder; see docs/cassettes.md for what that proves.

    Args:
        target: The folder, and the experiment whose aliases, dates and names count.
        on: The day of the check.
        sealed: Whether a seal whose signature holds is demanded.
        environ: Where the key for a seal stands.
    """
    found = verify_folder(target.folder, _standard(target.project, on))
    seal = tuple(_seal_findings(target.folder, sealed=sealed, environ=environ))
    findings = tuple(sorted((*found.findings, *seal), key=lambda f: (f.file, f.check, f.message)))
    return Verification(recordings=found.recordings, findings=findings)


def _standard(project: Project | None, on: dt.date) -> Standard:
    if project is None:
        age = Recordings().max_age_days
        return Standard(on=on, max_age_days=age, find_credentials=scanner())
    card, dataset = project.card, project.dataset
    aliases = dict(project.experiment.aliases)

    def resolve(model: str) -> str:
        bare = served_id(model)
        meant = aliases.get(bare, bare)
        try:
            return card.resolve(meant)
        except PricingError:
            return meant

    return Standard(
        on=on,
        max_age_days=project.experiment.recordings.max_age_days,
        shutdowns={resolve(end.model): end.on for end in card.shutdowns},
        resolve=resolve,
        real=dataset.real,
        personal=PersonalText(names=dataset.names, allowed=dataset.allowed),
        find_credentials=scanner(),
    )


def _seal_findings(folder: Path, *, sealed: bool, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        seal = read_seal(folder)
        if seal is None:
            if sealed:
                yield Finding(check=Check.SEAL, file="", message="a seal is demanded, and there is none")
            return
        holds, why = check_signature(seal, environ=environ)
        if not holds:
            warning = holds is None and not sealed
            yield Finding(check=Check.SEAL, file=SEAL_NAME, message=why, warning=warning)
        yield from compare_with_seal(folder, seal)
    except EvalHarnessError as error:
        yield Finding(check=Check.SEAL, file=SEAL_NAME, message=error.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """Recordings that no experiment asks for."""

    folder: Path
    files: tuple[Path, ...]
    kept: int
    """Recordings that some experiment uses."""
    experiments: tuple[Path, ...]
    """Every experiment that was asked, the named ones first."""


def find_unused(named: Sequence[Path]) -> Unused:
    """Return the recordings of the named experiments' folder that no experiment uses.

    Experiments that lie beside the named ones or below and name the same folder are asked too: what they
    use must not look unused because somebody did not think of them.

    Raises:
        BadInput: If the experiments name several folders, or one of them is wrong.
        CassetteDamaged: If a compressor's recording cannot be trusted, for its answers are not known then.
    """
    folder = open_target(named[0]).folder
    for path in named:
        if path.suffix != ".toml":
            raise BadInput("name an experiment: only that tells which recordings are used", file=path)
        if open_target(path).folder.resolve() != folder.resolve():
            raise BadInput(f"names another folder of recordings than {named[0]}", file=path)
    experiments = [*named, *neighbours(named, folder)]
    used: set[str] = set()
    for path in experiments:
        used |= {f"{job.key}.json" for job in recorded_jobs(Project(path))}
    every = recordings(folder)
    files = tuple(file for file in every if file.name not in used)
    return Unused(folder=folder, files=files, kept=len(every) - len(files), experiments=tuple(experiments))


def remove(files: Sequence[Path]) -> None:
    """Remove recordings.

    Raises:
        IntegrityError: If one cannot be removed; those before it are gone.
    """
    for file in files:
        try:
            file.unlink()
        except OSError as error:
            raise IntegrityError(f"cannot be removed: {error.strerror or error}", file=file) from None


def neighbours(named: Sequence[Path], folder: Path) -> list[Path]:
    """Return the experiments beside the named ones, or below, that name the same folder of recordings."""
    known = {path.resolve() for path in named}
    found = []
    for root in sorted({path.parent for path in named}):
        for path in _toml_files(root):
            if path.resolve() not in known and _names_folder(path, folder):
                known.add(path.resolve())
                found.append(path)
    return found


def _toml_files(root: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(root):
        # Environments, caches and the like are hidden, and large.
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where) / name for name in sorted(names) if name.endswith(".toml"))


def _names_folder(path: Path, folder: Path) -> bool:
    try:
        named = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("cassettes")
    except (OSError, ValueError):
        return False
    if not isinstance(named, str):
        return False
    return Path(os.path.normpath(path.parent / named)).resolve() == folder.resolve()
