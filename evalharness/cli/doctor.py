"""`evalharness doctor`: is everything there that a run needs?"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, out_option, verbosity_options
from evalharness.core.errors import CheckFailed


@click.command(epilog=examples("evalharness doctor", "evalharness doctor prompts/experiment.toml --call"))
@click.argument(
    "experiment",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="[EXPERIMENT]",
    default=Path("prompts/experiment.toml"),
)
@out_option
@click.option("--call", is_flag=True, help="Also count tokens and make one billed call of one output token.")
@json_option
@verbosity_options
def doctor(experiment: Path, out: Path | None, call: bool, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Check versions, key, models, prices and folders for EXPERIMENT; sends no prompt unless asked."""
    from evalharness.app.doctor import Doctor, Status
    from evalharness.app.system import SystemClock

    patient = Doctor(
        experiment=experiment,
        out=out,
        call=call,
        environ=os.environ,
        dotenv=Path(".env"),
        clock=SystemClock(),
    )
    console = Console(quiet=quiet, verbose=verbose)
    found = []
    for finding in patient.findings():
        found.append(finding)
        if not as_json:
            fix = f" — {finding.fix}" if finding.fix else ""
            console.say(f"{finding.status.value:<5}{finding.check}: {finding.detail}{fix}")
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], ensure_ascii=False, indent=2))
    failed = [finding.check for finding in found if finding.status is Status.FAIL]
    if failed:
        raise CheckFailed(f"{len(failed)} of {len(found)} checks failed: {', '.join(failed)}")
