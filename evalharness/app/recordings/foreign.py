"""Recordings that answer in place of another endpoint than the one that would be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from pathlib import Path

from evalharness.core.job import JUDGING, Job
from evalharness.core.provenance import Delivery, Origin, derive_origin
from evalharness.gateway.cassette.files import read, recording_path
from evalharness.gateway.clients.endpoint import GOOGLE_HOST, LOOPBACK, place_of


def warn_of_foreign(
    folder: Path,
    jobs: Sequence[Job],
    known: Container[str],
    *,
    asked: Callable[[Job], str],
    note: Callable[[str], None],
) -> None:
    """Say, in one line and before anything is bought, which recordings stand in for another endpoint.

    Args:
        folder: The recordings.
        jobs: Calls for which a recording would serve.
        known: Keys of calls that the run has already.
        asked: Where a job would be sent.
        note: Told.

    Raises:
        CassetteDamaged: If a recording cannot be trusted.
    """
    found: Counter[tuple[str, str]] = Counter()
    for job in jobs:
        file = recording_path(folder, job.key)
        if job.key in known or not file.exists():
            continue
        reply = read(file).reply(Delivery.REPLAYED)
        place = asked(job)
        if place_of(reply.host) != place:
            simulated = derive_origin(reply.host, reply.headers, reply.body) is Origin.SIMULATED
            found["the emulator's" if simulated else f"{reply.host}'s", place] += 1
    if not found:
        return
    served = sum(found.values())
    (whose, place), _ = found.most_common(1)[0]
    what = "judgements" if any(job.purpose in JUDGING for job in jobs) else "answers"
    left = "nothing is" if served == len(jobs) else f"only the other {len(jobs) - served} are"
    note(
        f"warning: {served} of {len(jobs)} {what} are {whose} recordings; {left} asked of {_named(place)}; "
        f"to ask it, move {folder} away first, or use --mode record (which replaces them) or live"
    )


def _named(place: str) -> str:
    return {GOOGLE_HOST: "Google", LOOPBACK: "this machine"}.get(place, place)
