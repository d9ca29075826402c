"""The plan of an experiment as far as its recordings tell it, without making a run."""

from __future__ import annotations

from evalharness.app.project import Project
from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.job import Job
from evalharness.core.plan import Plan
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


def jobs_of(plan: Plan) -> tuple[Job, ...]:
    """Return every call of a plan, compressions first."""
    return (*plan.compressions, *plan.jobs)


def _reply(project: Project, job: Job) -> str | None:
    try:
        return parse_response(read(recording_path(project.cassettes, job.key)).response_body).text
    except (FileNotFoundError, InvalidUsage, ProviderError):
        return None
