"""CSV as spreadsheets read it, without a cell that they would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARD = "'"


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> str:
    """Return a CSV file: comma-separated, LF, with a byte order mark so that spreadsheets read Korean.

    A text that begins like a formula gets an apostrophe before it, which spreadsheets show as the text;
    numbers are written as they are. None is an empty cell.
    """
    stream = io.StringIO(newline="")
    # Quoting every text: with LF as the line's end the writer would leave a lone CR bare.
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + stream.getvalue()


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return _GUARD + text if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """Return a text as it was before guarded."""
    return text[1:] if text.startswith(_GUARD) and text[1:].startswith(_FORMULA) else text


def _cell(value: str | int | float | None) -> str | int | float:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else value
