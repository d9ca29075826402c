"""How often does the gate cry wolf, and how often does it miss? `make gate-study` (about 20 minutes).

Nothing changes and every answer is recorded anew, a hundred times: the emulator answers from the request
alone, and its noise comes with the seed, so each recording has seeds of its own. Every recording is checked
against the shipped one, and against every other one: what a gate does depends on the luck of the one
recording that was blessed. Then Sena is made to drop one fact in twenty cases, and only what that changes is
recorded anew.

The calls are built in process and go the way of every run from there: records, scores, bench, gate.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gate_planting import plant, planted_project, uses

from evalharness.app.clients import Mode
from evalharness.app.gate.run import load_run, scorer_files
from evalharness.app.project import Project
from evalharness.app.stages import run_experiment, score_run
from evalharness.core.call import Call, Reply
from evalharness.core.gate import CheckKind, CheckStatus, Snapshot
from evalharness.core.job import Purpose, call_key
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import EMULATOR_HEADER, Delivery, Origin
from evalharness.core.score import Record, Score
from evalharness.core.wire.request import ModelRequest
from evalharness.decide import bench_of
from evalharness.decide.assemble import RunData, assemble
from evalharness.decide.gate import Ground, case_hashes, compare, scorer_identity, see, take_snapshot
from evalharness.decide.gate.snapshot import gated_arms
from evalharness.emulator.models import MODELS
from evalharness.emulator.replies import completion_body
from evalharness.emulator.service import simulate
from evalharness.emulator.settings import EmulatorSettings
from evalharness.emulator.wire import read_request
from evalharness.experiment.planning import draw_seed
from evalharness.score import build_records, score_records
from evalharness.score.judge import Replies, judge_scores, judgements, rubric_tasks

_SEEDS = 1_000_000
"""Draws of the recordings count from here, far from those of the experiment itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """How a set of comparisons ended."""

    comparisons: int
    red: int
    kinds: Mapping[str, int]
    """Comparisons in which a kind of check failed."""

    @property
    def share(self) -> float:
        """Share of red gates."""
        return self.red / self.comparisons


class Recorder:
    """Answers a plan's requests anew, as often as one likes."""

    def __init__(self, project: Project, settings: EmulatorSettings | None = None) -> None:
        """Choose the experiment; its gated arms and its A/A arm are answered."""
        self.project = project
        self._settings = settings or EmulatorSettings()
        wanted = {*gated_arms(project.experiment), *_aa_arms(project)}
        self._cells = [cell for cell in project.plan.cells if cell.cell.arm in wanted]
        self._requests = {job.key: job.request for job in project.plan.jobs}
        self._cases = {case.id: case for case in project.dataset.cases}

    def record(self, draw: int | None) -> Ground:
        """Record everything anew and lay it out for the gate; before and now are the same snapshot.

        Args:
            draw: Names the seeds; None keeps those of the experiment.
        """
        plan, requests = self._reseeded(draw)
        calls = {key: self._answer(key, request) for key, request in requests.items()}
        records = build_records(plan, calls)
        scores = (*score_records(records, self._cases), *self._judged(records))
        project = self.project
        study = assemble(
            RunData(plan=plan, records=records, scores=scores, calls=calls), experiment=project.experiment,
            cases=project.dataset.cases, on=None, pilot=False, weights=project.weights,
        )  # fmt: skip
        bench = bench_of(study, project.card, project.assumptions)
        seen = see(plan, records, scores, requests=requests, cases=self._cases)
        snapshot = take_snapshot(
            bench, seen, cases=[case_hashes(case) for case in project.dataset.cases],
            served={}, priced_on=study.on,
            scorer=scorer_identity(project.experiment, scores, files=scorer_files(project)),
        )  # fmt: skip
        return Ground.of(bench, before=snapshot, now=snapshot)

    def _judged(self, records: Sequence[Record]) -> tuple[Score, ...]:
        """Have the primary judge mark the answers; its replies are anew where the answers are."""
        if not self.project.experiment.judges:
            return ()
        bench = replace(self.project.judging, judges=self.project.judging.judges[:1])
        tasks = rubric_tasks(records, bench)
        jobs = {task.job.key: task.job for task in tasks}
        calls = {key: self._answer(key, job.request, job.purpose) for key, job in jobs.items()}
        found = judgements(tasks, Replies(calls, prompts=bench.prompts, aliases={}))
        return judge_scores(records, found, [bench.judges[0].name])

    def _reseeded(self, draw: int | None) -> tuple[list[PlannedCell], dict[str, ModelRequest]]:
        plan, requests = [], {}
        for planned in self._cells:
            key = planned.answer_key or ""
            request, number = self._requests[key], int(key.rpartition("-d")[2])
            if draw is not None:
                # An A/A arm keeps a draw of its own in every recording.
                request = replace(request, seed=draw_seed(_SEEDS + draw, number))
            name = call_key(request.digest, number)
            requests[name] = request
            plan.append(replace(planned, answer_key=name))
        return plan, requests

    def _answer(self, key: str, request: ModelRequest, purpose: Purpose = Purpose.ANSWER) -> Call:
        asked = read_request(json.dumps(request.body).encode(), request.model)
        model = MODELS[request.model]
        outcome = simulate(asked, model, self._settings)
        reply = Reply(
            body=completion_body(outcome, model, asked.digest), host="127.0.0.1",
            headers={EMULATOR_HEADER: "in process", "server-timing": f"gfet4t7; dur={outcome.service_ms}"},
            latency_ms=float(outcome.service_ms), recorded_at="2026-11-29T00:00:00+00:00",
            delivery=Delivery.REPLAYED, client="in-process/1",
        )  # fmt: skip
        return Call(
            key=key, purpose=purpose, model=request.model, attempts=(), reply=reply, error=None,
            origin=Origin.SIMULATED,
        )  # fmt: skip


