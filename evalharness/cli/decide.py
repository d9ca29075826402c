"""`evalharness decide`: decide from a run's scores."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.options import json_option, on_option, run_argument, run_directory, verbosity_options
from evalharness.cli.outcome import check_required, require_option, say_verdicts


@click.command(epilog="Example: evalharness decide reports/mentoring-0123456789ab --on 2027-01-01")
@run_argument
@on_option
@require_option
@json_option
@verbosity_options
def decide(
    run_dir: Path, on: dt.date | None, require: str | None, as_json: bool, quiet: bool, verbose: bool
) -> None:
    """Decide from RUN's scores; writes decision.json and calls no model."""
    from evalharness.app import stages

    directory = run_directory(run_dir)
    decision = stages.decide_run(directory, on=on)
    if as_json:
        click.echo((directory.path / "decision.json").read_text(encoding="utf-8"), nl=False)
    else:
        say_verdicts(Console(quiet=quiet, verbose=verbose), decision)
    check_required(decision, require)
