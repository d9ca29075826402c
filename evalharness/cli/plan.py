"""`evalharness plan`: what a run would ask for and cost."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.options import Day, experiment_argument, json_option, limit_option, verbosity_options


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
    from evalharness.app.estimate import estimate_plan
    from evalharness.app.project import Project
    from evalharness.app.system import SystemClock

    project = Project(experiment, limit=limit)
    project.check()
    day = on or SystemClock().now().date()
    arms = estimate_plan(project.plan, project.card, day)
    if as_json:
        rows = [
            {
                "arm": arm.arm,
                "model": arm.model,
                "cells": arm.cells,
                "calls": arm.calls,
                "input_tokens": arm.input_tokens,
                "context_tokens": arm.context_tokens,
                "usd_expected": f"{arm.usd_expected:.6f}",
                "usd_upper": f"{arm.usd_upper:.6f}",
            }
            for arm in arms
        ]
        facts = {"experiment": project.experiment.name, "priced_on": day.isoformat(), "arms": rows}
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    console = Console(quiet=quiet, verbose=verbose)
    console.say(f"{project.experiment.name}: {len(project.cases)} cases, prices of {day}")
    console.say(
        f"{'arm':<16}{'model':<26}{'calls':>6}{'input tok':>11}{'context':>9}{'USD exp.':>10}{'USD max':>10}"
    )
    for arm in arms:
        console.say(
            f"{arm.arm:<16}{arm.model:<26}{arm.calls:>6}{arm.input_tokens:>11}{arm.context_tokens:>9}"
            f"{arm.usd_expected:>10.4f}{arm.usd_upper:>10.4f}"
        )
    total, most = sum(a.usd_expected for a in arms), sum(a.usd_upper for a in arms)
    console.say(f"{sum(a.calls for a in arms)} calls, about {total:.2f} USD, never more than {most:.2f} USD")
    console.say("Token counts are approximate (offline); expected output is 40 % of max_output_tokens.")
