"""Recordings that a replay has not got, with what it costs to record them, and those it has no use for."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from evalharness.app.planning.estimate import EXPECTED_OUTPUT_SHARE, upper_bound
from evalharness.app.project import Project
from evalharness.app.recordings.cassettes import neighbours
from evalharness.core.errors import CassetteMiss, PricingError
from evalharness.core.job import JUDGING, Job
from evalharness.core.pricing import RateCard, price_usage
from evalharness.core.tokens import approximate_tokens
from evalharness.core.usage import Usage
from evalharness.experiment.edge import near_sibling
from evalharness.gateway.cassette.files import recording_path, recordings
from evalharness.gateway.cassette.miss import describe_miss


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPrice:
    """What some calls would cost."""

    calls: int
    expected_usd: Decimal
    """Answers of 40 % of the limit."""
    most_usd: Decimal
    """Every input byte a token, every answer as long as it may be."""

    def __str__(self) -> str:
        """Return it in a few words."""
        calls = "1 call" if self.calls == 1 else f"{self.calls} calls"
        return f"{calls}, about {self.expected_usd:.4f} USD, at most {self.most_usd:.4f} USD"


def price_recording(jobs: Sequence[Job], card: RateCard, on: dt.date) -> RecordingPrice:
    """Price the calls that would record these jobs, at the prices of a day.

    Raises:
        PricingError: If a model has no price on that day.
    """
    expected = Decimal(0)
    for job in jobs:
        request = job.request
        usage = Usage(
            input_tokens=sum(map(approximate_tokens, (request.system, *(m.text for m in request.messages)))),
            output_tokens=round(request.max_output_tokens * EXPECTED_OUTPUT_SHARE),
        )
        expected += price_usage(usage, model=request.model, card=card, on=on).total_usd
    most = sum((upper_bound(job, card, on) for job in jobs), start=Decimal(0))
    return RecordingPrice(calls=len(jobs), expected_usd=expected, most_usd=most)


def missing_jobs(folder: Path, jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs that have no recording in a folder."""
    there = {file.name for file in recordings(folder)}
    return [job for job in jobs if recording_path(folder, job.key).name not in there]


def record_command(project: Project) -> str:
    """Return the command that records what is missing, as one would type it, judgements included."""
    subset = ["--limit", str(project.limit)] if project.is_pilot else []
    command = "analyze" if project.experiment.judges else "run"
    if project.smoke:
        command, subset = "run", ["--smoke"]
    words = ["evalharness", command, project.file.as_posix(), "--mode", "record-missing", *subset]
    scored = (
        "; evalharness score RUN --mode record-missing" if project.smoke and project.experiment.judges else ""
    )
    return shlex.join(words) + scored


def refuse_missing(project: Project, jobs: Sequence[Job], today: dt.date) -> None:
    """Look for every recording before the first is used, so that one error tells the whole story.

    Raises:
        CassetteMiss: Naming a case and arm, the nearest recording with what differs, and the command that
            records what is missing, with its price.
    """
    missing = missing_jobs(project.cassettes, jobs)
    if not missing:
        return
    if not project.cassettes.is_dir():
        near = near_sibling(project.cassettes)
        hint = f"did you mean {near} (cassettes in {project.file})? Else " if near else ""
        raise CassetteMiss(
            f"no such folder of recordings; {hint}{_cure(project, missing, today)}",
            file=project.cassettes,
        )
    first = min(missing, key=lambda job: job.cells[0].id)
    cell = first.cells[0]
    miss = describe_miss(project.cassettes, first.request, first.draw)
    others = f" ({len(missing)} of {len(jobs)} recordings are missing)" if len(missing) > 1 else ""
    judging = first.purpose in JUDGING
    raise CassetteMiss(
        f"no recording for {f'the {first.purpose} call about ' if judging else ''}case {cell.case_id}, "
        f"arm {cell.arm}, repeat {cell.repeat}{others}; {miss}; "
        f"{_cure(project, missing, today)}",
        file=project.cassettes,
    )


def _cure(project: Project, missing: Sequence[Job], today: dt.date) -> str:
    """Return what records the missing calls, and its price; a live run has no recordings to be scored by."""
    command = f"record with: {record_command(project)} ({_price(project, missing, today)})"
    judging = any(job.purpose in JUDGING for job in missing)
    return f"{command}; a live run is scored with --mode live" if judging else command


def _price(project: Project, missing: Sequence[Job], today: dt.date) -> str:
    try:
        price = f"{price_recording(missing, project.card, today)} at the prices of {today}"
    except PricingError as error:
        return f"price unknown: {error.message}"
    judges = project.experiment.judges and not any(job.purpose in JUDGING for job in missing)
    return f"{price}, judges on top" if judges else price


def note_surplus(project: Project, used: int, note: Callable[[str], None]) -> None:
    """Tell, in one line, of recordings that nothing in an experiment asks for; a pilot leaves many.

    Nothing is said of a folder that experiments beside it share: what this one leaves is theirs.

    Args:
        project: An experiment that was replayed.
        used: Its calls, each of which read a recording of its own.
        note: Told.
    """
    every = 0 if project.is_pilot else len(recordings(project.cassettes))
    if every <= used or neighbours([project.file], project.cassettes):
        return
    note(
        f"{every - used} of {every} recordings in {project.cassettes} are not used by this experiment; "
        f"`evalharness cassettes prune {project.file.as_posix()}` lists them"
    )
