"""Cells that have no recording because what they ask changed, and what recording them costs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

from evalharness.app.planning.estimate import estimate_plan
from evalharness.app.project import Project
from evalharness.core.call import Call
from evalharness.core.errors import CassetteDamaged, InvalidUsage, ProviderError
from evalharness.core.gate import StaleRow
from evalharness.core.job import Job
from evalharness.core.plan import Plan
from evalharness.core.provenance import Delivery
from evalharness.core.wire.response import parse_response
from evalharness.gateway.cassette.files import read, recording_path


def stale_rows(project: Project, *, calls: Mapping[str, Call], on: dt.date) -> tuple[StaleRow, ...]:
    """Return the calls that neither a recording nor a run answers, by arm and purpose, priced.

    A changed context of a model-based compressor is stale as a compression; the answers that wait for its
    reply are stale with it, and priced at their whole context: an upper bound. What judges are asked follows
    the answers, in rows that name the judge in the arm's place.

    Args:
        project: The experiment as it is now.
        calls: A run's calls: what it has answers to is not stale, recorded or not.
        on: The day whose prices the estimate takes.

    Raises:
        PricingError: If a model has no price on that day.
    """
    bodies = {key: call.reply.body for key, call in calls.items() if call.reply is not None}
    plan = _now(project, bodies)
    missing = plan_of_missing(project, plan, bodies)
    cells = _cells_by_row(missing)
    rows = tuple(
        StaleRow(
            arm=row.arm, purpose=row.purpose, model=row.model, calls=row.calls,
            cells=cells[row.arm, row.purpose], usd_low=row.usd_low, usd_expected=row.usd_expected,
            usd_high=row.usd_high,
        )
        for row in estimate_plan(missing, project.card, on)
    )  # fmt: skip
    if not project.experiment.judges:
        return rows
    # Late: reading answers as judges see them loads a Markdown parser.
    from evalharness.app.judges.stale import stale_questions

    unanswered = frozenset(cell for job in (*missing.compressions, *missing.jobs) for cell in job.cells)
    return (*rows, *stale_questions(project, plan, calls=calls, unanswered=unanswered, on=on))


def plan_of_missing(project: Project, plan: Plan, answered: Collection[str]) -> Plan:
    """Return the part of a plan that has no recording."""

    def is_missing(job: Job) -> bool:
        return job.key not in answered and not recording_path(project.cassettes, job.key).exists()

    compressions = tuple(job for job in plan.compressions if is_missing(job))
    return replace(plan, compressions=compressions, jobs=tuple(job for job in plan.jobs if is_missing(job)))


def replies_of(plan: Plan, calls: Mapping[str, Call]) -> dict[str, str | None]:
    """Return what a model-based compressor replied, by call key; None where it gave no text."""
    bodies = {key: call.reply.body for key, call in calls.items() if call.reply is not None}
    return {job.key: _text(bodies.get(job.key)) for job in plan.compressions}


def _now(project: Project, bodies: Mapping[str, Mapping[str, object]]) -> Plan:
    """Return the plan with all replies of a compressor put in that a run has or a recording holds.

    Where a reply is missing the planned stand-in remains, which no recording has: so its answers are missing.
    """
    plan = project.plan
    if not plan.compressions:
        return plan
    replies = {job.key: bodies.get(job.key) or _recorded(project, job) for job in plan.compressions}
    resolved = project.resolve({key: _text(body) for key, body in replies.items()})
    unknown = {cell for job in plan.compressions if replies[job.key] is None for cell in job.cells}
    waiting = tuple(job for job in plan.jobs if unknown.intersection(job.cells))
    return replace(plan, cells=resolved.cells, jobs=(*resolved.jobs, *waiting))


def _recorded(project: Project, job: Job) -> Mapping[str, object] | None:
    try:
        return read(recording_path(project.cassettes, job.key)).reply(Delivery.REPLAYED).body
    except (FileNotFoundError, CassetteDamaged):
        return None


def _text(body: Mapping[str, object] | None) -> str | None:
    if body is None:
        return None
    try:
        return parse_response(body).text
    except (InvalidUsage, ProviderError):
        return None


def _cells_by_row(missing: Plan) -> dict[tuple[str, str], tuple[str, ...]]:
    # Rows stand with the first cell that asks, as in an estimate; every cell that waits for a call is named.
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for job in (*missing.compressions, *missing.jobs):
        found[job.cells[0].arm, job.purpose.value].update(cell.id for cell in job.cells)
    return {place: tuple(sorted(names)) for place, names in found.items()}
