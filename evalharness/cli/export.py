"""`evalharness export`: a run's cells and scores as a table."""

from __future__ import annotations

from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import run_argument, run_directory, verbosity_options


@click.command(
    epilog=examples(
        "evalharness export reports/mentoring-0123456789ab --to csv",
        "evalharness export reports/mentoring-0123456789ab --to parquet --out cells.parquet",
    )
)
@run_argument
@click.option(
    "--to",
    type=click.Choice(["csv", "parquet"]),
    required=True,
    help="csv opens in a spreadsheet, Korean included; parquet keeps answers whole.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file; default: cells.csv or cells.parquet in RUN.",
)
@verbosity_options
def export(run_dir: Path, to: str, out: Path | None, quiet: bool, verbose: bool) -> None:
    """Write a row for each cell and scorer of a scored RUN, with cost, tokens, latency and answer."""
    from evalharness.app import export as exporting

    path, rows = exporting.export_run(run_directory(run_dir), to=to, out=out)
    Console(quiet=quiet, verbose=verbose).say(f"{rows} rows: {path}")
