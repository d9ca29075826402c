"""`evalharness decide`: decide from a run's scores."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, on_option, run_argument, run_directory, verbosity_options
from evalharness.cli.outcome import check_required, require_option, say_verdicts
from evalharness.core.visible import clean

if TYPE_CHECKING:
    from evalharness.core.decision import Decision

_PLAIN_WIDTH: Final = 220
"""Characters of a line in a file or pipe: wide enough that no row breaks."""


@click.command(
    epilog=examples(
        "evalharness decide reports/mentoring-0123456789ab",
        "evalharness decide reports/mentoring-0123456789ab --on 2026-12-15",
    )
)
@run_argument
@on_option
@require_option
@click.option("--explain", is_flag=True, help="Print every condition: value, limit, margin, met or not.")
@json_option
@verbosity_options
def decide(
    run_dir: Path,
    on: dt.date | None,
    require: str | None,
    explain: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Decide from RUN's scores; writes decision.json and calls no model."""
    from evalharness.app import stages

    if explain and as_json:
        raise click.UsageError("--explain is for people, --json for machines: choose one")
    directory = run_directory(run_dir)
    decision = stages.decide_run(directory, on=on).decision
    if as_json:
        click.echo((directory.path / "decision.json").read_text(encoding="utf-8"), nl=False)
    else:
        say_verdicts(Console(quiet=quiet, verbose=verbose), decision)
    if explain and not quiet:
        _print_conditions(decision)
    check_required(decision, require)


def _print_conditions(decision: Decision) -> None:
    """Print the conditions in the report's words: a drawn table on a terminal, aligned columns elsewhere."""
    from rich import box
    from rich.console import Console as RichConsole
    from rich.table import Table
    from rich.text import Text

    from evalharness.render.blocks import Strong, plain
    from evalharness.render.conditions import conditions_table, evidence_items
    from evalharness.render.frame import make_frame
    from evalharness.render.resources import language
    from evalharness.render.verdict import why

    frame = make_frame(decision, language("en"))
    found = conditions_table(frame)
    drawn = sys.stdout.isatty()
    table = Table(box=box.SIMPLE_HEAD if drawn else None, show_edge=False, pad_edge=False)
    for header, side in zip(found.headers, found.align, strict=True):
        table.add_column(Text(plain(header)), justify="right" if side == "r" else "left")
    for row in found.rows:
        unmet = isinstance(row[-1], Strong)
        table.add_row(*(Text(clean(plain(cell))) for cell in row), style="bold" if unmet else "")
    console = RichConsole(width=None if drawn else _PLAIN_WIDTH, highlight=False)
    console.print()
    console.print(table)
    console.print()
    for item in evidence_items(frame):
        console.print(Text(clean(item)))
    console.print()
    console.print(Text(clean(why(frame))))
