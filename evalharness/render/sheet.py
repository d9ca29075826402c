"""Plain tables: as aligned text, Markdown or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

_RIGHT = "r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table."""

    title: str
    headers: tuple[str, ...]
    align: str
    """l or r for each column."""
    rows: tuple[tuple[str, ...], ...]


def as_text(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield the lines of aligned columns."""
    for sheet in sheets:
        widths = [max(len(row[i]) for row in (sheet.headers, *sheet.rows)) for i in range(len(sheet.headers))]
        yield ""
        yield sheet.title
        for row in (sheet.headers, *sheet.rows):
            cells = [
                cell.rjust(width) if side == _RIGHT else cell.ljust(width)
                for cell, width, side in zip(row, widths, sheet.align, strict=True)
            ]
            yield "  ".join(cells).rstrip()


def as_markdown(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield the lines of Markdown tables."""
    for sheet in sheets:
        yield f"## {sheet.title}"
        yield ""
        yield _pipes(sheet.headers)
        yield _pipes(["---:" if side == _RIGHT else "---" for side in sheet.align])
        for row in sheet.rows:
            yield _pipes(row)
        yield ""


def as_csv(sheets: Sequence[Sheet]) -> str:
    """Return one CSV for all tables, the table's title in the first column; numbers without separators."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for sheet in sheets:
        writer.writerow(("table", *sheet.headers))
        for row in sheet.rows:
            writer.writerow((sheet.title, *(cell.replace(",", "") for cell in row)))
    return text.getvalue()


def _pipes(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def usd(value: Decimal | float) -> str:
    """Return dollars: cents from ten dollars up, four decimals below, exact zero as 0."""
    number = Decimal(str(value))
    if number == 0:
        return "0"
    places = 2 if abs(number) >= 10 else 4
    return f"{number:,.{places}f}"


def share(value: float | None) -> str:
    """Return a share in per cent, empty if there is none."""
    return "" if value is None else f"{value:.1%}"
