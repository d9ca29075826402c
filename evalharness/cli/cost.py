"""`evalharness cost`: a run's ledger and what production would cost."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import Count, Day, run_argument, run_directory, verbosity_options


@click.command(
    epilog=examples(
        "evalharness cost reports/mentoring-0123456789ab",
        "evalharness cost reports/mentoring-0123456789ab --monthly 6500 --on 2027-01-01",
    )
)
@run_argument
@click.option("--on", type=Day(), help="At the prices of this day; default: the latest recording's.")
@click.option("--monthly", type=Count(min=1), help="Forecast so many requests a month.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "csv", "json"]),
    default="text",
    show_default=True,
    help="How it is printed.",
)
@verbosity_options
def cost(
    run_dir: Path, on: dt.date | None, monthly: int | None, form: str, quiet: bool, verbose: bool
) -> None:
    """Show RUN's ledger at list price, and with --monthly what each arm would cost. Calls no model."""
    from evalharness.app.money.cost import cost_run
    from evalharness.core.plain import to_plain
    from evalharness.render.cost import cost_sheets, forecast_sheets
    from evalharness.render.sheet import as_csv, as_markdown, as_text

    view = cost_run(run_directory(run_dir), on=on, monthly=monthly)
    if form == "json":
        click.echo(json.dumps(to_plain(view), ensure_ascii=False, indent=2))
        return
    every = form == "csv"
    sheets = list(cost_sheets(view.ledger, view.forecast, view.finance, every_month=every))
    if view.negotiated is not None:
        found = forecast_sheets(view.negotiated, view.finance, every_month=every)
        sheets += [replace(sheet, title=f"At negotiated prices: {sheet.title}") for sheet in found]
    console = Console(quiet=quiet, verbose=verbose)
    if form == "csv":
        click.echo(as_csv(sheets), nl=False)
    else:
        for line in (as_markdown if form == "markdown" else as_text)(sheets):
            console.say(line)
    for note in view.notes:
        console.note(note)
