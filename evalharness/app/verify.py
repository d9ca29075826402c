"""Verification: everything that follows from a run's calls is made again and compared byte for byte."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalharness.app import stages
from evalharness.app.clients import Mode, replies_of
from evalharness.app.opening import open_project, read_decision
from evalharness.app.project import Project
from evalharness.app.report_source import CHANGED, cause_of, experiment_of, run_beside
from evalharness.app.reports import names_itself, own_names, report_texts
from evalharness.core.errors import CassetteMiss, Differs, EvalHarnessError, IntegrityError
from evalharness.core.imported import IMPORTED
from evalharness.render import LANGUAGES
from evalharness.render.reference import Reference, read_reference
from evalharness.score import build_records
from evalharness.store import RunDirectory
from evalharness.store.directory import IMPORTED_CELLS, LABEL_KEY, LABELS
from evalharness.store.jsonlines import encode, read_raw, readable

_PEOPLE = (LABEL_KEY, LABELS)
_INPUTS = frozenset({"manifest.json", "calls.jsonl", ".lock", IMPORTED_CELLS, *_PEOPLE})
"""What a run directory holds that nothing else in it determines."""
_NAMED = {"report": ("report", ".md"), "appendix": ("appendix", ".md"), "page": ("report", ".html")}
"""How the file of each kind of report begins and ends."""
_AROUND = 40
"""Characters shown on each side of the first difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was made again and found equal."""

    files: tuple[Path, ...]
    calls: int
    source: str
    """What the calls were read from: calls.jsonl, or recordings."""


def verify_run(directory: RunDirectory) -> Verified:
    """Make every file of a run again from its calls, in a temporary folder, and compare.

    Raises:
        Differs: Naming the first file and line that is not what the calls give.
        RunMismatch: If the run's answers belong to another state of the experiment.
    """
    project = _afresh(directory)
    on = _decided_on(directory)
    if (directory.path / "calls.jsonl").exists():
        directory.read_calls()  # a damaged line is named where it lies, not in the copy
    with tempfile.TemporaryDirectory() as folder:
        made = _copy(directory, project, Path(folder) / directory.path.name)
        calls = len(made.read_calls())
        try:
            _derive(made, project, on=on, languages=_languages(directory))
        except CassetteMiss:
            # Judges were not asked about these answers: either those differ, or nobody has scored yet.
            names = _compare_files(directory, made)
            if (directory.path / "scores.jsonl").exists():
                raise
        else:
            names = _compare_files(directory, made)
    imported = directory.read_manifest().mode == IMPORTED
    source = "imported.jsonl" if imported else "calls.jsonl"
    return Verified(files=tuple(directory.path / name for name in names), calls=calls, source=source)


def verify_report(path: Path, *, experiment: Path | None) -> Verified:
    """Make a report or appendix again from its run, or from recordings if the run is not at hand.

    Args:
        path: A report or an appendix, wherever it lies.
        experiment: The experiment file; None to look for it near the report and here.

    Raises:
        Differs: Naming the first line that is not what the calls give.
        IntegrityError: If the file is no report, or its run cannot be made again.
    """
    reference = _reference(path)
    with tempfile.TemporaryDirectory() as folder:
        found = run_beside(reference, path.parent, replayed=False)
        if found is not None and experiment is None:
            project = _afresh(found)
            made, source = _copy(found, project, Path(folder) / found.path.name), "calls.jsonl"
        else:
            project = experiment_of(reference, path, experiment)
            made, source = _replayed(project, Path(folder)), "recordings"
            beside = run_beside(reference, path.parent)
            if beside is not None:
                _copy_files(beside.path, made.path, _PEOPLE)
        calls = _derive(made, project, on=reference.on, languages=(reference.language,))
        texts = report_texts(made, project, (reference.language,))
        start, ending = _NAMED[reference.kind]
        text = next(t for name, t in texts.items() if name.startswith(start) and name.endswith(ending))
        # The same report stands in its run directory, and under another name where people look for it.
        wanted = encode(own_names(text) if names_itself(read_raw(path)) else text)
        compare(path, wanted, why=lambda: cause_of(reference, path, project))
    return Verified(files=(path,), calls=calls, source=source)


def _compare_files(directory: RunDirectory, made: RunDirectory) -> list[str]:
    """Compare what a run holds with what was made again, in the order in which it follows; returns names."""
    names = [name for name in _names(made) if (directory.path / name).exists()]
    for name in names:
        compare(directory.path / name, read_raw(made.path / name))
    return names


def compare(path: Path, wanted: bytes, *, why: Callable[[], str] = lambda: CHANGED) -> None:
    """Compare a file with what it should hold.

    Args:
        path: The file.
        wanted: Its bytes as made again.
        why: Says what may have happened, if they differ.

    Raises:
        Differs: Naming the first line that differs, what it is and what it should be.
    """
    found = read_raw(path)
    if found == wanted:
        return
    lines, wanted_lines = found.split(b"\n"), wanted.split(b"\n")
    pairs = zip(lines, wanted_lines, strict=False)
    number = next((k for k, (a, b) in enumerate(pairs) if a != b), min(len(lines), len(wanted_lines)))
    was, should = _excerpts(_line(lines, number), _line(wanted_lines, number))
    raise Differs(
        f"not what the calls give: is {was}, should be {should}; {why()}",
        file=path,
        line=number + 1,
    )


def _line(lines: list[bytes], number: int) -> str | None:
    return lines[number].decode("utf-8", "replace") if number < len(lines) else None


def _excerpts(first: str | None, second: str | None) -> tuple[str, str]:
    """Return both lines around the place where they part."""
    if first is None or second is None:
        return _quoted(first, 0), _quoted(second, 0)
    pairs = zip(first, second, strict=False)
    column = next((k for k, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))
    return _quoted(first, column), _quoted(second, column)


def _quoted(line: str | None, column: int) -> str:
    if line is None:
        return "no such line"
    start, end = max(0, column - _AROUND), column + _AROUND
    return f"“{'…' * (start > 0)}{line[start:end]}{'…' * (end < len(line))}”"


def _decided_on(directory: RunDirectory) -> dt.date | None:
    """Return the day that somebody decided for; None for the run's own."""
    if not (directory.path / "decision.json").exists():
        return None
    try:
        return read_decision(directory).on
    except EvalHarnessError:
        return None  # a decision that cannot be read differs anyway, and says where


