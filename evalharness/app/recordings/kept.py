"""Recordings that a run's journal can still give: an answer that was paid for is not bought again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from evalharness.app.project import Project
from evalharness.core.call import Call, Reply
from evalharness.core.errors import CassetteDamaged
from evalharness.core.job import Job
from evalharness.core.provenance import Delivery
from evalharness.gateway.cassette.files import read, recording_path, write
from evalharness.gateway.cassette.record import interaction_of


def record_kept(
    project: Project,
    jobs: Iterable[Job],
    calls: Mapping[str, Call],
    *,
    overwrite: bool,
    note: Callable[[str], None],
) -> None:
    """Write the recordings that the journal of a recording run holds and the folder does not.

    They are missing where the disk did not take them, or where somebody removed them since.

    Args:
        project: The experiment.
        jobs: Calls whose recordings are wanted.
        calls: What the run has already, by key.
        overwrite: Whether a recording that is older than the run's answer is replaced.
        note: Told, in one line, how many were written.

    Raises:
        IntegrityError: If one cannot be written.
    """
    count = 0
    for job in jobs:
        call = calls.get(job.key)
        if call is None or call.reply is None:
            continue
        if _lacks(recording_path(project.cassettes, job.key), call.reply, overwrite=overwrite):
            redacted = project.personal is not None
            item = interaction_of(job.request, job.draw, call.reply, redacted=redacted)
            write(project.cassettes, item, overwrite=overwrite)
            count += 1
    if count:
        note(
            f"{count} answers of this run had no recording in {project.cassettes}: recorded from calls.jsonl"
        )


def gone(folder: Path, calls: Iterable[Call]) -> list[str]:
    """Return the keys of calls that were read from recordings which are no longer there.

    Whoever moved them away wants the endpoint asked: the run's own copy must not bring them back.
    """
    replayed = (c for c in calls if c.reply is not None and c.reply.delivery is Delivery.REPLAYED)
    return [call.key for call in replayed if not recording_path(folder, call.key).exists()]


def _lacks(file: Path, reply: Reply, *, overwrite: bool) -> bool:
    if not overwrite:
        return not file.exists()
    try:
        recorded_at = read(file).recorded_at
    except (FileNotFoundError, CassetteDamaged):
        return True
    return dt.datetime.fromisoformat(recorded_at) < dt.datetime.fromisoformat(reply.recorded_at)
