"""JSON Lines of frozen dataclasses; a corrupt line is named, a torn last line is told apart from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import TypeAdapter, ValidationError

from evalharness.core.errors import IntegrityError, InvalidUsage, JournalDamaged
from evalharness.disk import open_regular, write_whole

Item = TypeVar("Item")
# Pydantic's own is faster, and writes null for what is no number.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_WRITERS = {
    "plan.jsonl": "run",
    "calls.jsonl": "run",
    "records.jsonl": "score",
    "scores.jsonl": "score",
    "decision.json": "decide",
}
"""Which command writes what a later one reads."""


def dump_line(adapter: TypeAdapter[Item], item: Item) -> str:
    """Return one line of JSON, without its line feed; Korean stays readable."""
    return _ENCODER.encode(adapter.dump_python(item, mode="json"))


def write_lines(path: Path, adapter: TypeAdapter[Item], items: Iterable[Item]) -> None:
    """Replace a file by the lines of these items, all or nothing."""
    write_atomically(path, "".join(dump_line(adapter, item) + "\n" for item in items))


def read_lines(path: Path, adapter: TypeAdapter[Item]) -> Iterator[Item]:
    """Yield the items of a file.

    Raises:
        JournalDamaged: If the file is missing, or naming the line that does not parse.
    """
    for number, line in numbered_lines(path):
        yield parse_line(path, number, line, adapter)


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a run file that hold something, one at a time: whole files are large.

    Raises:
        JournalDamaged: If it is missing or unreadable.
    """
    with readable(path) as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield number, line


@contextmanager
def readable(path: Path) -> Iterator[BinaryIO]:
    """Open a run file for reading.

    Raises:
        JournalDamaged: If it is missing or unreadable.
    """
    try:
        with open_regular(path) as stream:
            yield stream
    except FileNotFoundError:
        stage = _WRITERS.get(path.name)
        hint = "" if stage is None else f": evalharness {stage}"
        raise JournalDamaged(f"missing; run the stage that writes it first{hint}", file=path) from None
    except OSError as error:
        raise JournalDamaged(f"cannot be read: {error.strerror}", file=path) from None


def read_raw(path: Path) -> bytes:
    """Return a run file's bytes.

    Raises:
        JournalDamaged: If it is missing or unreadable.
    """
    with readable(path) as stream:
        return stream.read()


def parse_line(path: Path, number: int, line: bytes, adapter: TypeAdapter[Item]) -> Item:
    """Parse one line.

    Raises:
        JournalDamaged: Naming file and line.
    """
    with suppress(ValidationError, InvalidUsage):
        return adapter.validate_json(line)
    try:  # slower, but knows half a surrogate pair, and says what is wrong in words of its own
        return adapter.validate_python(json.loads(line.decode("utf-8")))
    except UnicodeDecodeError:
        problem = "not UTF-8"
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except InvalidUsage as error:
        problem = error.message
    except (ValueError, RecursionError) as error:
        problem = f"not JSON ({error})"
    problem = " ".join(problem.split())  # a key may hold line ends
    raise JournalDamaged(
        f"corrupt line: {problem}; restore the file, or delete the line to have its work done again",
        file=path,
        line=number,
    )


def write_atomically(path: Path, text: str) -> None:
    """Replace a file by this text (UTF-8, as given): a reader sees the old file or the new one.

    Raises:
        IntegrityError: If the disk does not take it; the old file is untouched.
    """
    try:
        write_whole(path, encode(text))
    except OSError as error:
        raise IntegrityError(f"cannot be written: {error.strerror}", file=path) from None


def encode(text: str) -> bytes:
    """Return UTF-8; half a surrogate pair, which an answer may end in, becomes its JSON escape."""
    return text.encode("utf-8", "backslashreplace")


def dump_json(value: Any) -> str:
    """Return readable JSON with stable key order and a final line feed."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
