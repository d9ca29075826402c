"""The gate's report on a terminal, or in a log: at most a hundred columns wide."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.table import Table

    from evalharness.core.gate import GateReport

_WIDTH: Final = 100
_STYLES: Final = {"FAIL": "bold red", "inconclusive": "yellow", "skipped": "dim"}


def print_report(report: GateReport, *, every_case: bool) -> None:
    """Print what the gate found: the outcome first, then checks, then cases."""
    from rich.console import Console as RichConsole
    from rich.text import Text

    from evalharness.render.gate import gate_view
    from evalharness.render.gate.people import ALIGN, HEADERS, SHOWN_CASES

    view = gate_view(report, most=len(report.worse) if every_case else SHOWN_CASES)
    drawn = sys.stdout.isatty()
    console = RichConsole(width=min(_WIDTH, _terminal()) if drawn else _WIDTH, highlight=False)
    console.print(Text(view.headline, style="bold"))
    for line in view.intro:
        console.print(Text(line))
    if view.rows:
        console.print()
        console.print(_table(HEADERS, ALIGN, view.rows, drawn=drawn))
        console.print()
    for line in view.notes:
        console.print(Text(line, style="dim"))
    if view.cases:
        console.print()
        console.print(Text("Cases that got worse", style="bold"))
    for case in view.cases:
        console.print(Text(case.title))
        for line in case.lost:
            console.print(_indented(line, 2))
        for sentence in case.sentences:
            console.print(_indented(f"- {sentence}", 4))
    if view.more_cases:
        console.print(Text(f"and {len(view.more_cases)} more: {', '.join(view.more_cases)}"))
    if view.stale:
        console.print()
        headers = ("stale: arm", "purpose", "calls", "USD low", "expected", "high")
        console.print(_table(headers, "llrrrr", view.stale, drawn=drawn))
        console.print()
        console.print(Text(view.stale_note))


def _table(headers: Iterable[str], align: str, rows: Iterable[tuple[str, ...]], *, drawn: bool) -> Table:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    table = RichTable(box=box.SIMPLE_HEAD if drawn else None, show_edge=False, pad_edge=False)
    for header, side in zip(headers, align, strict=True):
        table.add_column(header, justify="right" if side == "r" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row), style=_STYLES.get(row[-1], ""))
    return table


def _indented(text: str, columns: int) -> object:
    from rich.padding import Padding
    from rich.text import Text

    return Padding(Text(text), (0, 0, 0, columns))


def _terminal() -> int:
    from rich.console import Console as RichConsole

    return RichConsole().width
