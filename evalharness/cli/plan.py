"""`evalharness plan`: what a run would ask for and cost."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalharness.cli.console import Console
from evalharness.cli.options import Day, experiment_argument, json_option, limit_option, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.estimate import Estimate


@click.command(epilog="Example: evalharness plan prompts/experiment.toml --on 2027-01-01")
@experiment_argument
@limit_option
@click.option("--on", type=Day(), help="Price at this day's rates; default: today.")
@json_option
@verbosity_options
def plan(
    experiment: Path, limit: int | None, on: dt.date | None, as_json: bool, quiet: bool, verbose: bool
) -> None:
    """Show what EXPERIMENT would call and cost; sends nothing."""
    from evalharness.app.estimate import ASSUMED_CALL_S, estimate_plan, minutes_at_limits
    from evalharness.app.project import Project
    from evalharness.app.system import SystemClock

    project = Project(experiment, limit=limit)
    project.check()
    day = on or SystemClock().now().date()
    rows = estimate_plan(project.plan, project.card, day)
    if project.experiment.judges:
        from evalharness.app.estimate_judging import estimate_judging

        rows += estimate_judging(project, project.card, day)
    if as_json:
        facts = {
            "experiment": project.experiment.name,
            "priced_on": day.isoformat(),
            "minutes_at_limits": round(minutes_at_limits(rows, project.experiment.limits), 1),
            "rows": [asdict(row) | _usd(row) for row in rows],
        }
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    console = Console(quiet=quiet, verbose=verbose)
    console.say(f"{project.experiment.name}: {len(project.cases)} cases, prices of {day}")
    header = f"{'arm':<16}{'purpose':<10}{'model':<26}"
    console.say(
        f"{header}{'calls':>6}{'input tok':>11}{'context':>9}{'USD low':>9}{'expected':>9}{'high':>9}"
    )
    for row in rows:
        console.say(
            f"{row.arm:<16}{row.purpose:<10}{row.model:<26}{row.calls:>6}{row.input_tokens:>11}"
            f"{row.context_tokens:>9}{row.usd_low:>9.4f}{row.usd_expected:>9.4f}{row.usd_high:>9.4f}"
        )
    total, most = sum(row.usd_expected for row in rows), sum(row.usd_upper for row in rows)
    low, high = sum(row.usd_low for row in rows), sum(row.usd_high for row in rows)
    calls = sum(row.calls for row in rows)
    minutes = minutes_at_limits(rows, project.experiment.limits)
    console.say(
        f"{calls} calls, about {total:.2f} USD ({low:.2f} to {high:.2f}), never more than {most:.2f} USD; "
        f"about {minutes:.0f} min at the limits"
    )
    console.say(
        "Token counts are approximate (offline); answers take 15, 40 and 100 % of max_output_tokens; a call "
        f"is taken to last {ASSUMED_CALL_S:g} s. Retries that were sent and not answered come on top."
    )
    if project.experiment.judges:
        console.say(
            "Judges, listed by name, are taken to read answers as long as the reference answers; the most "
            "that this can cost counts a repair of every reply."
        )


def _usd(row: Estimate) -> dict[str, str]:
    names = ("usd_low", "usd_expected", "usd_high", "usd_upper")
    return {name: f"{getattr(row, name):.6f}" for name in names}
