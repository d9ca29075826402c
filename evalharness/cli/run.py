"""`evalharness run`: make or replay the calls."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from evalharness.cli.console import Console
from evalharness.cli.options import (
    experiment_argument,
    json_option,
    limit_option,
    mode_option,
    out_option,
    verbosity_options,
)


class Money(click.ParamType[Decimal]):
    """An amount of USD."""

    name = "USD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Parse the amount, exactly."""
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not an amount; write it as 2.50", param, ctx)
        return amount


@click.command(epilog="Example: evalharness run prompts/experiment.toml --mode record-missing")
@experiment_argument
@mode_option
@out_option
@limit_option
@click.option("--smoke", is_flag=True, help="Only the cases that [gate] smoke declares.")
@click.option("--budget-usd", type=Money(), help="Most this run may spend; replaces the file's.")
@json_option
@verbosity_options
def run(
    experiment: Path,
    mode: str,
    out: Path,
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
    from evalharness.app.project import Project

    if smoke and limit is not None:
        raise click.UsageError("--smoke and --limit are two subsets: choose one")
    console = Console(quiet=quiet, verbose=verbose)
    project = Project(experiment, limit=limit, smoke=smoke, cache=out)
    with console.progress() as watch:
        done = stages.run_experiment(
            project,
            mode=Mode(mode),
            out=out,
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
