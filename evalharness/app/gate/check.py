"""The gate: a run against a blessed baseline, stale cells, and what the cases that got worse lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalharness.app.gate.lost import Texts, explain
from evalharness.app.gate.run import GateRun, load_run
from evalharness.app.gate.stale import stale_rows
from evalharness.app.opening import open_project, project_of
from evalharness.app.planning.preflight import describe_change
from evalharness.app.project import Project
from evalharness.app.system import SystemClock
from evalharness.core.errors import BadInput, PricingError, RunMismatch
from evalharness.core.gate import (
    Baseline,
    CheckKind,
    CheckStatus,
    GateCheck,
    GateReport,
    GateStatus,
    Policy,
    Remark,
    RemarkCode,
    Snapshot,
    StaleRow,
)
from evalharness.core.imported import IMPORTED
from evalharness.core.job import JUDGING
from evalharness.core.pacific import pacific_day
from evalharness.core.plain import to_plain
from evalharness.core.provenance import Delivery, Origin
from evalharness.store import Manifest, RunDirectory
from evalharness.store.baseline_file import read_baseline, read_texts
from evalharness.store.jsonlines import dump_json

if TYPE_CHECKING:
    from evalharness.decide.gate import Comparison

GATE_FILE = "gate.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is checked against what."""

    directory: RunDirectory
    manifest: Manifest
    project: Project
    baseline: Baseline
    texts: Texts


def check_run(directory: RunDirectory, *, file: Path) -> GateReport:
    """Hold a run against a baseline; writes gate.json into the run's directory and calls no model.

    Raises:
        BadInput: If there is no baseline, or the run is a pilot.
        BaselineDamaged: If the baseline was edited.
        RunMismatch: If the run or the baseline belongs to something else and nothing is stale.
        JournalDamaged: If the run was not scored and nothing is stale.
    """
    baseline = read_baseline(file)
    manifest = directory.read_manifest()
    if manifest.limit is not None:
        raise BadInput(
            "a pilot (--limit) cannot pass the gate; declare smoke in [gate] and run --smoke for a small run",
            file=directory.path,
        )
    imported = manifest.mode == IMPORTED
    project = open_project(directory) if imported else project_of(directory, manifest)
    if baseline.experiment != project.experiment.name:
        raise RunMismatch(
            f"is the baseline of experiment {baseline.experiment!r}, not {project.experiment.name!r}",
            file=file,
        )
    texts = Texts(kept=read_texts(file, baseline), cassettes=project.cassettes)
    report = _check(_Case(
        directory=directory, manifest=manifest, project=project, baseline=baseline, texts=texts,
    ))  # fmt: skip
    directory.write_text(GATE_FILE, dump_json(to_plain(report)))
    return report


def _check(case: _Case) -> GateReport:
    if case.manifest.mode == IMPORTED:
        # Nothing was asked here, so nothing can be stale.
        return _compared(case, load_run(case.directory), ())
    calls = case.directory.read_calls() if (case.directory.path / "calls.jsonl").exists() else {}
    answered = {key for key, call in calls.items() if call.reply is not None}
    stale = stale_rows(case.project, calls=calls, on=pacific_day(SystemClock().now()))
    if case.manifest.identity != case.project.plan.identity:
        change = describe_change(case.directory.read_plan(), case.project.plan.cells)
        if not stale:
            raise RunMismatch(
                f"what models are asked changed since this run: {change}; run it again",
                file=case.directory.path,
            )
        return _uncompared(case, stale, _remark(RemarkCode.STATE_CHANGED, change=change))
    if not _gated_answers(case, answered):
        # Nothing to compare: a build must not be green because nothing ran.
        return _uncompared(case, stale, _remark(RemarkCode.NOT_SCORED_YET))
    # Where judges have questions open, scores that lie there were made of other questions.
    asked = not any(row.purpose in JUDGING for row in stale)
    if stale and not (asked and (case.directory.path / "scores.jsonl").exists()):
        return _uncompared(case, stale, _remark(RemarkCode.NOT_SCORED_YET))
    return _compared(case, load_run(case.directory), stale)


def _gated_answers(case: _Case, answered: set[str]) -> bool:
    from evalharness.decide.gate.snapshot import gated_arms

    gated = gated_arms(case.project.experiment)
    return any(
        planned.cell.arm in gated and planned.answer_key in answered for planned in case.directory.read_plan()
    )


def _uncompared(case: _Case, stale: tuple[StaleRow, ...], remark: Remark) -> GateReport:
    """Report that nothing could be compared: because of stale cells, or because nothing was answered."""
    nothing = GateCheck(
        kind=CheckKind.SCORED, status=CheckStatus.SKIPPED if stale else CheckStatus.FAIL, after=0.0,
        unit="count", remarks=(Remark(code=RemarkCode.NO_SCORES),),
    )  # fmt: skip
    return _report(
        case, status=GateStatus.STALE if stale else GateStatus.FAIL, drift=False, origin=Origin.UNVERIFIED,
        deliveries=(), on=None, checks=(nothing,), worse=(), stale=stale, remarks=(remark,),
    )  # fmt: skip


