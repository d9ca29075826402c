"""Scoring a run: records from its calls, scores of every scorer, and the judges where there are some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evalharness.app.clients import Mode
from evalharness.app.opening import open_project
from evalharness.app.project import Project
from evalharness.app.recordings.missing import note_surplus
from evalharness.app.system import SystemClock
from evalharness.core.call import Call
from evalharness.core.errors import JournalDamaged
from evalharness.core.imported import IMPORTED
from evalharness.core.judging import Comparison, Judgement
from evalharness.core.plan import PlannedCell
from evalharness.core.score import NOT_CALLED, Failed, Record, Score
from evalharness.run import Progress
from evalharness.store import RunDirectory

Note = Callable[[str], None]
Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRun:
    """A run's answers with everything that is said of them."""

    plan: tuple[PlannedCell, ...]
    records: tuple[Record, ...]
    scores: tuple[Score, ...]
    calls: Mapping[str, Call]
    """Those of judges included."""
    judgements: tuple[Judgement, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


def score_run(
    directory: RunDirectory,
    project: Project | None = None,
    *,
    mode: Mode = Mode.REPLAY,
    note: Note = lambda _: None,
    watch: Watch = lambda _: None,
    budget_usd: Decimal | None = None,
) -> tuple[int, int]:
    """Derive records and scores from a run's calls; returns how many cells completed and failed.

    Where the experiment has judges, they are asked what the run's calls do not answer yet; scoring again with
    unchanged questions calls nothing.

    Args:
        directory: A run.
        project: Its experiment, if it is loaded already.
        mode: How judges are reached, if there is anything to ask.
        note: Told, one line each, what the user should know.
        watch: Told the progress after every judge call.
        budget_usd: Replaces the experiment's budget, which is one for answers and judges.

    Raises:
        EvalHarnessError: Of the kinds of `core.errors`; whatever was paid for is kept.
    """
    project = open_project(directory, project)
    if directory.read_manifest().mode == IMPORTED:
        from evalharness.app.imports.imported import score_imported

        return score_imported(directory, project)
    data = scored(project, directory, mode=mode, note=note, watch=watch, budget_usd=budget_usd)
    directory.write_records(data.records)
    directory.write_judging(data.judgements, data.comparisons)
    directory.write_scores(data.scores)
    called = not any(isinstance(record, Failed) and record.cause == NOT_CALLED for record in data.records)
    if called and project.experiment.judges and directory.read_manifest().mode == Mode.REPLAY:
        note_surplus(project, len(data.calls), note)
    completed = sum(hasattr(record, "answer") for record in data.records)
    return completed, len(data.records) - completed


def scored(
    project: Project,
    directory: RunDirectory,
    *,
    mode: Mode,
    note: Note,
    watch: Watch,
    budget_usd: Decimal | None = None,
) -> ScoredRun:
    """Return a run's answers scored, its judges asked; writes their calls and nothing else.

    Raises:
        EvalHarnessError: As `score_run`.
    """
    from evalharness.app.kept.scores import remembered_scores
    from evalharness.score import build_records, choose_scorers, score_records

    plan, calls = directory.read_plan(), _calls(directory, mode, note)
    records, also = build_records(plan, calls), project.experiment.scorer.also
    with remembered_scores(directory.path.parent, also, note) as store:
        scores = score_records(
            records, {case.id: case for case in project.dataset.cases}, choose_scorers(also, store)
        )
    if not project.experiment.judges:
        return ScoredRun(plan=plan, records=records, scores=scores, calls=calls)
    # Late: reading answers as judges see them loads a Markdown parser.
    from evalharness.app.judges.access import Asking
    from evalharness.app.judges.judging import judge_records

    how = Asking(mode=mode, note=note, watch=watch, budget_usd=budget_usd)
    found = judge_records(project, directory, records, calls=calls, how=how)
    return ScoredRun(
        plan=plan,
        records=records,
        scores=tuple(sorted((*scores, *found.scores), key=lambda row: (row.case_id, row.arm, row.repeat))),
        calls=found.calls,
        judgements=found.judgements,
        comparisons=found.comparisons,
    )


def _calls(directory: RunDirectory, mode: Mode, note: Note) -> Mapping[str, Call]:
    """Return a run's calls; a last line that a killed session left half-written is repaired first.

    Raises:
        JournalDamaged: If a whole line does not parse; or a half one, and nothing may be asked again.
    """
    try:
        return directory.read_calls()
    except JournalDamaged:
        if not mode.connects:
            raise
    since = f"{SystemClock().now():%Y-%m-%d %H:%M:%S} UTC"
    with directory.lock(since=since, note=note), directory.journal(fresh=False, note=note):
        pass
    return directory.read_calls()
