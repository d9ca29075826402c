"""`evalharness analyze`: the whole job."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import (
    experiment_argument,
    json_option,
    limit_option,
    mode_option,
    on_option,
    out_option,
    verbosity_options,
)
from evalharness.cli.outcome import check_required, require_option, say_verdicts


@click.command(
    epilog=examples(
        "evalharness analyze prompts/experiment.toml",
        "evalharness analyze prompts/experiment.toml --mode live --out /tmp/live",
    )
)
@experiment_argument
@mode_option
@out_option
@limit_option
@on_option
@require_option
@json_option
@verbosity_options
def analyze(
    experiment: Path,
    mode: str,
    out: Path | None,
    limit: int | None,
    on: dt.date | None,
    require: str | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Run EXPERIMENT, score (judges included), decide; write gemini_pro_upgrade_analysis.md and .html."""
    from evalharness.app import stages
    from evalharness.app.clients import Mode
    from evalharness.app.project import open_experiment
    from evalharness.app.reports import page_beside

    console = Console(quiet=quiet or as_json, verbose=verbose)
    project, folder = open_experiment(experiment, out=out, limit=limit)
    with console.progress("answers") as watch:
        done = stages.run_experiment(project, mode=Mode(mode), out=folder, note=console.note, watch=watch)
    with console.progress("judges") as watch:
        completed, failed = stages.score_run(
            done.directory, project, mode=Mode(mode), note=console.note, watch=watch
        )
    console.detail(f"{completed} cells answered, {failed} failed")
    decided = stages.decide_run(done.directory, project, on=on)
    # A pilot shows numbers; it must not stand where people look for the analysis.
    report = stages.render_run(
        done.directory, project, copy_to=None if project.is_pilot else folder, decided=decided
    )
    say_verdicts(console, decided.decision)
    console.say(f"run:    {done.directory.path}")
    console.say(f"report: {report}")
    console.say(f"page:   {page_beside(report)}")
    if as_json:
        click.echo((done.directory.path / "decision.json").read_text(encoding="utf-8"), nl=False)
    check_required(decided.decision, require)
