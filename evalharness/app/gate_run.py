"""A scored run, laid out for the gate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from evalharness.app.project import Project
from evalharness.app.stages import open_project
from evalharness.app.stale import replies_of
from evalharness.core.call import Call
from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.gate import ScorerIdentity, Snapshot
from evalharness.core.imported import IMPORTED
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Delivery
from evalharness.core.score import Record, Score, Scored
from evalharness.store import Manifest, RunDirectory

if TYPE_CHECKING:
    from evalharness.core.decision import ControlCheck
    from evalharness.decide.bench import Bench
    from evalharness.decide.gate import Seen


@dataclass(frozen=True)
class GateRun:
    """One scored run and everything that the gate needs to know of it."""

    directory: RunDirectory
    project: Project
    manifest: Manifest
    plan: tuple[PlannedCell, ...]
    records: tuple[Record, ...]
    scores: tuple[Score, ...]
    calls: Mapping[str, Call]

    @property
    def cases(self) -> dict[str, Case]:
        """The dataset, by id."""
        return {case.id: case for case in self.project.dataset.cases}

    @cached_property
    def bench(self) -> Bench:
        """The run laid out as every decision lays it out."""
        from evalharness.decide import bench_of
        from evalharness.decide.assemble import RunData, assemble

        study = assemble(
            RunData(plan=self.plan, records=self.records, scores=self.scores, calls=self.calls),
            experiment=self.project.experiment,
            cases=self.project.dataset.cases,
            on=None,
            pilot=self.project.is_pilot,
            weights=self.project.weights,
        )
        return bench_of(study, self.project.card, self.project.assumptions)

    @cached_property
    def seen(self) -> dict[tuple[str, str], Seen]:
        """What was asked and answered, by arm and case."""
        from evalharness.decide.gate import see

        plan = self.project.resolve(replies_of(self.project.plan, self.calls))
        requests = {job.key: job.request for job in plan.jobs}
        return see(self.plan, self.records, self.scores, requests=requests, cases=self.cases)

    @cached_property
    def scorer(self) -> ScorerIdentity:
        """By what the primary score was made."""
        from evalharness.decide.gate import scorer_identity

        return scorer_identity(self.project.experiment, self.scores, files=scorer_files(self.project))

    def snapshot(self, priced_on: dt.date | None = None) -> Snapshot:
        """Return the run as the gate sees it, at the list prices of a day (None for the run's own)."""
        from evalharness.decide.gate import take_snapshot

        found = take_snapshot(
            self.bench,
            self.seen,
            cases=self.project.dataset.cases,
            scorer=self.scorer,
            served=_served(self.plan, self.calls),
            priced_on=priced_on or self.bench.study.on,
        )
        return replace(found, deliveries=tuple(sorted(_deliveries(self.plan, self.calls))))

    def controls(self) -> tuple[ControlCheck, ...]:
        """Return how the study's own controls did."""
        from evalharness.decide.controls import control_checks

        return control_checks(self.bench)

    def claims(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return the claims that answers make and must not, by arm and case."""
        made: dict[tuple[str, str], tuple[str, ...]] = {}
        for score in self.scores:
            if isinstance(score, Scored) and score.scorer.startswith("must_not/") and score.detail:
                place = (score.arm, score.case_id)
                made[place] = tuple(dict.fromkeys((*made.get(place, ()), *score.detail)))
        return made


def scorer_files(project: Project) -> dict[str, str]:
    """Return digests of the files that the primary score is made with: a judge's prompts."""
    experiment = project.experiment
    if not experiment.scorer.judge:
        return {}
    return {"prompts": project.judging.prompts[experiment.judges[0].name].version}


def refuse_imported(directory: RunDirectory, manifest: Manifest) -> None:
    """Refuse a run that was never asked for here.

    Raises:
        BadInput: If its answers were imported: nothing says what was asked, so nothing can be held equal.
    """
    if manifest.mode == IMPORTED:
        raise BadInput(
            "an imported run has no requests that a gate could compare; it takes runs of `evalharness run`",
            file=directory.path,
        )


def load_run(directory: RunDirectory) -> GateRun:
    """Read a scored run.

    Raises:
        BadInput: If it was imported.
        RunMismatch: If its answers belong to another state of the experiment.
        JournalDamaged: If a file is missing or corrupt.
    """
    manifest = directory.read_manifest()
    refuse_imported(directory, manifest)
    return GateRun(
        directory=directory,
        project=open_project(directory),
        manifest=manifest,
        plan=directory.read_plan(),
        records=directory.read_records(),
        scores=directory.read_scores(),
        calls=directory.read_calls(),
    )


def _served(plan: tuple[PlannedCell, ...], calls: Mapping[str, Call]) -> dict[str, tuple[str, ...]]:
    """Return the models that answered each arm, as the provider named them."""
    found: dict[str, set[str]] = {}
    for planned in plan:
        call = calls.get(planned.answer_key or "")
        name = str(call.reply.body.get("modelVersion") or "") if call and call.reply else ""
        if name:
            found.setdefault(planned.cell.arm, set()).add(name)
    return {arm: tuple(sorted(names)) for arm, names in found.items()}


def _deliveries(plan: tuple[PlannedCell, ...], calls: Mapping[str, Call]) -> set[Delivery]:
    """Return how a run's answers came: other calls that its scores stand on may have come otherwise."""
    asked = {key for planned in plan for key in (planned.answer_key, planned.compress_key) if key}
    return {call.reply.delivery for key, call in calls.items() if key in asked and call.reply is not None}
