"""The stages, chained: each reads the files before it in the run directory and writes its own.

Scoring, which may call judges, is in `app.scoring`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from evalharness.app import reports
from evalharness.app.clients import Access, Mode
from evalharness.app.opening import open_project, read_decision
from evalharness.app.people.personal import check_people
from evalharness.app.planning.preflight import (
    control_warnings,
    describe_change,
    month_spent,
    other_states,
    refuse_unpriced,
    shutdown_warnings,
)
from evalharness.app.project import Project
from evalharness.app.recordings.kept import gone
from evalharness.app.recordings.missing import note_surplus
from evalharness.app.reports import Decided, study_of
from evalharness.app.scoring import Note, Watch, score_run
from evalharness.app.system import SystemClock, git_state, relative_path, versions
from evalharness.core.call import Call
from evalharness.core.errors import ProviderError, RunMismatch
from evalharness.core.pacific import pacific_day
from evalharness.core.provenance import Delivery
from evalharness.run import RunSummary
from evalharness.store import Manifest, RunDirectory
from evalharness.store.directory import FORMAT_VERSION
from evalharness.store.jsonlines import dump_json

# What a stage alone needs is imported in it: a run that calls models waits for none of it.


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """Where a run is, and what it did."""

    directory: RunDirectory
    summary: RunSummary


def run_experiment(
    project: Project,
    *,
    mode: Mode,
    out: Path,
    note: Note,
    watch: Watch,
    budget_usd: Decimal | None = None,
) -> RunResult:
    """Plan, then make every call that is not there yet.

    Args:
        project: The experiment.
        mode: How answers are reached.
        out: Folder of run directories.
        note: Told, one line each, what the user should know (repairs, resumed calls).
        watch: Told the progress after every call.
        budget_usd: Replaces the experiment's budget.

    Raises:
        EvalHarnessError: Of the kinds of `core.errors`; whatever was paid for is kept.
    """
    project.check()
    clock = SystemClock()
    directory = RunDirectory(out / _run_id(project, mode))
    access = Access(mode=mode, project=project, clock=clock, budget_usd=budget_usd)
    with directory.lock(since=f"{clock.now():%Y-%m-%d %H:%M:%S} UTC", note=note):
        access = _prepare(directory, access, note)
        began = clock.now().isoformat(timespec="seconds")
        # Replayed answers cost nothing and may have changed on disk: they are always read again.
        replayed = mode is Mode.REPLAY
        with directory.journal(fresh=replayed, durable=not replayed, note=note) as journal:
            if mode is Mode.RECORD_MISSING:
                journal.forget(gone(project.cassettes, journal.everything()))
            summary = asyncio.run(
                access.execute(
                    journal=journal,
                    watch=watch,
                    planned=lambda plan: directory.write_plan(plan.cells),
                    note=note,
                )
            )
        if replayed:
            # Now that it is whole: a replay that fails leaves the run that was here as it was.
            _claim(directory, project, access, began=began)
    _say_failures(summary, directory, note)
    # Which recordings of judges are used is known once the run is scored.
    if mode is Mode.REPLAY and not project.experiment.judges:
        note_surplus(project, summary.total, note)
    if summary.resumed:
        note(f"{summary.resumed} of {summary.total} calls were already in {directory.path}; not made again")
    for asked, served in sorted(summary.rerouted - _allowed(project)):
        note(f"{served} answered calls meant for {asked}: the arms of {asked} fail, and so does the verdict")
    return RunResult(directory=directory, summary=summary)


def _prepare(directory: RunDirectory, access: Access, note: Note) -> Access:
    """Check prices and limits, say what should be known, and claim the directory."""
    project, now = access.project, access.clock.now()
    if not access.mode.connects:
        if not directory.exists():
            _claim(directory, project, access)  # what it lacks can be asked of it, whatever becomes of it
        return access
    today = pacific_day(now)
    refuse_unpriced(project, today)
    told = (*check_people(project), *shutdown_warnings(project, today), *control_warnings(project))
    for line in (*told, *other_states(directory, project)):
        note(line)
    began = _claim(directory, project, access)
    access = access if began is None else replace(access, since=dt.datetime.fromisoformat(began))
    if project.experiment.limits.monthly_usd is None:
        return access
    spent = month_spent(directory.path.parent, endpoint=access.endpoint, now=now, price=access.price())
    return replace(access, month_spent_usd=spent)


def _allowed(project: Project) -> frozenset[tuple[str, str]]:
    return frozenset((asked, served) for served, asked in project.experiment.aliases)


def _say_failures(summary: RunSummary, directory: RunDirectory, note: Note) -> None:
    """Say why calls failed.

    Raises:
        ProviderError: If no call at all has an answer: nothing can be scored then.
    """
    if not summary.failed:
        return
    errors = [call.error.message for call in directory.read_calls().values() if call.error is not None]
    cause, count = Counter(errors).most_common(1)[0] if errors else ("no cause recorded", 0)
    if summary.made + summary.resumed == 0:
        raise ProviderError(
            f"none of {summary.total} calls was answered ({summary.retries} retries): {cause}; "
            "the same command goes on from here"
        )
    note(f"{summary.failed} of {summary.total} calls failed, {count} of them so: {cause}")


def decide_run(directory: RunDirectory, project: Project | None = None, *, on: dt.date | None) -> Decided:
    """Decide from what is scored; writes decision.json.

    Args:
        directory: A scored run.
        project: Its experiment, if it is loaded already.
        on: The decision's date; None for the latest day on which an answer was recorded.

    Raises:
        RunMismatch: If the run's answers belong to another state of the experiment.
    """
    from evalharness.core.decision import to_json
    from evalharness.decide import decide

    project = open_project(directory, project)
    study = study_of(directory, project, on=on)
    decision = decide(study, project.card, project.assumptions)
    directory.write_text("decision.json", dump_json(to_json(decision)))
    return Decided(decision=read_decision(directory), study=study)


def render_run(
    directory: RunDirectory,
    project: Project | None = None,
    *,
    copy_to: Path | None,
    languages: Sequence[str] = (),
    decided: Decided | None = None,
) -> Path:
    """Write the reports of a decided run; returns the path of the first, or of its published copy.

    Args:
        directory: A decided run.
        project: Its experiment, if it is loaded already.
        copy_to: Folder for copies, where people look for them; None for none.
        languages: Which languages; none for those that the experiment names.
        decided: What was decided about it, if that is at hand.
    """
    project = project or open_project(directory)
    return reports.render_run(directory, project, copy_to=copy_to, languages=languages, decided=decided)


def recordings_of(project: Project) -> set[str]:
    """Return the file names of all recordings that a project's replay reads.

    Raises:
        CassetteMiss: If a compressor's reply is not recorded, since what follows from it is unknown then.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = run_experiment(
            project, mode=Mode.REPLAY, out=Path(folder), note=lambda _: None, watch=lambda _: None
        )
        score_run(done.directory)
        return {f"{key}.json" for key in done.directory.read_calls()}


