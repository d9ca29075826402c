"""What judges would have to be asked before a run can be scored, and what that costs."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from evalharness.app.judges.estimate import price_questions, stand_in
from evalharness.app.judges.judging import Questions
from evalharness.app.project import Project
from evalharness.app.recordings.recorded_plan import recorded_calls
from evalharness.core.call import Call
from evalharness.core.errors import CassetteDamaged
from evalharness.core.gate import StaleRow
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.plan import Plan
from evalharness.score import build_records


def stale_questions(
    project: Project, plan: Plan, *, calls: Mapping[str, Call], unanswered: frozenset[Cell], on: dt.date
) -> tuple[StaleRow, ...]:
    """Return what judges must be asked that neither a recording nor a run answers, by judge and purpose.

    A question about an answer that is to be fetched first is priced as if the reference answer were it.

    Args:
        project: The experiment as it is now.
        plan: Its calls, with all replies of a compressor put in.
        calls: A run's calls.
        unanswered: Cells whose answers are stale themselves.
        on: The day whose prices the estimate takes.

    Raises:
        PricingError: If a judge has no price on that day.
    """
    known = {key: call for key, call in calls.items() if call.reply is not None}
    known |= _recorded(project, (job for job in plan.jobs if not unanswered.intersection(job.cells)), known)
    cases = {case.id: case for case in project.dataset.cases}
    answered = [planned for planned in plan.cells if planned.cell not in unanswered]
    waiting = [planned for planned in plan.cells if planned.cell in unanswered]
    records = (
        *build_records(answered, known),
        *(stand_in(planned, cases[planned.cell.case_id]) for planned in waiting),
    )
    questions = Questions(project, records, known)
    known |= _recorded(project, questions.first, known)
    groups: dict[tuple[str, str], dict[str, Job]] = defaultdict(dict)
    for judge, job in questions.by_judge():
        if job.key not in known:
            groups[judge.name, job.purpose.value][job.key] = job
    return tuple(_row(project, place, tuple(jobs.values()), on) for place, jobs in sorted(groups.items()))


def _recorded(project: Project, jobs: Iterable[Job], known: Mapping[str, Call]) -> dict[str, Call]:
    found: dict[str, Call] = {}
    for job in jobs:
        # One that cannot be trusted is as good as none.
        if job.key not in known:
            with contextlib.suppress(CassetteDamaged):
                found |= recorded_calls(project, (job,))
    return found


def _row(project: Project, place: tuple[str, str], jobs: tuple[Job, ...], on: dt.date) -> StaleRow:
    answers = 2 if place[1] == Purpose.PAIRWISE else 1
    price = price_questions(
        place, [(job, answers) for job in jobs], project.card, on,
        answer_tokens=project.experiment.gateway.max_output_tokens,
    )  # fmt: skip
    return StaleRow(
        arm=price.arm, purpose=price.purpose, model=price.model, calls=price.calls,
        cells=tuple(sorted({cell.id for job in jobs for cell in job.cells})),
        usd_low=price.usd_low, usd_expected=price.usd_expected, usd_high=price.usd_high,
    )  # fmt: skip
