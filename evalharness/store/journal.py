"""calls.jsonl: appended and flushed as each call ends; a torn last line is repaired, a corrupt one is not."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from pydantic import TypeAdapter

from evalharness.core.call import Call
from evalharness.core.errors import IntegrityError, JournalDamaged
from evalharness.store.jsonlines import dump_line, encode, parse_line, read_raw

CALL = TypeAdapter(Call)


class FileJournal:
    """The journal of one run. Use it as a context manager; one writer at a time."""

    def __init__(
        self, path: Path, *, fresh: bool = False, note: Callable[[str], None] = lambda _: None
    ) -> None:
        """Open the journal.

        Args:
            path: The file; created if missing.
            fresh: Start empty: replayed calls cost nothing and must be read from the recordings again.
            note: Told, in one line, what was repaired.

        Raises:
            JournalDamaged: Naming the line that does not parse.
        """
        self._path = path
        self._note = note
        path.parent.mkdir(parents=True, exist_ok=True)
        self._calls: dict[str, Call] = {} if fresh or not path.exists() else self._load()
        # Unbuffered: each line reaches the operating system in one write, so a kill loses no whole line.
        self._stream = path.open("wb" if fresh else "ab", buffering=0)

    def completed(self) -> Mapping[str, Call]:
        """Return the calls that need not be made again; those that failed retryably are made again."""
        return {
            key: call
            for key, call in self._calls.items()
            if call.reply is not None or (call.error is not None and not call.error.retryable)
        }

    def append(self, call: Call) -> None:
        """Write a call; it is in the file when this returns.

        Raises:
            IntegrityError: If the disk does not take it.
        """
        line = encode(dump_line(CALL, call) + "\n")
        try:
            if self._stream.write(line) != len(line):
                raise OSError(28, "No space left on device")
        except OSError as error:
            raise IntegrityError(
                f"a call cannot be written: {error.strerror}; make room and run again, nothing is lost",
                file=self._path,
            ) from None
        self._calls[call.key] = call

    def close(self) -> None:
        """Flush to the disk and close."""
        if not self._stream.closed:
            os.fsync(self._stream.fileno())
            self._stream.close()

    def __enter__(self) -> FileJournal:
        """Return the open journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()

    def _load(self) -> dict[str, Call]:
        raw = read_raw(self._path)
        lines = raw.split(b"\n")
        torn = lines.pop()  # what follows the last line feed: nothing, unless a write was cut off
        calls: dict[str, Call] = {}
        for number, line in enumerate(lines, start=1):
            if line.strip():
                call = parse_line(self._path, number, line, CALL)
                calls[call.key] = call
        if torn:
            calls |= self._repair(raw, torn, len(lines) + 1)
        return calls

    def _repair(self, raw: bytes, torn: bytes, number: int) -> dict[str, Call]:
        try:
            call = parse_line(self._path, number, torn, CALL)
        except JournalDamaged:
            with self._path.open("r+b") as stream:
                stream.truncate(len(raw) - len(torn))
            self._note(f"{self._path}:{number}: a torn last line was cut off; its call is made again")
            return {}
        with self._path.open("ab") as stream:
            stream.write(b"\n")
        return {call.key: call}


def read_calls(path: Path) -> dict[str, Call]:
    """Return the calls of a finished journal by key; a later line replaces an earlier one of its key.

    Raises:
        JournalDamaged: Naming the line that does not parse, a torn last one included.
    """
    calls: dict[str, Call] = {}
    for number, line in enumerate(read_raw(path).split(b"\n"), start=1):
        if line.strip():
            call = parse_line(path, number, line, CALL)
            calls[call.key] = call
    return calls
