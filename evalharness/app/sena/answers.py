"""Answers to the contexts of a sweep: planned, bought, recorded and judged like any other run's.

The whole grid is one run: both models with the raw context and with every method and budget. Equal contexts
are one call, whichever points ask for it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from evalharness.app.clients import Mode
from evalharness.app.planning.estimate import estimate_plan
from evalharness.app.project import Project
from evalharness.app.scoring import ScoredRun, scored
from evalharness.app.stages import run_experiment
from evalharness.app.system import SystemClock
from evalharness.core.experiment import Arm, ContextMode, Experiment, Role, SenaSettings
from evalharness.core.pacific import billing_day, pacific_day
from evalharness.core.provenance import Delivery, Origin, weakest
from evalharness.decide import bench_of
from evalharness.decide.assemble import RunData, assemble
from evalharness.decide.bench import Bench
from evalharness.decide.sena_sweep import AnsweredPoint, choose_answered, judge_point
from evalharness.experiment.experiment_file import load_experiment
from evalharness.gateway.cassette.files import recording_path
from evalharness.gateway.sena.sweep import CONTROLS
from evalharness.run import Progress
from evalharness.store import RunDirectory

GridPoint = tuple[str, float]
"""Method and share of the context's tokens."""
_SIDES = (Role.CONTROL, Role.TREATMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the answers to a sweep's contexts say."""

    points: tuple[AnsweredPoint, ...]
    """Methods that cost less time first."""
    chosen: AnsweredPoint | None
    """By `ANSWERS_RULE`, controls left out; it is a recommendation only if it passes."""
    confidence: float
    """Of each bound: the experiment's, its error shared out among the points that could be chosen."""
    cases: int
    origin: Origin
    deliveries: tuple[Delivery, ...]
    on: dt.date
    run: Path
    """The run directory with every call."""


@dataclass(frozen=True)
class GridProject(Project):
    """An experiment whose arms are the raw ones and a sweep's points, instead of its own."""

    points: tuple[GridPoint, ...] = ()

    @cached_property
    def experiment(self) -> Experiment:
        """The authored experiment with the grid's arms."""
        base = load_experiment(self.file)
        arms = tuple(
            arm for role in _SIDES for arm in base.arms if (arm.role, arm.context) == (role, ContextMode.RAW)
        )
        grid = tuple(_arm(raw, point, base.sena) for point in self.points for raw in arms)
        # Points are judged by what their answers score; nobody compares them side by side.
        named = replace(base, name=f"{base.name}-sweep", pairwise=None)
        return replace(named, arms=(*arms, *grid), deploy_context=ContextMode.RAW)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the experiment file's text and the grid: another grid is another experiment."""
        return hashlib.sha256(f"{super().sha256} {self.points}".encode()).hexdigest()

    def study_of(self, point: GridPoint) -> Experiment:
        """Return the experiment of one point: two models, raw and compressed, the error shared out."""
        raw = self.experiment.arms[:2]
        candidates = sum(method not in CONTROLS for method, _ in self.points)
        limits = self.experiment.thresholds
        return replace(
            self.experiment,
            arms=(*raw, *(self.experiment.arm(_name(arm, point)) for arm in raw)),
            thresholds=replace(limits, looks=limits.looks * max(1, candidates)),
        )


def answer_sweep(
    file: Path,
    points: Sequence[GridPoint],
    *,
    mode: Mode,
    limit: int | None,
    out: Path,
    note: Callable[[str], None],
    watch: Callable[[Progress], None],
) -> Answers | None:
    """Fetch or replay the answers of a sweep's points, and judge every point by them.

    Args:
        file: The experiment.
        points: The grid, cheapest method first.
        mode: How answers are reached. Replay looks at the points whose answers are all recorded.
        limit: Pilot of so many cases.
        out: Folder of the run directory.
        note: Told what the user should know.
        watch: Told the progress after every call.

    Returns:
        None if no point is recorded and nothing is to be fetched.

    Raises:
        EvalHarnessError: As `app.stages.run_experiment`.
    """
    grid = GridProject(file, limit=limit, cache=out, points=tuple(points))
    project = grid if mode.connects else _recorded(grid)
    if not project.points:
        return None
    if mode.connects:
        _say_cost(project, note)
    done = run_experiment(project, mode=mode, out=out, note=note, watch=watch)
    data = scored(project, done.directory, mode=mode, note=note, watch=watch)
    return _judge(project, done.directory, data)


def _arm(raw: Arm, point: GridPoint, sena: SenaSettings) -> Arm:
    method, budget = point
    # Controls are blind: what a setting protects would be knowledge.
    protect = () if method in CONTROLS else sena.protect
    settings = replace(sena, method=method, budget=budget, budget_tokens=None, protect=protect)
    return replace(raw, name=_name(raw, point), context=ContextMode.SENA, sena=settings)


def _name(raw: Arm, point: GridPoint) -> str:
    return f"{raw.name}-{point[0]}-{point[1]:g}"


def _recorded(grid: GridProject) -> GridProject:
    """Return the grid with the points whose answers are all recorded, the raw arms' included."""
    # One case tells most absent points apart, without compressing every context at every budget.
    likely = replace(grid, points=_complete(replace(grid, limit=1)))
    return replace(grid, points=_complete(likely)) if likely.points else likely


def _complete(project: GridProject) -> tuple[GridPoint, ...]:
    missing: set[str] = set()
    for cell in project.plan.cells:
        if not recording_path(project.cassettes, cell.answer_key or "").exists():
            missing.add(cell.cell.arm)
    raw = project.experiment.arms[:2]
    if any(arm.name in missing for arm in raw):
        return ()
    return tuple(p for p in project.points if not any(_name(arm, p) in missing for arm in raw))


def _say_cost(project: GridProject, note: Callable[[str], None]) -> None:
    today = pacific_day(SystemClock().now())
    rows = estimate_plan(project.plan, project.card, today)
    if project.experiment.judges:
        from evalharness.app.judges.estimate import estimate_judging

        rows += estimate_judging(project, project.card, today)
    limit = project.experiment.limits.budget_usd
    note(
        f"sweep: {sum(row.calls for row in rows)} calls planned, about "
        f"{sum(row.usd_expected for row in rows):.2f} USD, never more than "
        f"{sum(row.usd_upper for row in rows):.2f} USD; limits.budget_usd is "
        f"{'not set' if limit is None else limit}"
    )


def _judge(project: GridProject, directory: RunDirectory, data: ScoredRun) -> Answers:
    directory.write_records(data.records)
    directory.write_judging(data.judgements, data.comparisons)
    directory.write_scores(data.scores)
    replies = [(call.origin, call.reply) for call in data.calls.values() if call.reply is not None]
    on = max(billing_day(reply.recorded_at) for _, reply in replies)
    benches = {point: _bench(project, point, data, on) for point in project.points}
    judged = [judge_point(bench, method=p[0], budget=p[1]) for p, bench in benches.items()]
    points = tuple(point for point in judged if point is not None)
    return Answers(
        points=points,
        chosen=choose_answered([point for point in points if point.method not in CONTROLS]),
        confidence=benches[project.points[0]].confidence,
        cases=len(project.cases),
        origin=weakest(frozenset(origin for origin, _ in replies)),
        deliveries=tuple(sorted({reply.delivery for _, reply in replies})),
        on=on,
        run=directory.path,
    )


def _bench(project: GridProject, point: GridPoint, data: ScoredRun, on: dt.date) -> Bench:
    """Lay out the study of one point alone, as if nothing else had been run."""
    experiment = project.study_of(point)
    names = {arm.name for arm in experiment.arms}
    study = assemble(
        RunData(
            plan=[cell for cell in data.plan if cell.cell.arm in names],
            records=[record for record in data.records if record.arm in names],
            scores=[score for score in data.scores if score.arm in names],
            calls=data.calls,
        ),
        experiment=experiment,
        cases=project.dataset.cases,
        on=on,
        pilot=project.is_pilot,
        weights=project.weights,
    )
    return bench_of(study, project.card, project.assumptions)
