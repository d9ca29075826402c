"""Recordings in one archive, for keeping them outside git: the same bytes for the same recordings."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.core.errors import CassetteDamaged, IntegrityError
from evalharness.disk import open_regular
from evalharness.gateway.cassette.files import RECORDING_NAME, read, recording_path, write_bytes
from evalharness.gateway.cassette.interaction import from_json

if TYPE_CHECKING:
    from evalharness.gateway.cassette.interaction import Interaction

SUFFIX = ".tar.gz"
SUMS_NAME = "SHA256SUMS"
_LARGEST_MEMBER = 32 * 1024 * 1024
_LARGEST_TOTAL = 2 * 1024 * 1024 * 1024
_LEVEL = 9
_END = b"\0" * tarfile.BLOCKSIZE
_LARGEST_END = 2**20
"""Archives are filled up with zeros, by most programs to 10 KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One archive."""

    name: str
    content: bytes
    recordings: int

    @property
    def sha256(self) -> str:
        """Hash of the archive's bytes."""
        return hashlib.sha256(self.content).hexdigest()


def pack(name: str, files: Iterable[Path]) -> Packed:
    """Return an archive of recordings, each verified first.

    Names are sorted and times are zero, so that packing the same recordings again gives the same bytes (with
    the same zlib).

    Raises:
        CassetteDamaged: If a recording cannot be trusted.
    """
    plain = io.BytesIO()
    count = 0
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(files):
            read(file)
            content = file.read_bytes()
            member = tarfile.TarInfo(file.name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
            count += 1
    content = gzip.compress(plain.getvalue(), _LEVEL, mtime=0)
    return Packed(name=f"{name}{SUFFIX}", content=content, recordings=count)


def unpack(archive: Path) -> Iterator[tuple[Interaction, bytes]]:
    """Yield the recordings in an archive, each verified; nothing is written.

    Raises:
        IntegrityError: If the archive is damaged, or holds anything but whole recordings under their own
            flat names: no folders, no links, no other paths, nothing twice, nothing beyond 32 MiB.
    """
    try:
        with open_regular(archive) as packed, gzip.open(packed) as plain:
            for name, content in _members(archive, plain):
                yield from_json(content, file=archive / name), content
    except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error) as error:
        raise IntegrityError(f"is not a whole archive: {error}", file=archive) from None


def _members(archive: Path, plain: gzip.GzipFile) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each member.

    Headers are read here, for the library obeys extended ones, which may be as long as they like. Nothing is
    read before it is known how much it is: a few bytes can unpack to more than a memory holds.
    """
    seen: set[str] = set()
    total = 0
    while (header := plain.read(tarfile.BLOCKSIZE)) != _END:
        member = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        _check_member(archive, member, seen)
        total += member.size
        if total > _LARGEST_TOTAL:
            raise IntegrityError("unpacks to more than 2 GiB", file=archive)
        content = plain.read(member.size)
        if len(content) < member.size:
            raise EOFError("it was cut off")
        plain.read(-member.size % tarfile.BLOCKSIZE)
        yield member.name, content
    if not seen:
        raise IntegrityError("holds no recording", file=archive)
    # gzip holds its check sum against what was read only at the end.
    rest = plain.read(_LARGEST_END + 1)
    if len(rest) > _LARGEST_END or rest.strip(b"\0"):
        raise IntegrityError("goes on after its end: refused whole", file=archive)


def restore(folder: Path, item: Interaction, content: bytes) -> bool:
    """Write a recording's bytes into a folder; returns whether it was not there already.

    Raises:
        IntegrityError: If another recording of the same name is there: nothing is overwritten.
    """
    file = recording_path(folder, item.key)
    try:
        if file.exists() or file.is_symlink():
            with open_regular(file) as stream:
                there = stream.read(len(content) + 1)
            if there == content:
                return False
            raise IntegrityError("is there already, and not the same: nothing is overwritten", file=file)
    except OSError as error:
        raise IntegrityError(f"cannot be read: {error.strerror or error}", file=file) from None
    write_bytes(file, content, overwrite=False)
    return True


def _check_member(archive: Path, member: tarfile.TarInfo, seen: set[str]) -> None:
    shown = member.name[:100].encode("unicode_escape").decode()
    if not member.isreg() or not RECORDING_NAME.fullmatch(member.name):
        raise IntegrityError(f"holds {shown!r}, which is no recording: refused whole", file=archive)
    if member.name in seen:
        raise IntegrityError(f"holds {shown} twice: refused whole", file=archive)
    if not 0 <= member.size <= _LARGEST_MEMBER:
        raise CassetteDamaged(f"{shown} is larger than {_LARGEST_MEMBER // 2**20} MiB", file=archive)
    seen.add(member.name)
