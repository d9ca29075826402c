"""A scored run, laid out for the gate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from evalharness.app.gate.stale import replies_of
from evalharness.app.opening import open_project
from evalharness.app.project import Project
from evalharness.core.call import Call
from evalharness.core.case import Case
from evalharness.core.gate import CaseHashes, ScorerIdentity, Snapshot
from evalharness.core.imported import IMPORTED
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Delivery
from evalharness.core.score import Completed, Record, Score, Scored
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

    @property
    def hashes(self) -> tuple[CaseHashes, ...]:
        """What each case was, sorted by case."""
        from evalharness.decide.gate import case_hashes

        return tuple(case_hashes(case) for case in self.project.dataset.cases)

    @property
    def answered(self) -> bool:
        """Whether any cell has an answer."""
        return any(call.reply is not None for call in self.calls.values())

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
            cases=self.hashes,
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
    if not (experiment.scorer.judge and experiment.judges):
        return {}  # an import's judge, if any, asked elsewhere
    return {"prompts": project.judging.prompts[experiment.judges[0].name].version}


@dataclass(frozen=True)
class ImportedGateRun(GateRun):
    """An imported run: nothing says what was asked, so every cell of another table counts as asked anew."""

    @cached_property
    def bench(self) -> Bench:
        """The run laid out as every decision lays it out."""
        from evalharness.app.imports.imported import imported_study
        from evalharness.decide import bench_of

        study = imported_study(self.directory, self.project, on=None)
        return bench_of(study, self.project.card, self.project.assumptions)

    @cached_property
    def seen(self) -> dict[tuple[str, str], Seen]:
        """What was answered, by arm and case; the table's own digest stands for what was asked."""
        from evalharness.decide.gate import see
        from evalharness.decide.gate.identity import DIGITS

        seen = see(self.plan, self.records, self.scores, requests={}, cases=self.cases)
        table = self.manifest.identity[:DIGITS]
        for row in seen.values():
            row.asked = [f"{table}-{repeat}" for repeat in range(len(row.asked))]
        return seen

    @property
    def hashes(self) -> tuple[CaseHashes, ...]:
        """What each case was; of a case that no dataset holds, its name alone."""
        known = {row.case: row for row in super().hashes}
        names = sorted({planned.cell.case_id for planned in self.plan})
        return tuple(known.get(name, CaseHashes(case=name, asked="", marked="")) for name in names)

    @property
    def answered(self) -> bool:
        """Whether any cell has an answer."""
        return any(isinstance(record, Completed) for record in self.records)


def load_run(directory: RunDirectory) -> GateRun:
    """Read a scored run.

    Raises:
        RunMismatch: If its answers belong to another state of the experiment.
        JournalDamaged: If a file is missing or corrupt.
    """
    manifest = directory.read_manifest()
    kind = ImportedGateRun if manifest.mode == IMPORTED else GateRun
    return kind(
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