def _run_id(project: Project, mode: Mode) -> str:
    parts = [project.experiment.name, project.plan.identity[:12]]
    parts += [] if mode is Mode.REPLAY else [mode.value]
    if project.smoke:
        parts.append("smoke")
    elif project.is_pilot:
        parts.append(f"pilot{len(project.cases)}")
    return "-".join(parts)


def _fetched(call: Call) -> bool:
    return call.reply is not None and call.reply.delivery is Delivery.LIVE


def _claim(
    directory: RunDirectory, project: Project, access: Access, *, began: str | None = None
) -> str | None:
    """Write the manifest, once it is checked that the directory's own is of this very run.

    Args:
        directory: The run's.
        project: The experiment.
        access: How answers are reached.
        began: When this session began, UTC in ISO 8601; None for now.

    Returns:
        When the run began, if an earlier session began it.
    """
    endpoint, earlier = access.endpoint, None
    if directory.exists() and access.mode.connects:
        known = directory.read_manifest()
        if known.identity != project.plan.identity:
            change = describe_change(directory.read_plan(), project.plan.cells)
            raise RunMismatch(
                f"this run asked something else: {change}; choose another --out, or remove the directory",
                file=directory.path,
            )
        # Only what it answered ties a run to an endpoint: not calls that failed there, nor replayed ones.
        if known.endpoint != endpoint and any(_fetched(call) for call in directory.whole_calls()):
            raise RunMismatch(
                f"this run's answers come from {known.endpoint}, now it would go on with {endpoint}; "
                "choose another --out, or remove the directory",
                file=directory.path,
            )
        earlier = known.started_at
    directory.path.mkdir(parents=True, exist_ok=True)
    directory.write_manifest(
        Manifest(
            format_version=FORMAT_VERSION,
            run_id=directory.path.name,
            identity=project.plan.identity,
            experiment_file=relative_path(project.file, directory.path),
            experiment_sha256=project.sha256,
            dataset_sha256=project.dataset.sha256,
            mode=access.mode.value,
            endpoint=endpoint,
            limit=project.limit,
            versions=versions(),
            git=git_state(project.file.parent),
            started_at=earlier or began or access.clock.now().isoformat(timespec="seconds"),
            smoke=project.smoke,
        )
    )
    return earlier


__all__ = [
    "RunResult",
    "decide_run",
    "recordings_of",
    "render_run",
    "run_experiment",
    "score_run",
]
