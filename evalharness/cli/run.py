"""`evalharness run`: make or replay the calls."""

from __future__ import annotations

import json
from pathlib import Path

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


@click.command(epilog="Example: evalharness run prompts/experiment.toml --mode record-missing")
@experiment_argument
@mode_option
@out_option
@limit_option
@json_option
@verbosity_options
def run(
    experiment: Path, mode: str, out: Path, limit: int | None, as_json: bool, quiet: bool, verbose: bool
) -> None:
    """Make every call that EXPERIMENT plans; a second run goes on where the first stopped."""
    from evalharness.app import stages
    from evalharness.app.clients import Mode
    from evalharness.app.project import Project

    console = Console(quiet=quiet, verbose=verbose)
    project = Project(experiment, limit=limit)
    with console.progress() as watch:
        done = stages.run_experiment(project, mode=Mode(mode), out=out, note=console.note, watch=watch)
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
        }
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    console.say(
        f"{summary.made} calls made, {summary.resumed} resumed, {summary.failed} failed, "
        f"{summary.retries} retries, {summary.spent_usd:.4f} USD"
    )
    console.say(f"run: {done.directory.path}")
