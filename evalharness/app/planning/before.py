"""What is shown before a run: its calls and cost, and what it could find out."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evalharness.app.planning.estimate import (
    EXPECTED_OUTPUT_SHARE,
    Estimate,
    estimate_plan,
    jobs_of,
    minutes_at_limits,
)
from evalharness.app.project import Project
from evalharness.app.system import SystemClock
from evalharness.core.assumptions import Assumptions
from evalharness.core.experiment import ContextMode, Role
from evalharness.core.job import Purpose
from evalharness.core.pricing import RateCard, bill_of, prices_of
from evalharness.core.usage import Usage
from evalharness.decide.before import BeforeStudy, Question, before_study


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """Everything that `plan` shows."""

    experiment: str
    cases: int
    priced_on: dt.date
    rows: tuple[Estimate, ...]
    minutes: float
    counted: bool
    """Whether the provider counted the prompts; else they are approximated."""
    study: BeforeStudy
    overruns: tuple[int, ...] = ()
    """Tokens by which protected content exceeds its budget, one for each compressed cell where it does."""


def view_plan(project: Project, on: dt.date, *, count: bool) -> PlanView:
    """Estimate a run; sends no prompt to a model.

    Args:
        project: The experiment.
        on: The day whose prices hold.
        count: Ask the endpoint to count the prompts (free), instead of approximating.

    Raises:
        BadInput: If a file is wrong, a model has no price, or counting needs a key that is missing.
        ProviderError: If the endpoint does not count.
    """
    project.check()
    counted = _count(project) if count else None
    rows = estimate_plan(project.plan, project.card, on, counted)
    if project.experiment.judges:
        from evalharness.app.judges.estimate import estimate_judging

        rows += estimate_judging(project, project.card, on)
    return PlanView(
        experiment=project.experiment.name,
        cases=len(project.cases),
        priced_on=on,
        rows=rows,
        minutes=minutes_at_limits(rows, project.experiment.limits),
        counted=count,
        study=before_study(_question(project, rows, on), project.assumptions),
        overruns=tuple(cell.overrun_tokens for cell in project.plan.cells if cell.overrun_tokens),
    )


def _count(project: Project) -> Mapping[str, int]:
    """Ask the endpoint once for each different prompt."""
    from evalharness.gateway.clients.endpoint import resolve_endpoint
    from evalharness.gateway.clients.keys import key_for
    from evalharness.gateway.clients.probe import Probe

    endpoint = resolve_endpoint(None, os.environ)
    key = key_for(endpoint, os.environ, Path(".env"))
    probe = Probe(endpoint=endpoint, key=key, clock=SystemClock())
    jobs = jobs_of(project.plan)
    texts = {(job.request.model, job.request.system, job.request.messages): job.request for job in jobs}
    counts = dict(zip(texts, probe.count_requests(tuple(texts.values())), strict=True))
    return {job.key: counts[job.request.model, job.request.system, job.request.messages] for job in jobs}


def _question(project: Project, rows: tuple[Estimate, ...], on: dt.date) -> Question:
    experiment = project.experiment
    control, treatment = (_answers(project, rows, role) for role in (Role.CONTROL, Role.TREATMENT))
    starts = _months(project.card, (control.model, treatment.model), on, project.assumptions)
    output = EXPECTED_OUTPUT_SHARE * experiment.gateway.max_output_tokens
    return Question(
        cases=len(project.cases),
        study_usd=float(sum(row.usd_expected for row in rows)),
        roi=experiment.thresholds.roi,
        confidence=1 - (1 - experiment.thresholds.confidence) / experiment.thresholds.looks,
        scale_width=experiment.scorer.width,
        cost_changes=[
            _per_request(project.card, treatment, output, day)
            - _per_request(project.card, control, output, day)
            for day in starts
        ],
    )


def _answers(project: Project, rows: tuple[Estimate, ...], role: Role) -> Estimate:
    """Return a role's answers in the context that is to be deployed, or in the raw one."""
    wanted = (project.experiment.deploy_context, ContextMode.RAW)
    arms = [project.experiment.main_arm(role, context) for context in wanted]
    names = [arm.name for arm in arms if arm is not None]
    found = {row.arm: row for row in rows if row.purpose == Purpose.ANSWER}
    # Arms that ask the same share their calls, which stand with the first of them.
    return next(found[name] for name in names if name in found)


def _months(
    card: RateCard, models: tuple[str, ...], on: dt.date, assumptions: Assumptions
) -> tuple[dt.date, ...]:
    from evalharness.decide.pricepath import price_path

    path = price_path(card, models, on, assumptions.horizon_months)
    return tuple(path.days[regime] for regime in path.regime)


def _per_request(card: RateCard, row: Estimate, output: float, day: dt.date) -> float:
    """Return the expected USD of one answer, from exact prices of a thousand."""
    prices = prices_of(card.in_force(row.model, day), long=False)
    usage = Usage(input_tokens=round(1000 * row.input_tokens / row.calls), output_tokens=round(1000 * output))
    return float(bill_of(usage, prices).total_usd) / 1000
