"""The starter project that the wheel carries: prompts, and recordings that replay without a key."""

from __future__ import annotations

import io
import tarfile
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Final

from evalharness.core.errors import BadInput
from evalharness.disk import taken, write_tree

ARCHIVE: Final = "starter.tar.xz"
_EXPERIMENT: Final = Path("prompts") / "experiment.toml"
_REPORTS: Final = Path("reports")
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A starter project as it was written."""

    folder: Path
    files: int
    cases: int
    recordings: int

    @property
    def experiment(self) -> Path:
        """Its experiment."""
        return self.folder / _EXPERIMENT

    @property
    def reports(self) -> Path:
        """Where its reports belong."""
        return self.folder / _REPORTS


def write_starter(folder: Path) -> Starter:
    """Write the starter project into a folder, all of it or nothing.

    Args:
        folder: Need not be there; what is in it stays as it is.

    Raises:
        BadInput: If a file of that name is there, the folder cannot be written, or this installation carries
            no starter project.
    """
    content = starter_content()
    _refuse_taken(folder, content)
    try:
        write_tree(folder, content)
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror or error}; nothing was", file=folder) from None
    kinds = Counter(PurePosixPath(name).suffix for name in content)
    return Starter(folder=folder, files=len(content), cases=_cases(content), recordings=kinds[".json"])


def starter_content() -> dict[str, bytes]:
    """Return the starter's files by name.

    Raises:
        BadInput: If this installation does not carry them, or this Python cannot read them.
    """
    archive = files("evalharness.app") / ARCHIVE
    if not archive.is_file():
        raise BadInput(
            "no starter project in this installation; install the wheel: pip install . in a checkout"
        )
    try:
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as members:
            return {member.name: _read(members, member) for member in members}
    except tarfile.TarError:
        raise BadInput("this Python lacks lzma, in which the starter project is packed") from None


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None  # noqa: S101 - the archive is the wheel's own and holds files only
    return stream.read()


def _cases(content: dict[str, bytes]) -> int:
    return sum(PurePosixPath(name).suffix == ".yaml" and name.startswith("prompts/") for name in content)


def _refuse_taken(folder: Path, content: dict[str, bytes]) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadInput("is no folder", file=folder)
    there = taken(folder, content)
    if there:
        names = ", ".join(there[:_SHOWN])
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        raise BadInput(
            f"already there: {names}{more}; nothing was written, choose another folder", file=folder
        )
