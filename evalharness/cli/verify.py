"""`evalharness verify`: make a run or a report again from its calls and compare."""

from __future__ import annotations

from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import verbosity_options


@click.command(
    epilog=examples(
        "evalharness verify reports/gemini_pro_upgrade_analysis.md",
        "evalharness verify reports/mentoring-0123456789ab",
        note="A difference ends with exit code 6.",
    )
)
@click.argument("run_or_report", type=click.Path(path_type=Path), metavar="RUN_OR_REPORT")
@click.option(
    "--experiment",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Experiment of a report; default: the one near it, or here, that gives its run.",
)
@verbosity_options
def verify(run_or_report: Path, experiment: Path | None, quiet: bool, verbose: bool) -> None:
    """Make everything in RUN_OR_REPORT again from its calls and compare it byte for byte.

    A run directory is made again from its calls.jsonl; a report without its run from recordings.
    """
    from evalharness.app import verify as verification
    from evalharness.cli.options import run_directory
    from evalharness.core.errors import BadInput

    if not run_or_report.exists():
        raise BadInput("no such report or run", file=run_or_report)
    console = Console(quiet=quiet, verbose=verbose)
    if run_or_report.is_file():
        done = verification.verify_report(run_or_report, experiment=experiment)
    else:
        if experiment is not None:
            raise click.UsageError("--experiment belongs to a report; a run names its own")
        done = verification.verify_run(run_directory(run_or_report))
    for path in done.files:
        console.detail(f"equal: {path}")
    names = ", ".join(path.name for path in done.files)
    verb = "is" if len(done.files) == 1 else "are"
    stands_on = f"{done.calls} calls give ({done.source})" if done.calls else f"{done.source} gives"
    console.say(f"verified: {names} {verb} what {stands_on}")
