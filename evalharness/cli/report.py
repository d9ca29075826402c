"""`evalharness report`: render a decided run."""

from __future__ import annotations

from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.options import run_argument, run_directory, verbosity_options


@click.command(epilog="Example: evalharness report reports/mentoring-0123456789ab --out reports")
@run_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also copy the report to this folder, as gemini_pro_upgrade_analysis.md.",
)
@verbosity_options
def report(run_dir: Path, out: Path | None, quiet: bool, verbose: bool) -> None:
    """Render RUN's decision.json as Markdown; computes nothing."""
    from evalharness.app import stages

    path = stages.render_run(run_directory(run_dir), copy_to=out)
    Console(quiet=quiet, verbose=verbose).say(f"report: {path}")