def _aa_arms(project: Project) -> list[str]:
    return [arm.name for arm in project.experiment.arms if arm.role == "aa"]


def shipped(project: Project) -> Snapshot:
    """Return the snapshot of the shipped recordings, as `bless` would write it."""
    with tempfile.TemporaryDirectory() as folder:
        done = run_experiment(project, mode=Mode.REPLAY, out=Path(folder), note=_quiet, watch=_quiet)
        score_run(done.directory)
        return load_run(done.directory).snapshot()


def alarms(pairs: Iterator[tuple[Snapshot, Ground]]) -> Alarms:
    """Check every pair of a baseline and a recording."""
    comparisons = red = 0
    kinds: dict[str, int] = {}
    for before, now in pairs:
        failed = failing(before, now)
        comparisons += 1
        red += bool(failed)
        for kind in failed:
            kinds[kind.value] = kinds.get(kind.value, 0) + 1
    return Alarms(comparisons=comparisons, red=red, kinds=kinds)


def failing(before: Snapshot, now: Ground) -> set[CheckKind]:
    """Return the kinds of checks that fail when a recording is held against a baseline."""
    checks = compare(replace(now, before=before)).checks
    return {check.kind for check in checks if check.status is CheckStatus.FAIL}


def recordings(recorder: Recorder, count: int) -> list[Ground]:
    """Return so many unchanged recordings."""
    made = []
    for draw in range(count):
        made.append(recorder.record(draw))
        _say(f"recording {draw + 1} of {count}")
    return made


def against_each_other(made: Sequence[Ground], *, tolerance: float | None = None) -> list[Alarms]:
    """Return the alarms against each of the recordings in turn.

    Args:
        made: Recordings.
        tolerance: Replaces the experiment's, in points.
    """
    grounds = [each if tolerance is None else _tolerating(each, tolerance) for each in made]
    return [alarms((before.now, now) for now in grounds if now is not before) for before in grounds]


def _tolerating(ground: Ground, tolerance: float) -> Ground:
    gate = replace(ground.experiment.gate, tolerance=tolerance)
    return replace(ground, experiment=replace(ground.experiment, gate=gate))


def misses(project: Project, baseline: Snapshot, plantings: int) -> list[set[CheckKind]]:
    """Return which kinds of checks caught each planted regression."""
    caught = []
    for seed in range(plantings):
        drops = plant(project, seed=seed, found=uses(baseline))
        caught.append(failing(baseline, Recorder(planted_project(project, drops)).record(None)))
        _say(f"planting {seed + 1} of {plantings}: {', '.join(sorted(caught[-1])) or 'missed'}")
    return caught


def _quiet(_: object) -> None: ...


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("experiment", type=Path, nargs="?", default=Path("prompts/experiment.toml"))
    parser.add_argument("--recordings", type=int, default=100)
    parser.add_argument("--plantings", type=int, default=20)
    arguments = parser.parse_args()
    project = Project(arguments.experiment)
    baseline = shipped(project)
    made = recordings(Recorder(project), arguments.recordings)
    caught = misses(project, baseline, arguments.plantings)
    settings = project.experiment.gate
    print(f"alpha {settings.alpha:g}, tolerance {settings.tolerance:g} points")
    first = alarms((baseline, now) for now in made)
    print(f"unchanged, against the shipped baseline: {first.red} of {first.comparisons} red {first.kinds}")
    _print_cross("unchanged, every recording against every other", against_each_other(made))
    _print_cross("the same at tolerance 0", against_each_other(made, tolerance=0.0))
    for kind in (CheckKind.SCORE, CheckKind.CONTEXT, CheckKind.SEVERE):
        print(f"planted, caught by {kind.value}: {sum(kind in found for found in caught)} of {len(caught)}")
    print(f"planted, red: {sum(bool(found) for found in caught)} of {len(caught)}")


def _print_cross(title: str, cross: Sequence[Alarms]) -> None:
    total, red = sum(row.comparisons for row in cross), sum(row.red for row in cross)
    if total:
        unlucky, worst = sum(row.share > 0.05 for row in cross), max(row.share for row in cross)
        print(f"{title}: {red} of {total} red, {red / total:.2%}")
        print(
            f"  of these {len(cross)} baselines {unlucky} are red above 5 % of the time, at worst {worst:.0%}"
        )


if __name__ == "__main__":
    main()
