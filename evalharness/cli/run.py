"""`evalharness run`: make or replay the calls."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import (
    budget_option,
    experiment_argument,
    json_option,
    limit_option,
    mode_option,
    out_option,
    verbosity_options,
)


@click.command(
    epilog=examples(
        "evalharness run prompts/experiment.toml --mode record-missing --budget-usd 5",
        "evalharness run prompts/experiment.toml --mode live --limit 3 --budget-usd 1",
    )
)
@experiment_argument
@mode_option
@out_option
@limit_option
@click.option("--smoke", is_flag=True, help="Only the cases that [gate] smoke declares.")
@budget_option
@json_option
@verbosity_options
def run(
    experiment: Path,
    mode: str,
    out: Path | None,
    limit: int | None,
    smoke: bool,
    budget_usd: Decimal | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Make every call that EXPERIMENT plans; a second run goes on where the first stopped."""
    from evalharness.app import stages
    from evalharness.app.clients import Mode
    from evalharness.app.project import open_experiment

    if smoke and limit is not None:
        raise click.UsageError("--smoke and --limit are two subsets: choose one")
    console = Console(quiet=quiet, verbose=verbose)
    project, folder = open_experiment(experiment, out=out, limit=limit, smoke=smoke)
    with console.progress("answers") as watch:
        done = stages.run_experiment(
            project,
            mode=Mode(mode),
            out=folder,
            note=console.note,
            watch=watch,
            budget_usd=budget_usd,
        )
    summary = done.summary
    if as_json:
        facts = {
            "run": done.directory.path.as_posix(),
            "calls": summary.total,
            "made": summary.made,
            "resumed": summary.resumed,
            "failed": summary.failed,
            "retries": summary.retries,
            "spent_usd": str(summary.spent_usd),
            "unconfirmed_usd": str(summary.unconfirmed_usd),
        }
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    console.say(
        f"{summary.made} calls made, {summary.resumed} resumed, {summary.failed} failed, "
        f"{summary.retries} retries, {summary.spent_usd:.4f} USD"
    )
    if summary.unconfirmed_usd:
        console.say(
            f"{summary.unconfirmed_usd:.4f} USD of it is unconfirmed: tries that were sent and not answered"
        )
    console.say(f"run: {done.directory.path}")
