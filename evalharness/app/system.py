"""The outside world: time, versions, git. Nothing of it but hashes reaches a report's numbers."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path


class SystemClock:
    """The machine's time."""

    def now(self) -> dt.datetime:
        """Return the present time in UTC."""
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.perf_counter()


def versions() -> dict[str, str]:
    """Return the versions that a run stands on."""
    names = ("evalharness", "google-genai", "vcrpy", "numpy", "scipy", "pandas")
    found = {"python": platform.python_version(), "platform": sys.platform}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def relative_path(file: Path, folder: Path) -> str:
    """Return a file as a run directory names it: relative to itself where that can be written."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return file.resolve().as_posix()


def git_state(folder: Path) -> dict[str, str]:
    """Return the commit of a checkout and whether its tree was dirty; empty outside one."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        dirty = "yes" if _git(folder, "status", "--porcelain", "--untracked-files=no") else "no"
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"commit": commit, "dirty": dirty}


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, timeout=10)  # noqa: S603
    return done.stdout.strip()
