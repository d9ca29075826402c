"""The outside world: time, versions, git. Nothing of it but hashes reaches a report's numbers."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import sys
import time
from functools import cache
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
    return found | {name: package_version(name) for name in names}


@cache
def package_version(name: str) -> str:
    """Return the version of an installed package, "not installed" if it is not there."""
    try:
        text = metadata.distribution(name).read_text("METADATA") or ""
    except metadata.PackageNotFoundError:
        return "not installed"
    # By hand: metadata.version parses a whole file, licences included, as if it were a mail.
    return next((line[9:] for line in text.splitlines() if line.startswith("Version: ")), "unknown")


def relative_path(file: Path, folder: Path) -> str:
    """Return a file as a run directory names it: relative to itself where that can be written."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return file.resolve().as_posix()


def git_state(folder: Path) -> dict[str, str]:
    """Return the commit of a checkout and whether its tree was dirty; empty outside one."""
    try:
        told = _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no").splitlines()
    except (OSError, subprocess.SubprocessError):
        return {}
    commit = next((line.split()[-1] for line in told if line.startswith("# branch.oid")), "unknown")
    return {"commit": commit, "dirty": "yes" if any(line[:1] != "#" for line in told) else "no"}


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, timeout=10)  # noqa: S603
    return done.stdout.strip()
