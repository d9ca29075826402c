"""CSV, JSON Lines and Parquet as a stream of rows: the file may be larger than memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalharness.core.errors import BadInput
from evalharness.experiment.rows import refuse_separators

FORMATS = ("csv", "jsonl", "parquet")
_SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}
_MAGIC, _FOOTER = b"PAR1", 8
"""A Parquet file begins and ends with these bytes; before the last four stands the footer's length."""
_LONGEST_CELL = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row, and where it stands."""

    number: int
    """One-based, a CSV's header not counted."""
    line: int | None
    """One-based line on which it begins; None in a binary file."""
    values: Mapping[str, Any]


def table_format(file: Path) -> str | None:
    """Return csv, jsonl or parquet by a file's suffix; None if it is none of them."""
    return _SUFFIXES.get(file.suffix.lower())


def stream_rows(file: Path, kind: str, columns: Sequence[str]) -> Iterator[TableRow]:
    """Yield the rows of a table, one at a time.

    Args:
        file: The table.
        kind: One of FORMATS.
        columns: Columns that are wanted; each must be there, others are ignored.

    Raises:
        BadInput: If the file cannot be read, lacks a column, or a row does not parse; nothing of the rows
            after it has been read then.
    """
    readers = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}
    try:
        yield from readers[kind](file, columns)
    except FileNotFoundError:
        raise BadInput("no such file", file=file) from None
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror or error}", file=file) from None


def missing_column(name: str, columns: Sequence[str], file: Path) -> BadInput:
    """Return the error for a column that a table lacks."""
    return BadInput(f"no column {name!r}; there are {', '.join(columns) or 'none'}", file=file, line=1)


def _csv(file: Path, columns: Sequence[str]) -> Iterator[TableRow]:
    csv.field_size_limit(_LONGEST_CELL)
    number = line = 0
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            header = _header(next(reader, []), columns, file)
            line = reader.line_num + 1
            for cells in reader:
                if any(cells):
                    number += 1
                    if len(cells) != len(header):
                        raise BadInput(
                            f"row {number}: {len(cells)} cells under a header of {len(header)}; quote cells "
                            "that hold commas or line ends",
                            file=file,
                            line=line,
                        )
                    yield TableRow(number=number, line=line, values=dict(zip(header, cells, strict=True)))
                line = reader.line_num + 1
        except csv.Error as error:
            raise BadInput(f"row {number + 1}: bad CSV: {error}", file=file, line=line) from None
        except UnicodeDecodeError:
            raise _not_utf8(file, number) from None


def _header(cells: list[str], columns: Sequence[str], file: Path) -> list[str]:
    refuse_separators(cells, file)
    header = [cell.strip() for cell in cells]
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise BadInput(f"the header has column {twice!r} twice", file=file, line=1)
    for name in columns:
        if name not in header:
            raise missing_column(name, header, file)
    return header


def _jsonl(file: Path, columns: Sequence[str]) -> Iterator[TableRow]:
    number = 0
    with file.open(encoding="utf-8-sig", newline="\n") as stream:
        try:
            for line, content in enumerate(stream, start=1):
                if not content.strip():
                    continue
                number += 1
                yield TableRow(number=number, line=line, values=_object(content, columns, file, number, line))
        except UnicodeDecodeError:
            raise _not_utf8(file, number) from None


def _object(content: str, columns: Sequence[str], file: Path, number: int, line: int) -> dict[str, Any]:
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"row {number}: bad JSON: {error}", file=file, line=line) from None
    if not isinstance(values, dict):
        raise BadInput(f"row {number}: not a JSON object", file=file, line=line)
    # A key may be left out where a CSV would have an empty cell, but not from the first row: a misspelt
    # column would pass for one that is empty throughout.
    absent = [name for name in columns if name not in values]
    if absent and number == 1:
        raise BadInput(
            f"row 1: no key {absent[0]!r}; there are {', '.join(values)} (null says that a value is missing)",
            file=file,
            line=line,
        )
    return values


def _parquet(file: Path, columns: Sequence[str]) -> Iterator[TableRow]:
    try:
        from arro3.io import read_parquet  # noqa: PLC0415 - an extra
    except ImportError:
        raise BadInput(
            "Parquet needs arro3: pip install 'evalharness[parquet]', or save the table as CSV", file=file
        ) from None
    _check_parquet(file)
    number = 0
    try:
        reader = read_parquet(file)
        known = list(reader.schema.names)
        for name in columns:
            if name not in known:
                raise missing_column(name, known, file)
        for batch in reader:
            values = [batch.column(name).to_pylist() for name in columns]
            for cells in zip(*values, strict=True):
                number += 1
                yield TableRow(number=number, line=None, values=dict(zip(columns, cells, strict=True)))
    except BaseException as error:
        # Rust's panics are no Exception; whatever else comes this way goes on its way.
        if type(error).__name__ not in {"PanicException", "ArrowException"}:
            raise
        raise BadInput(f"not a Parquet file that can be read: {error}", file=file) from None


def _check_parquet(file: Path) -> None:
    """Look at both ends of the file, since the reader panics where they are not what they should be."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(len(_MAGIC))
        stream.seek(max(0, size - _FOOTER))
        tail = stream.read()
    footer = int.from_bytes(tail[:4], "little")
    if head != _MAGIC or tail[4:] != _MAGIC or footer + _FOOTER + len(_MAGIC) > size:
        raise BadInput("not a Parquet file that can be read: its ends are not a Parquet file's", file=file)


def _not_utf8(file: Path, number: int) -> BadInput:
    return BadInput(f"not UTF-8 after row {number}; save it as UTF-8", file=file)
