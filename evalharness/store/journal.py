"""calls.jsonl: appended and flushed as each call ends; a torn last line is repaired, a corrupt one is not."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from pydantic import TypeAdapter

from evalharness.core.call import Attempt, Call
from evalharness.core.errors import IntegrityError, JournalDamaged
from evalharness.disk import PARTIAL_SUFFIX, replace
from evalharness.store.jsonlines import dump_line, encode, numbered_lines, parse_line, read_raw, readable

CALL = TypeAdapter(Call)
_SYNC_CALLS = 32
_SYNC_SECONDS = 1.0
"""After so many calls or so long the next append also waits for the disk: what a power cut can lose."""


class FileJournal:
    """The journal of one run. Use it as a context manager; one writer at a time (`store.lock`).

    It keeps where each call stands, not the calls: memory hardly grows with a run.
    """

    def __init__(
        self,
        path: Path,
        *,
        fresh: bool = False,
        durable: bool = True,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open the journal.

        Args:
            path: The file; created if missing.
            fresh: Start empty, beside the file; it is replaced when the journal is closed without an error.
            durable: Wait for the disk now and then. Replayed calls need not: they cost nothing, and are read
                from the recordings again.
            note: Told, in one line, what was repaired.

        Raises:
            JournalDamaged: Naming the line that does not parse.
            IntegrityError: If the file cannot be opened for writing.
        """
        self._fresh, self._target = fresh, path
        self._path = path.with_name(f".{path.name}{PARTIAL_SUFFIX}") if fresh else path
        self._note = note
        self._durable = durable
        self._at: dict[str, tuple[int, int]] = {}
        self._done: set[str] = set()
        self._earlier: dict[str, tuple[Attempt, ...]] = {}
        self._unsynced, self._synced_at = 0, time.monotonic()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._end = 0 if fresh or not path.exists() else self._load()
            # Unbuffered: each line reaches the operating system in one write, so a kill loses no whole line.
            self._stream = self._path.open("w+b" if fresh else "a+b", buffering=0)
        except OSError as error:
            raise IntegrityError(f"cannot be written: {error.strerror}", file=path) from None

    def completed(self) -> Mapping[str, Call]:
        """Return the calls that need not be made again; those that failed retryably are made again."""
        return _Calls(self._done, self._read)

    def everything(self) -> Iterator[Call]:
        """Yield the last line of every call, failed ones included."""
        for key in tuple(self._at):
            yield self._read(key)

    def earlier_attempts(self, key: str) -> tuple[Attempt, ...]:
        """Return the tries of a call that is to be made again."""
        return self._earlier.get(key, ())

    def forget(self, keys: Iterable[str]) -> None:
        """Let calls be made again; their lines stay until later ones replace them."""
        self._done.difference_update(keys)

    def append(self, call: Call) -> None:
        """Write a call; it has left this process when this returns.

        Raises:
            IntegrityError: If the disk does not take it; the file still ends with a whole line.
        """
        line = encode(dump_line(CALL, call) + "\n")
        try:
            if self._stream.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._sync()
        except OSError as error:
            self._cut_back()
            raise IntegrityError(
                f"a call cannot be written: {error.strerror}; everything before it is kept: make room and "
                "run the same command again",
                file=self._target,
            ) from None
        self._keep(call, self._end, len(line))
        self._end += len(line)

    def close(self) -> None:
        """Flush to the disk and close.

        Raises:
            IntegrityError: If a fresh journal cannot be put in its place.
        """
        if not self._stream.closed:
            if self._durable:
                os.fsync(self._stream.fileno())
            self._stream.close()
            if self._fresh:
                self._publish()

    def _publish(self) -> None:
        try:
            replace(self._path, self._target)
        except OSError as error:
            self._path.unlink(missing_ok=True)
            raise IntegrityError(f"cannot be written: {error.strerror}", file=self._target) from None

    def __enter__(self) -> FileJournal:
        """Return the open journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened; a fresh start that failed leaves the file as it was."""
        if kind is not None and self._fresh:
            self._stream.close()
            self._path.unlink(missing_ok=True)
        self.close()

    def _sync(self) -> None:
        if not self._durable:
            return
        self._unsynced += 1
        now = time.monotonic()
        if self._unsynced >= _SYNC_CALLS or now - self._synced_at >= _SYNC_SECONDS:
            os.fsync(self._stream.fileno())
            self._unsynced, self._synced_at = 0, now

    def _cut_back(self) -> None:
        """Take a half-written line off again, so that the next one does not grow onto it."""
        with suppress(OSError):
            self._stream.truncate(self._end)

    def _keep(self, call: Call, start: int, length: int) -> None:
        self._at[call.key] = (start, length)
        self._done.discard(call.key)
        self._earlier.pop(call.key, None)
        if call.reply is not None or (call.error is not None and not call.error.retryable):
            self._done.add(call.key)
        else:
            self._earlier[call.key] = call.attempts

    def _read(self, key: str) -> Call:
        start, length = self._at[key]
        self._stream.seek(start)
        return parse_line(self._path, 0, self._stream.read(length), CALL)

    def _load(self) -> int:
        """Read what is there, repair a torn end; returns the file's length."""
        raw = read_raw(self._path)
        lines = raw.split(b"\n")
        torn = lines.pop()  # what follows the last line feed: nothing, unless a write was cut off
        start = 0
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self._keep(parse_line(self._path, number, line, CALL), start, len(line))
            start += len(line) + 1
        return start + (self._repair(start, torn, len(lines) + 1) if torn else 0)

    def _repair(self, start: int, torn: bytes, number: int) -> int:
        try:
            call = parse_line(self._path, number, torn, CALL)
        except JournalDamaged:
            with self._path.open("r+b") as stream:
                stream.truncate(start)
            self._note(f"{self._path}:{number}: a torn last line was cut off; its call is made again")
            return 0
        with self._path.open("ab") as stream:
            stream.write(b"\n")
        self._keep(call, start, len(torn))
        return len(torn) + 1


class _Calls(Mapping[str, Call]):
    """Calls that are read when they are asked for."""

    def __init__(self, keys: set[str], read: Callable[[str], Call]) -> None:
        self._keys = keys
        self._read = read

    def __getitem__(self, key: str) -> Call:
        if key not in self._keys:
            raise KeyError(key)
        return self._read(key)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._keys))

    def __len__(self) -> int:
        return len(self._keys)


def whole_calls(path: Path) -> Iterator[Call]:
    """Yield the calls of a journal that may be in use or cut off: every whole line, oldest first.

    Raises:
        JournalDamaged: If it cannot be read, or naming a whole line that does not parse.
    """
    if not path.exists():
        return
    with readable(path) as stream:
        for number, line in enumerate(stream, start=1):
            if line.endswith(b"\n") and line.strip():
                yield parse_line(path, number, line, CALL)


def read_calls(path: Path) -> dict[str, Call]:
    """Return the calls of a finished journal by key; a later line replaces an earlier one of its key.

    Raises:
        JournalDamaged: Naming the line that does not parse, a torn last one included.
    """
    calls: dict[str, Call] = {}
    for number, line in numbered_lines(path):
        call = parse_line(path, number, line, CALL)
        calls[call.key] = call
    return calls
