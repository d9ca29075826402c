"""Recordings on disk: one file an interaction, whole or not there."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from evalharness.core.errors import CassetteDamaged, IntegrityError
from evalharness.disk import open_regular, read_bounded, write_whole
from evalharness.gateway.cassette.interaction import Interaction, from_json, to_json

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".json"
RECORDING_NAME = re.compile(r"[0-9a-f]{64}-d(?:0|[1-9][0-9]{0,8})\.json")
"""What a recording is called, and nothing else."""
_LARGEST_BYTES = 32 * 1024 * 1024


def recording_path(folder: Path, key: str) -> Path:
    """Return where the interaction with this key is kept."""
    return folder / f"{key}{SUFFIX}"


def recordings(folder: Path) -> tuple[Path, ...]:
    """Return the files of a cassette folder, sorted by name; a folder that is not there has none."""
    try:
        names = sorted(file.name for file in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(folder / name for name in names if name.endswith(SUFFIX) and name[0] != ".")


def read(file: Path) -> Interaction:
    """Read and verify one recording.

    Raises:
        CassetteDamaged: If it cannot be read or is not what was recorded under this name.
        FileNotFoundError: If it is not there.
    """
    try:
        content = read_bounded(file, _LARGEST_BYTES)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CassetteDamaged(f"recording cannot be read: {error.strerror or error}", file=file) from error
    if content is None:
        raise CassetteDamaged(f"recording is larger than {_LARGEST_BYTES // 2**20} MiB", file=file)
    return from_json(content, file=file)


def file_sha256(file: Path) -> str:
    """Return the hash of a file's bytes.

    Raises:
        IntegrityError: If it cannot be read.
    """
    try:
        with open_regular(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise IntegrityError(f"cannot be read: {error.strerror or error}", file=file) from None


def write(folder: Path, interaction: Interaction, *, overwrite: bool) -> Path:
    """Write one recording so that a crash at any moment leaves the whole file or none.

    Args:
        folder: The cassette folder; made if it is not there.
        interaction: What to write.
        overwrite: Whether a recording of the same name may be replaced.

    Raises:
        IntegrityError: If it cannot be written, or is there and must not be replaced.
    """
    try:
        content = to_json(interaction)
    except RecursionError:
        raise IntegrityError("cannot write recording: the exchange is nested too deeply") from None
    return write_bytes(recording_path(folder, interaction.key), content, overwrite=overwrite)


def write_bytes(file: Path, content: bytes, *, overwrite: bool) -> Path:
    """Write a recording's bytes, whole or not at all.

    Raises:
        IntegrityError: If they cannot be written, or the file is there and must not be replaced.
    """
    if not overwrite and file.exists():
        raise IntegrityError("was recorded meanwhile by another run: run again to replay it", file=file)
    try:
        write_whole(file, content)
    except OSError as error:
        raise IntegrityError(
            f"cannot write recording: {error.strerror or error}; make room there, then run again",
            file=file,
        ) from error
    return file
