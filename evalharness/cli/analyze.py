"""`evalharness analyze`: the whole job."""

from __future__ import annotations

from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.options import (
    experiment_argument,
    limit_option,
    mode_option,
    out_option,
    verbosity_options,
)
from evalharness.cli.outcome import REQUIRE, check_required, say_verdicts


@click.command(epilog="Example: evalharness analyze prompts/experiment.toml --mode live --out /tmp/reports")
@experiment_argument
@mode_option
@out_option
@limit_option
@click.option("--require", type=REQUIRE, help="Exit 1 unless the verdict is this one.")
@verbosity_options
def analyze(
    experiment: Path, mode: str, out: Path, limit: int | None, require: str | None, quiet: bool, verbose: bool
) -> None:
    """Run EXPERIMENT, score, decide and write gemini_pro_upgrade_analysis.md."""
    from evalharness.app import stages
    from evalharness.app.clients import Mode
    from evalharness.app.project import Project

    console = Console(quiet=quiet, verbose=verbose)
    project = Project(experiment, limit=limit)
    with console.progress() as watch:
        done = stages.run_experiment(project, mode=Mode(mode), out=out, note=console.note, watch=watch)
    completed, failed = stages.score_run(done.directory)
    console.detail(f"{completed} cells answered, {failed} failed")
    decision = stages.decide_run(done.directory, on=None)
    # A pilot shows numbers; it must not stand where people look for the analysis.
    report = stages.render_run(done.directory, copy_to=None if project.is_pilot else out)
    say_verdicts(console, decision)
    console.say(f"run:    {done.directory.path}")
    console.say(f"report: {report}")
    check_required(decision, require)
