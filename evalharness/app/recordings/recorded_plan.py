"""The calls of an experiment as far as its recordings tell them, without making a run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from evalharness.app.project import Project
from evalharness.core.call import Call
from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.job import Job
from evalharness.core.plan import Plan
from evalharness.core.provenance import Delivery, derive_origin
from evalharness.core.wire.response import parse_response
from evalharness.gateway.cassette.files import read, recording_path


def recorded_plan(project: Project) -> Plan:
    """Return the plan with the recorded replies of a compressor put in.

    A cell whose compression is not recorded asks nothing.

    Raises:
        CassetteDamaged: If a compressor's recording cannot be trusted.
    """
    if not project.plan.compressions:
        return project.plan
    return project.resolve({job.key: _reply(project, job) for job in project.plan.compressions})


def recorded_jobs(project: Project) -> tuple[Job, ...]:
    """Return every call of an experiment: compressions, answers, and what judges are asked about them.

    About an answer that is not recorded no judge is asked anything; a question is repeated where the recorded
    reply to it cannot be read.

    Raises:
        CassetteDamaged: If a recording that others follow from cannot be trusted.
    """
    plan = recorded_plan(project)
    jobs = (*plan.compressions, *plan.jobs)
    if not project.experiment.judges:
        return jobs
    # Late: reading answers as judges see them loads a Markdown parser.
    from evalharness.app.judges.judging import Questions
    from evalharness.score import build_records

    calls = recorded_calls(project, jobs)
    questions = Questions(project, build_records(plan.cells, calls), calls)
    first = questions.first
    calls |= recorded_calls(project, first)
    return (*jobs, *first, *questions.repairs)


def recorded_calls(project: Project, jobs: Iterable[Job]) -> dict[str, Call]:
    """Return the calls that are recorded, by key.

    Raises:
        CassetteDamaged: If a recording cannot be trusted.
    """
    found: dict[str, Call] = {}
    for job in jobs:
        with contextlib.suppress(FileNotFoundError):
            reply = read(recording_path(project.cassettes, job.key)).reply(Delivery.REPLAYED)
            found[job.key] = Call(
                key=job.key, purpose=job.purpose, model=job.request.model, attempts=(), reply=reply,
                error=None, origin=derive_origin(reply.host, reply.headers, reply.body),
            )  # fmt: skip
    return found


def _reply(project: Project, job: Job) -> str | None:
    try:
        return parse_response(read(recording_path(project.cassettes, job.key)).response_body).text
    except (FileNotFoundError, InvalidUsage, ProviderError):
        return None
