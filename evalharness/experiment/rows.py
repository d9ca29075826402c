"""CSV, JSON Lines and YAML lists as rows that know where they stand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalharness.core.errors import BadInput
from evalharness.experiment.edge import read_text
from evalharness.experiment.yaml_lines import line_in_yaml, parse_yaml

FORMATS = ("csv", "jsonl", "yaml")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
"""What spreadsheets write in countries with decimal commas, or on request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record of a file that holds many."""

    file: Path
    number: int
    """One-based, a CSV's header not counted."""
    line: int
    """One-based line on which the record begins."""
    values: Mapping[str, Any] | None
    """What it says by column; None if it does not parse."""
    problem: str = ""
    """Why it does not parse."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Case field → column it came from, for messages."""

    def error(self, message: str) -> BadInput:
        """Return the error that names this row."""
        return BadInput(f"row {self.number}: {message}", file=self.file, line=self.line)


def format_of(file: Path) -> str | None:
    """Return csv, jsonl or yaml by a file's suffix; None if it is none of them."""
    known = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".yaml": "yaml", ".yml": "yaml"}
    return known.get(file.suffix.lower())


def read_rows(file: Path, kind: str) -> tuple[Row, ...]:
    """Read every record of a file; a record that does not parse is a row with a problem.

    Raises:
        BadInput: If the file cannot be read at all, or holds no record.
    """
    text = read_text(file)
    readers = {"csv": _csv_rows, "jsonl": _jsonl_rows, "yaml": _yaml_rows}
    rows = tuple(readers[kind](text, file))
    if not rows:
        raise BadInput("no record in this file", file=file)
    return rows


def _csv_rows(text: str, file: Path) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    number, line = 0, 1
    try:
        for cells in reader:
            if header is None:
                header = _checked_header(cells, file)
            elif any(cell.strip() for cell in cells):
                number += 1
                yield _csv_row(header, cells, file, number, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"bad CSV: {error}", file=file, line=line) from None


def refuse_separators(header: list[str], file: Path) -> None:
    """Refuse a header that is one cell because other signs than commas separate its columns.

    Raises:
        BadInput: Naming the sign.
    """
    for sign, name in _OTHER_SEPARATORS.items():
        if len(header) == 1 and sign in header[0]:
            raise BadInput(f"columns are separated by {name}; save it with commas", file=file, line=1)


def _checked_header(cells: list[str], file: Path) -> list[str]:
    header = [cell.strip() for cell in cells]
    doubles = {name for name in header if header.count(name) > 1}
    refuse_separators(cells, file)
    if doubles or "" in header:
        what = f"column {min(doubles)!r} twice" if doubles - {""} else "a column without a name"
        raise BadInput(f"the header has {what}", file=file, line=1)
    return header


def _csv_row(header: list[str], cells: list[str], file: Path, number: int, line: int) -> Row:
    if len(cells) != len(header):
        problem = (
            f"{len(cells)} cells under a header of {len(header)}; quote cells that hold commas or line ends"
        )
        return Row(file=file, number=number, line=line, values=None, problem=problem)
    return Row(file=file, number=number, line=line, values=dict(zip(header, cells, strict=True)))


def _jsonl_rows(text: str, file: Path) -> Iterator[Row]:
    number = 0
    # Not splitlines(): JSON strings may hold U+2028 and its like, which do not end a line of JSON Lines.
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        number += 1
        values, problem = _json_object(content)
        yield Row(file=file, number=number, line=line, values=values, problem=problem)


def _json_object(content: str) -> tuple[dict[str, Any] | None, str]:
    try:
        values = json.loads(content)
    except ValueError as error:
        return None, f"bad JSON: {error}"
    return (values, "") if isinstance(values, dict) else (None, "not a JSON object")


def _yaml_rows(text: str, file: Path) -> Iterator[Row]:
    data = parse_yaml(text, file)
    if not isinstance(data, list):
        raise BadInput("expected a list of records", file=file, line=1)
    for index, values in enumerate(data):
        line = line_in_yaml(text, (index,)) or 1
        ok = isinstance(values, dict)
        yield Row(
            file=file,
            number=index + 1,
            line=line,
            values=values if ok else None,
            problem="" if ok else "not a mapping of columns to values",
        )
