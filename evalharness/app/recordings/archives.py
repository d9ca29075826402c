"""Packing recordings into one hashed archive per arm, and taking them out again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalharness.app.project import Project
from evalharness.app.recordings.missing import refuse_missing
from evalharness.app.recordings.recorded_plan import recorded_jobs
from evalharness.core.errors import IntegrityError
from evalharness.disk import open_regular, write_whole
from evalharness.gateway.cassette.archive import SUMS_NAME, Packed, pack, restore, unpack
from evalharness.gateway.cassette.files import file_sha256, recording_path

_LARGEST_SUMS = 2**20
_SUM_LINE = re.compile(r"([0-9a-f]{64})  ([^/\\]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What came out of one archive."""

    archive: Path
    restored: int
    there: int
    """Recordings that were in the folder already, the same to the byte."""


def pack_arms(project: Project, *, to: Path, today: dt.date) -> tuple[Packed, ...]:
    """Write one archive for each arm with every recording that the arm's replay reads, and SHA256SUMS.

    A recording that several arms share stands in each of their archives: each is whole by itself.

    Raises:
        CassetteMiss: If a recording is missing.
        CassetteDamaged: If one cannot be trusted.
        IntegrityError: If an archive cannot be written.
    """
    jobs = recorded_jobs(project)
    refuse_missing(project, jobs, today)
    files: dict[str, set[Path]] = {arm.name: set() for arm in project.experiment.arms}
    for job in jobs:
        for cell in job.cells:
            files[cell.arm].add(recording_path(project.cassettes, job.key))
    name = project.experiment.name
    packed = tuple(pack(f"{name}-{arm}", found) for arm, found in sorted(files.items()))
    sums = "".join(f"{item.sha256}  {item.name}\n" for item in packed)
    try:
        for item in packed:
            write_whole(to / item.name, item.content)
        write_whole(to / SUMS_NAME, sums.encode())
    except OSError as error:
        raise IntegrityError(f"cannot be written: {error.strerror or error}", file=to) from None
    return packed


def unpack_archives(archives: Sequence[Path], *, to: Path) -> tuple[Unpacked, ...]:
    """Restore the recordings of archives into a folder; nothing there is overwritten.

    Every archive is read and verified whole before the first recording of any is written.

    Raises:
        IntegrityError: If an archive is not the one that SHA256SUMS beside it names, is damaged, holds
            anything but recordings, or a recording is there that is not the same.
    """
    for archive in archives:
        _check_sum(archive)
        for _ in unpack(archive):
            pass
    done = []
    for archive in archives:
        new = [restore(to, item, content) for item, content in unpack(archive)]
        done.append(Unpacked(archive=archive, restored=sum(new), there=len(new) - sum(new)))
    return tuple(done)


def _check_sum(archive: Path) -> None:
    sums = archive.parent / SUMS_NAME
    found = file_sha256(archive)
    try:
        with open_regular(sums) as stream:
            lines = stream.read(_LARGEST_SUMS).decode("utf-8").splitlines()
    except (OSError, ValueError):
        raise IntegrityError(
            f"{SUMS_NAME} is not beside it: nothing says which archive this should be", file=archive
        ) from None
    known = {match.group(2): match.group(1) for line in lines if (match := _SUM_LINE.fullmatch(line))}
    if archive.name not in known:
        raise IntegrityError(f"is not named in {SUMS_NAME}", file=archive)
    if known[archive.name] != found:
        raise IntegrityError(f"is not the archive that {SUMS_NAME} names: its hash is {found}", file=archive)
