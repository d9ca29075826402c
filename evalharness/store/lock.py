"""One writer for a run directory, and who that is."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from evalharness.core.errors import IntegrityError, RunLocked

LOCK_NAME = ".lock"
OWNER_NAME = ".owner"


class RunLock:
    """Holds a run directory for this process, as a context manager.

    The operating system gives the lock back when its holder dies, however it dies. The owner file beside it
    then stays: it tells the next one what happened, and stops nobody.
    """

    def __init__(self, folder: Path, *, since: str, note: Callable[[str], None]) -> None:
        """Prepare; nothing is held yet.

        Args:
            folder: The run directory; made if it is not there.
            since: The time, told to whoever finds the lock held.
            note: Told, in one line, of an owner that ended without giving the lock back.
        """
        self._folder = folder
        self._since = since
        self._note = note
        self._lock = FileLock(folder / LOCK_NAME, timeout=0, thread_local=False)

    def __enter__(self) -> RunLock:
        """Take the lock.

        Raises:
            RunLocked: If another process holds it.
            IntegrityError: If the directory cannot be written.
        """
        owner = self._folder / OWNER_NAME
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise RunLocked(
                f"another process writes this run ({_told(owner)}); wait until it ends, or stop it, or "
                "choose another --out",
                file=self._folder,
            ) from None
        except OSError as error:
            raise IntegrityError(
                f"cannot be locked: {error.strerror or error}; choose another --out, or make the folder "
                "writable",
                file=self._folder,
            ) from None
        if owner.exists():
            self._note(
                f"{self._folder}: its last writer ({_told(owner)}) ended without finishing; its lock is "
                "stale and was taken over, what it wrote is kept"
            )
        with suppress(OSError):
            facts = {"pid": os.getpid(), "host": platform.node(), "since": self._since}
            owner.write_text(json.dumps(facts), encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        with suppress(OSError):
            (self._folder / OWNER_NAME).unlink(missing_ok=True)
        self._lock.release()


def _told(owner: Path) -> str:
    try:
        facts = json.loads(owner.read_text(encoding="utf-8"))
        return f"process {facts['pid']} on {facts['host']}, since {facts['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown owner"
