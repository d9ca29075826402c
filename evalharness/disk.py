"""Reading files and nothing else, and writing them whole or not at all, on every system."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import BufferedReader

PARTIAL_SUFFIX = ".partial"
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_TRIES = 20
_PAUSE_S = 0.05
"""Waits of one second in all for whoever holds the file open."""


def open_regular(file: Path) -> BufferedReader:
    """Open a file for reading; a pipe or a device, for which one would wait without end, is none.

    Raises:
        OSError: If it is not there, not a regular file, or cannot be read.
    """
    # A pipe that nobody writes to would already hold up the opening.
    stream = open(file, "rb", opener=lambda path, flags: os.open(path, flags | _AT_ONCE))  # noqa: SIM115
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(file))


def read_bounded(file: Path, most: int) -> bytes | None:
    """Return a file's bytes, None if there are more than that.

    Raises:
        OSError: As `open_regular`.
    """
    with open_regular(file) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > most:
            return None
        # Asking for `most` at once would set the memory for all of it aside, at every file.
        content = stream.read(size + 1)
        if len(content) > size:  # it grew, or does not tell its size
            content += stream.read(most + 1 - len(content))
    return None if len(content) > most else content


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file by these bytes: a crash at any moment leaves the old file or the new one.

    Raises:
        OSError: If the disk does not take it; the old file is untouched and nothing is left beside it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}")
    try:
        with partial.open("xb") as stream:
            stream.write(content)
            stream.flush()
            # Else a power cut after the rename can leave the name with no content.
            os.fsync(stream.fileno())
        replace(partial, file)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def replace(source: Path, target: Path) -> None:
    """Rename over what is there.

    Windows refuses that while anybody, a virus scanner above all, holds the target open; such readers are
    quick, so it is tried again for a second.

    Raises:
        OSError: If it is refused for good.
    """
    for _ in range(_TRIES):
        try:
            source.replace(target)
        except PermissionError:
            time.sleep(_PAUSE_S)
        else:
            return
    source.replace(target)


def taken(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the names, relative to a folder, under which something is there already, sorted.

    A file where a name needs a folder is returned too, once.
    """
    found = set()
    for name in names:
        path = Path(name)
        for part in (*(part for part in path.parents if part.name), path):
            place = folder / part
            if os.path.lexists(place) and (part == path or not place.is_dir()):
                found.add(part.as_posix())
    return sorted(found)


def write_tree(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files into a folder, which need not be there: all of them, or none.

    They are written aside first, then renamed into place; a new folder appears whole. Names that are `taken`
    are an error.

    Raises:
        OSError: If the disk does not take them; everything is as it was.
    """
    folder = folder.absolute()
    # What is missing of the way to the folder is made aside as well, so that nothing of it is left either.
    top = folder
    while not os.path.lexists(top.parent):
        top = top.parent
    home = folder if folder.is_dir() else top.parent
    aside = home / f".{top.name}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}"
    moved: list[Path] = []
    try:
        for name, content in files.items():
            file = aside / folder.relative_to(top) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        _merge(aside, top, moved)
    except BaseException:
        for path in reversed(moved):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _merge(source: Path, target: Path, moved: list[Path]) -> None:
    """Rename into place what is not there, folder by folder; note what was moved."""
    if not os.path.lexists(target):
        source.rename(target)
        moved.append(target)
        return
    for child in sorted(source.iterdir()):
        _merge(child, target / child.name, moved)
