"""`evalharness score`: score a run's answers."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.options import json_option, run_argument, run_directory, verbosity_options


@click.command(epilog="Example: evalharness score reports/mentoring-0123456789ab")
@run_argument
@json_option
@verbosity_options
def score(run_dir: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Derive records and scores from RUN's calls; calls no model."""
    from evalharness.app import stages

    console = Console(quiet=quiet or as_json, verbose=verbose)
    completed, failed = stages.score_run(run_directory(run_dir), note=console.note)
    if as_json:
        click.echo(json.dumps({"completed": completed, "failed": failed}))
        return
    console.say(f"{completed} cells scored, {failed} without an answer")
