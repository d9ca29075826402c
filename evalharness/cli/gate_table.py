"""The gate's report on a terminal, or in a log: at most a hundred columns wide."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from evalharness.core.gate import GateReport
    from evalharness.render.gate import GateView

_WIDTH: Final = 100
_PLAIN: Final = {"−": "-", "→": "->", "≤": "<=", "≥": ">=", "…": "...", "–": "-", "’": "'"}
"""Signs for consoles that cannot show them: a minus must not become a question mark."""
_STYLES: Final = {"FAIL": "bold red", "inconclusive": "yellow", "skipped": "dim"}


def print_report(report: GateReport, *, every_case: bool) -> None:
    """Print what the gate found: the outcome first, then checks, then cases."""
    from rich.console import Console as RichConsole

    from evalharness.render.gate import gate_view
    from evalharness.render.gate.people import ALIGN, HEADERS, SHOWN_CASES

    view = gate_view(report, most=len(report.worse) if every_case else SHOWN_CASES)
    drawn = sys.stdout.isatty()
    console = RichConsole(highlight=False) if drawn else RichConsole(width=_WIDTH, highlight=False)
    console.width = min(_WIDTH, console.width)
    _line(console, view.headline, style="bold")
    for line in view.intro:
        _line(console, line)
    if view.rows:
        console.print()
        _print_table(console, _table(HEADERS, ALIGN, view.rows, drawn=drawn), drawn=drawn)
        console.print()
    for line in view.details:
        _line(console, line)
    for line in view.notes:
        _line(console, line, style="dim")
    _print_cases(console, view)
    if view.stale:
        console.print()
        headers = ("stale: arm", "purpose", "calls", "USD low", "expected", "high")
        _print_table(console, _table(headers, "llrrrr", view.stale, drawn=drawn), drawn=drawn)
        console.print()
        _line(console, view.stale_note)


def _print_cases(console: Console, view: GateView) -> None:
    if view.cases:
        console.print()
        _line(console, "Cases that got worse or lost a fact", style="bold")
    for case in view.cases:
        _line(console, case.title)
        for lost in case.lost:
            _line(console, lost.what, indent=2)
            for sentence in lost.sentences:
                _line(console, f"- {sentence}", indent=4)
    if view.more_cases:
        _line(console, f"and {len(view.more_cases)} more: {', '.join(view.more_cases)}")


def _line(console: Console, text: str, *, indent: int = 0, style: str = "") -> None:
    """Print text wrapped within the width; rich knows that Korean letters are two columns wide."""
    from rich.text import Text

    for line in Text(_shown(text), style=style).wrap(console, console.width - indent):
        line.rstrip()
        console.print(Text(" " * indent) + line)


def _print_table(console: Console, table: Table, *, drawn: bool) -> None:
    if drawn:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        console.print(line.rstrip(), markup=False)


def _table(headers: Iterable[str], align: str, rows: Iterable[tuple[str, ...]], *, drawn: bool) -> Table:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    table = RichTable(
        box=box.SIMPLE_HEAD if drawn else None, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for header, side in zip(headers, align, strict=True):
        table.add_column(_shown(header), justify="right" if side == "r" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row), style=_STYLES.get(row[-1], ""))
    return table


def _shown(text: str) -> str:
    """Return text in which signs that the console cannot show are written otherwise."""
    return "".join(_PLAIN[char] if char in _PLAIN and not _can_show(char) else char for char in text)


@cache
def _can_show(char: str) -> bool:
    try:
        char.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
