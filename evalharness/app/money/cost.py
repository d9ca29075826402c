"""A run's ledger, and what production would cost by it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from evalharness.app.opening import open_project
from evalharness.app.project import Project
from evalharness.core.decision import Ledger
from evalharness.core.experiment import DroppedCells, Role
from evalharness.core.finance import MAX_FX_AGE_DAYS, Finance
from evalharness.core.forecast import Forecast
from evalharness.core.imported import IMPORTED
from evalharness.core.pricing import RateCard
from evalharness.core.provenance import Origin
from evalharness.core.study import Study
from evalharness.core.tokens import approximate_tokens
from evalharness.score import build_records
from evalharness.store import RunDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class CostView:
    """Everything that `cost` shows."""

    experiment: str
    run: str
    origin: Origin
    rate_card: str
    ledger: Ledger
    forecast: Forecast | None
    """At list price; None without a volume."""
    negotiated: Forecast | None
    """The same at the contract's prices, without what-ifs; None where there is no contract."""
    finance: Finance | None
    notes: tuple[str, ...]


def cost_run(directory: RunDirectory, *, on: dt.date | None, monthly: int | None) -> CostView:
    """Price a run's calls, scored or not.

    Args:
        directory: The run.
        on: Day whose prices hold; None for the latest day on which an answer was recorded.
        monthly: Requests a month to forecast; None for the ledger alone.

    Raises:
        BadInput: If a file is wrong, or a model or day has no price.
    """
    from evalharness.decide import bench_of
    from evalharness.decide.ledger import ledger_of

    project = open_project(directory)
    study = read_study(directory, project, on)
    bench = bench_of(study, project.card, project.assumptions)
    months = project.assumptions.horizon_months
    # What-ifs are about requests of ours; an import has prices and no prompts.
    ours = study.origin is not Origin.IMPORTED
    listed = _forecast(study, project, project.card, monthly, what_ifs=ours)
    contract = project.contract
    return CostView(
        experiment=project.experiment.name,
        run=str(directory.path),
        origin=study.origin,
        rate_card=project.card.name,
        ledger=ledger_of(bench, None, months=months),
        forecast=listed,
        negotiated=None if contract is None else _forecast(study, project, contract, monthly, what_ifs=False),
        finance=project.finance,
        notes=tuple(_notes(study, project)),
    )


def read_study(directory: RunDirectory, project: Project, on: dt.date | None) -> Study:
    """Join a run's calls for their bills; scores are used where they are, and not needed."""
    scored = (directory.path / "scores.jsonl").exists()
    if directory.read_manifest().mode == IMPORTED:
        from evalharness.app.imports.imported import imported_study

        return _paid_for(imported_study(directory, project, on=on, scored=scored))
    from evalharness.decide.assemble import RunData, assemble

    plan, calls = directory.read_plan(), directory.read_calls()
    data = RunData(
        plan=plan,
        records=directory.read_records() if scored else build_records(plan, calls),
        scores=directory.read_scores() if scored else (),
        calls=calls,
    )
    study = assemble(
        data,
        experiment=project.experiment,
        cases=project.dataset.cases,
        on=on,
        pilot=project.is_pilot,
        weights=project.weights,
    )
    return _paid_for(study)


def _paid_for(study: Study) -> Study:
    """Return a study without dropped cells: an answer without a score was paid for all the same."""
    return replace(study, experiment=replace(study.experiment, dropped_cells=DroppedCells.WORST))


def _forecast(
    study: Study, project: Project, card: RateCard, monthly: int | None, *, what_ifs: bool
) -> Forecast | None:
    from evalharness.decide import bench_of
    from evalharness.decide.forecast import Volume, forecast
    from evalharness.decide.what_if import SharedPrompts, with_what_ifs

    if monthly is None:
        return None
    bench = bench_of(study, card, project.assumptions)
    volume = Volume(requests=monthly, months=project.assumptions.horizon_months)
    main = (Role.CONTROL, Role.TREATMENT)
    positions = tuple(i for i, arm in enumerate(bench.cells.arms) if arm.role in main)
    found = forecast(bench, volume, project.finance, positions)
    if not what_ifs:
        return found
    texts = {case.id: project.system_prompt(case) for case in project.dataset.cases}
    shared = SharedPrompts(tokens={i: approximate_tokens(text) for i, text in texts.items()}, texts=texts)
    return with_what_ifs(bench, found, volume, project.finance, shared)


def _notes(study: Study, project: Project) -> list[str]:
    notes = []
    if study.origin is Origin.SIMULATED:
        notes.append("SIMULATED: the emulator's token counts, at real prices; nobody was billed")
    if study.origin is Origin.IMPORTED:
        notes.append("IMPORTED: costs and tokens as the table states them; no call of this run's own")
    if study.pilot:
        notes.append("a pilot: few cases, wide intervals")
    if not project.weights:
        notes.append("benchmark mix: without a traffic file every case counts the same")
    finance = project.finance
    if finance is None:
        return notes
    if finance.example:
        notes.append(f"the finance file ({finance.name}) is an example that nobody has signed")
    if finance.currency is not None:
        age = (study.on - finance.currency.as_of).days
        if age > MAX_FX_AGE_DAYS:
            notes.append(
                f"{finance.currency.code} {finance.currency.per_usd} per USD is the rate of "
                f"{finance.currency.as_of}, {age} days old"
            )
    return notes