def _languages(directory: RunDirectory) -> tuple[str, ...]:
    """Return every language: those without a file are not compared."""
    return LANGUAGES if any(directory.path.glob("report*.*")) else ()


def _afresh(directory: RunDirectory) -> Project:
    """Return a run's experiment, checked, with nothing remembered from earlier work."""
    return replace(open_project(directory), cache=None)


def _copy(directory: RunDirectory, project: Project, to: Path) -> RunDirectory:
    """Copy what determines a run, and nothing that follows from it."""
    made = RunDirectory(to)
    to.mkdir()
    manifest = directory.read_manifest()
    made.write_manifest(replace(manifest, experiment_file=project.file.resolve().as_posix()))
    _copy_file(directory.path, to, "calls.jsonl")
    # Cells of an import, with the plan that lists them, stand in the calls' place.
    given = (IMPORTED_CELLS, "plan.jsonl") if manifest.mode == IMPORTED else ()
    _copy_files(directory.path, to, (*given, *_PEOPLE))
    return made


def _copy_files(folder: Path, to: Path, names: Sequence[str]) -> None:
    for name in names:
        if (folder / name).exists():
            _copy_file(folder, to, name)


def _copy_file(folder: Path, to: Path, name: str) -> None:
    with readable(folder / name) as source, (to / name).open("wb") as target:
        shutil.copyfileobj(source, target)


def _replayed(project: Project, folder: Path) -> RunDirectory:
    done = stages.run_experiment(
        project, mode=Mode.REPLAY, out=folder, note=lambda _: None, watch=lambda _: None
    )
    return done.directory


def _derive(
    directory: RunDirectory, project: Project, *, on: dt.date | None, languages: tuple[str, ...]
) -> int:
    """Write everything that follows from a run's calls; returns how many there are."""
    calls = directory.read_calls()
    if directory.read_manifest().mode != IMPORTED:
        directory.write_plan(project.resolve(replies_of(project.plan, calls)).cells)
        # Before anything that may stop at a judge's missing reply.
        directory.write_records(build_records(directory.read_plan(), calls))
    stages.score_run(directory, project)
    decided = stages.decide_run(directory, project, on=on)
    if languages:
        stages.render_run(directory, project, copy_to=None, languages=languages, decided=decided)
    return len(calls)


def _names(directory: RunDirectory) -> Iterator[str]:
    """Yield what follows from the calls, in the order in which it follows."""
    order = ("plan.jsonl", "records.jsonl", "scores.jsonl", "decision.json")
    found = {path.relative_to(directory.path) for path in directory.path.rglob("*") if path.is_file()}
    names = {path.as_posix() for path in found} - _INPUTS
    yield from (name for name in order if name in names)
    yield from sorted(names - set(order))


def _reference(path: Path) -> Reference:
    try:
        return read_reference(read_raw(path).decode("utf-8", "replace"))
    except IntegrityError as error:
        raise IntegrityError(error.message, file=error.file or path) from None
