"""`evalharness score`: score a run's answers, and have its judges judge them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import (
    budget_option,
    json_option,
    mode_option,
    run_argument,
    run_directory,
    verbosity_options,
)


@click.command(
    epilog=examples(
        "evalharness score reports/mentoring-0123456789ab",
        "evalharness score reports/mentoring-0123456789ab-live --mode live",
    )
)
@run_argument
@mode_option
@budget_option
@json_option
@verbosity_options
def score(
    run_dir: Path, mode: str, budget_usd: Decimal | None, as_json: bool, quiet: bool, verbose: bool
) -> None:
    """Derive records and scores from RUN's calls; judges are asked only what is not answered yet."""
    from evalharness.app import stages
    from evalharness.app.clients import Mode

    console = Console(quiet=quiet or as_json, verbose=verbose)
    with console.progress("judges") as watch:
        completed, failed = stages.score_run(
            run_directory(run_dir), mode=Mode(mode), note=console.note, watch=watch, budget_usd=budget_usd
        )
    if as_json:
        click.echo(json.dumps({"completed": completed, "failed": failed}))
        return
    console.say(f"{completed} cells scored, {failed} without an answer")
