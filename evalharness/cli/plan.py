"""`evalharness plan`: what a run would ask for and cost, and what it could find out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import Day, experiment_argument, json_option, limit_option, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.planning.before import PlanView
    from evalharness.app.planning.estimate import Estimate
    from evalharness.decide.before import BeforeStudy, Detectable


@click.command(
    epilog=examples(
        "evalharness plan prompts/experiment.toml", "evalharness plan prompts/experiment.toml --on 2027-01-01"
    )
)
@experiment_argument
@limit_option
@click.option("--on", type=Day(), help="Price at this day's rates; default: today.")
@click.option(
    "--count-tokens",
    is_flag=True,
    help="Let the endpoint count the prompts (free, needs a key); default: an offline approximation.",
)
@json_option
@verbosity_options
def plan(
    experiment: Path,
    limit: int | None,
    on: dt.date | None,
    count_tokens: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show what EXPERIMENT would call and cost, and what it could detect; asks no model."""
    from evalharness.app.planning.before import view_plan
    from evalharness.app.planning.preflight import control_warnings
    from evalharness.app.project import Project
    from evalharness.app.system import SystemClock
    from evalharness.core.pacific import pacific_day

    project = Project(experiment, limit=limit)
    view = view_plan(project, on or pacific_day(SystemClock().now()), count=count_tokens)
    if as_json:
        click.echo(json.dumps(_facts(view), ensure_ascii=False, indent=2))
        return
    console = Console(quiet=quiet, verbose=verbose)
    for line in (*_table(view), *_study(view.study)):
        console.say(line)
    for line in control_warnings(project):
        console.note(line)


def _facts(view: PlanView) -> dict[str, Any]:
    study = asdict(view.study) | {"too_dear": view.study.too_dear}
    return {
        "experiment": view.experiment,
        "cases": view.cases,
        "priced_on": view.priced_on.isoformat(),
        "counted": view.counted,
        "minutes_at_limits": round(view.minutes, 1),
        "overrun_tokens": list(view.overruns),
        "rows": [asdict(row) | _usd(row) for row in view.rows],
        "study": _rounded(study),
    }


def _usd(row: Estimate) -> dict[str, str]:
    names = ("usd_low", "usd_expected", "usd_high", "usd_upper")
    return {name: f"{getattr(row, name):.6f}" for name in names}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value


def _table(view: PlanView) -> Iterator[str]:
    from evalharness.app.planning.estimate import ASSUMED_CALL_S
    from evalharness.core.job import JUDGING

    yield f"{view.experiment}: {view.cases} cases, prices of {view.priced_on}"
    header = f"{'arm':<16}{'purpose':<10}{'model':<26}"
    yield f"{header}{'calls':>6}{'input tok':>11}{'context':>9}{'USD low':>9}{'expected':>9}{'high':>9}"
    for row in view.rows:
        yield (
            f"{row.arm:<16}{row.purpose:<10}{row.model:<26}{row.calls:>6}{row.input_tokens:>11}"
            f"{row.context_tokens:>9}{row.usd_low:>9.4f}{row.usd_expected:>9.4f}{row.usd_high:>9.4f}"
        )
    yield from _purposes(view)
    most = sum(row.usd_upper for row in view.rows)
    low, total, high = _sums(view.rows)
    calls = sum(row.calls for row in view.rows)
    yield (
        f"{calls} calls, about {total:.2f} USD ({low:.2f} to {high:.2f}), never more than {most:.2f} USD; "
        f"about {view.minutes:.0f} min at the limits"
    )
    if view.overruns:
        yield (
            f"{len(view.overruns)} compressed cells exceed their budget by protected content (sena.protect), "
            f"by at most {max(view.overruns)} tokens"
        )
    yield (
        f"{_how_counted(view)}; answers take 15, 40 and 100 % of max_output_tokens; a call is taken to last "
        f"{ASSUMED_CALL_S:g} s. Retries that were sent and not answered come on top."
    )
    if any(row.purpose in JUDGING for row in view.rows):
        yield (
            "Judges, listed by name, are taken to read answers as long as the reference answers and to take "
            "3, 15 and 100 % of their own limit for a reply; the most that this can cost counts a repair of "
            "every reply."
        )


def _purposes(view: PlanView) -> Iterator[str]:
    for purpose in sorted({row.purpose for row in view.rows}):
        own = tuple(row for row in view.rows if row.purpose == purpose)
        low, expected, high = _sums(own)
        calls, tokens = sum(row.calls for row in own), sum(row.input_tokens for row in own)
        head = f"{'all arms':<16}{purpose:<36}{calls:>6}{tokens:>11}{'':>9}"
        yield f"{head}{low:>9.4f}{expected:>9.4f}{high:>9.4f}"


def _sums(rows: tuple[Estimate, ...]) -> tuple[Decimal, Decimal, Decimal]:
    zero = Decimal(0)
    return (
        sum((row.usd_low for row in rows), zero),
        sum((row.usd_expected for row in rows), zero),
        sum((row.usd_high for row in rows), zero),
    )


def _how_counted(view: PlanView) -> str:
    if view.counted:
        return "Prompts were counted by the endpoint"
    low, high = sum(row.input_low for row in view.rows), sum(row.input_high for row in view.rows)
    return f"Prompts are approximated offline ({low} to {high} input tokens by the measured error)"


def _study(study: BeforeStudy) -> Iterator[str]:
    yield ""
    yield f"Detectable with {study.cases} cases at 80 % power: {_detectable(study.detectable)}"
    if study.break_even_points is not None:
        yield (
            f"The upgrade pays from a quality gain of {study.break_even_points:.2f} points on (expected "
            "tokens, assumptions at their means); to be approved, the true gain must exceed it by what is "
            "detectable"
        )
    if study.decided_usd is None:
        yield f"What it decides about is not known: {', '.join(study.unknown)} must be stated"
        return
    yield (
        f"The study costs about {study.study_usd:.2f} USD and decides about {study.decided_usd:.2f} USD "
        f"in {study.months} months"
    )
    if not study.too_dear:
        return
    if study.smaller is None:
        yield "That is more than it decides about, at any size: decide without a study, or by a canary"
        return
    small = study.smaller
    yield (
        f"That is more than it decides about: take {small.cases} cases, for about {small.usd:.2f} USD "
        f"(--limit {small.cases} shows numbers; a verdict needs a dataset of that size). Detectable then: "
        f"{_detectable(small.detectable)}"
    )


def _detectable(found: tuple[Detectable, ...]) -> str:
    if not found:
        return "nothing, a difference needs at least two cases"
    parts = [f"{entry.mde_points:.2f} points if it varies by {entry.sd_points:.1f}" for entry in found]
    return ", ".join(parts) + " (standard deviation by case, assumed)"
