"""Graded sheets → blind grades, with the file and row of whatever is wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from evalharness.core.csv_text import unguarded
from evalharness.core.errors import BadInput
from evalharness.core.labels import GRADES, GivenGrade
from evalharness.experiment.rows import Row, read_rows

COLUMNS = ("pair", "rater", "score_a", "score_b")
"""What an import needs; comment is optional, other columns (the answers shown) are not read."""
_LONGEST_NAME = 60


def read_grades(files: Sequence[Path], pairs: Collection[str]) -> tuple[GivenGrade, ...]:
    """Read the graded sheets of all raters.

    Args:
        files: CSV, one or several.
        pairs: Names of the pairs on the sheet.

    Raises:
        BadInput: For the first row that cannot be meant: a grade that is no whole number from 0 to 5 or is
            missing, a pair of another sheet, a pair graded twice by one rater, a rater without a name.
    """
    seen: dict[tuple[str, str], Row] = {}
    grades = []
    for file in files:
        for row in read_rows(file, "csv"):
            grade = _grade(row, pairs)
            first = seen.setdefault((grade.rater, grade.pair), row)
            if first is not row:
                where = f"row {first.number}" if first.file == row.file else f"{first.file}:{first.line}"
                raise row.error(f"{grade.rater} graded pair {grade.pair} already in {where}; keep one")
            grades.append(grade)
    return tuple(grades)


def _grade(row: Row, pairs: Collection[str]) -> GivenGrade:
    if row.values is None:
        raise row.error(row.problem)
    missing = [name for name in COLUMNS if name not in row.values]
    if missing:
        raise BadInput(
            f"no column {missing[0]!r}; a graded sheet has {', '.join(COLUMNS)}, separated by commas",
            file=row.file,
            line=1,
        )
    pair = row.values["pair"].strip()
    if pair not in pairs:
        raise row.error(f"pair {pair!r} is not on this run's sheet")
    rater = " ".join(unguarded(row.values["rater"]).split())
    if not rater:
        raise row.error("no rater; write a name or initials, the same in every row of one person")
    if len(rater) > _LONGEST_NAME:
        raise row.error(f"the rater's name has {len(rater)} characters, at most {_LONGEST_NAME}")
    return GivenGrade(
        pair=pair, rater=rater, score_a=_score(row, "score_a"), score_b=_score(row, "score_b"),
        comment=unguarded(row.values.get("comment", "")).strip(),
    )  # fmt: skip


def _score(row: Row, column: str) -> int:
    assert row.values is not None  # noqa: S101 - checked by the caller
    text, (low, high) = row.values[column].strip(), GRADES
    if not text:
        raise row.error(f"{column} is empty; grade both answers of every pair from {low} to {high}")
    # Spreadsheets may write 4 as 4.0; 4.5 is no grade.
    whole = text.removesuffix(".0")
    if not (whole.isascii() and whole.isdigit() and low <= int(whole) <= high):
        raise row.error(f"{column} is {text!r}, not a whole number from {low} to {high}")
    return int(whole)
