"""Writing a file whole or not at all, on every system."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

PARTIAL_SUFFIX = ".partial"
_TRIES = 20
_PAUSE_S = 0.05
"""Waits of one second in all for whoever holds the file open."""


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