def _compared(case: _Case, run: GateRun, stale: tuple[StaleRow, ...]) -> GateReport:
    from evalharness.decide.gate import Ground, compare

    now = _without_stale(run.snapshot(case.baseline.snapshot.priced_on), stale)
    found = compare(Ground.of(run.bench, before=case.baseline.snapshot, now=now))
    worse, untold = explain(found.worse, cases=run.cases, claims=run.claims(), texts=case.texts)
    return _report(
        case, status=_status(found.checks, stale), drift=found.drift, origin=now.origin,
        deliveries=now.deliveries, on=now.on, checks=found.checks, worse=worse, stale=stale,
        remarks=(*_marks(case, run, found, now), *untold),
    )  # fmt: skip


def _report(case: _Case, *, status: GateStatus, **found: Any) -> GateReport:
    experiment = case.project.experiment
    warned = status is GateStatus.INCONCLUSIVE and experiment.gate.inconclusive is Policy.WARN
    return GateReport(
        experiment=experiment.name,
        experiment_file=case.project.file.as_posix(),
        run=case.manifest.run_id,
        status=status,
        ok=status is GateStatus.PASS or warned,
        baseline=case.baseline.blessed,
        baseline_on=case.baseline.snapshot.on,
        alpha=experiment.gate.alpha,
        **found,
    )


def _without_stale(now: Snapshot, stale: Sequence[StaleRow]) -> Snapshot:
    """Return the snapshot without cells that are stale: they are listed, and neither failed nor bad."""
    gone = {tuple(name.split("/")[:2]) for row in stale for name in row.cells}
    return replace(now, cells=tuple(cell for cell in now.cells if (cell.case, cell.arm) not in gone))


def _status(checks: Sequence[GateCheck], stale: Sequence[StaleRow]) -> GateStatus:
    found = {check.status for check in checks}
    if CheckStatus.FAIL in found:
        return GateStatus.FAIL
    if stale:
        return GateStatus.STALE
    return GateStatus.INCONCLUSIVE if CheckStatus.INCONCLUSIVE in found else GateStatus.PASS


def _marks(case: _Case, run: GateRun, found: Comparison, now: Snapshot) -> tuple[Remark, ...]:
    """Return what must be said beside the checks, what changes their meaning first."""
    before = case.baseline.snapshot
    marks: list[Remark] = []
    if now.origin is not Origin.GOOGLE:
        marks.append(_remark(RemarkCode.SIMULATED, origin=now.origin.value))
    if found.drift:
        marks.append(_remark(RemarkCode.DRIFT, on=now.on.isoformat(), since=before.on.isoformat()))
    if run.manifest.smoke:
        marks.append(
            _remark(RemarkCode.SMOKE, cases=len(run.project.cases), all=len(run.project.dataset.cases))
        )
    scores = [check for check in found.checks if check.kind is CheckKind.SCORE]
    if scores:
        count, cells = sum(check.anew for check in scores), sum(check.n for check in scores)
        marks.append(_remark(RemarkCode.ASKED_ANEW, count=count, cells=cells))
    marks += found.remarks
    marks += [_remark(RemarkCode.CONTROL_FAILED, arm=each.arm) for each in run.controls() if not each.passed]
    timed = run.project.experiment.gate.latency is not None and now.origin is not Origin.IMPORTED
    if timed and frozenset(now.deliveries) != {Delivery.LIVE}:
        marks.append(Remark(code=RemarkCode.NOT_LIVE))
    return (*marks, *_price_marks(run, before, case.baseline.hashes.rate_card))


def _price_marks(run: GateRun, before: Snapshot, rate_card: str) -> list[Remark]:
    card, on = run.project.card, run.bench.study.on
    if not card.rates:
        return []  # costs are as the table states them
    models = [facts.model for facts in before.arms]
    marks = []
    try:
        moved = any(card.rate(model, before.priced_on) != card.rate(model, on) for model in models)
    except PricingError:
        moved = True
    if moved:
        marks.append(_remark(
            RemarkCode.PRICES_MOVED, before=before.priced_on.isoformat(), after=on.isoformat()
        ))  # fmt: skip
    if rate_card != run.project.rate_card_sha256:
        marks.append(Remark(code=RemarkCode.RATE_CARD))
    return marks


def _remark(code: RemarkCode, **values: str | int | float | None) -> Remark:
    return Remark(code=code, values=tuple(values.items()))
