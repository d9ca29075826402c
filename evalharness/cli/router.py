"""`evalharness router eval` and `router choose`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.router.evaluation import Accuracy, Measured, RouterReport, Timing


@click.group(
    epilog=examples(
        'evalharness router choose "What should I do first?"',
        "evalharness router eval prompts/experiment.toml",
    )
)
def router() -> None:
    """Measure the routers, or ask one."""


@router.command(
    "eval",
    short_help="Measure every router, a blind set apart.",
    epilog=examples("evalharness router eval prompts/experiment.toml --json"),
)
@click.argument("path", type=click.Path(path_type=Path), metavar="EXPERIMENT_OR_PROMPTS_DIR")
@click.option(
    "--blind/--no-blind",
    default=True,
    show_default=True,
    help="Measure on the blind set too; leave it alone while a router is being changed.",
)
@json_option
@verbosity_options
def evaluate(path: Path, blind: bool, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Measure every router on messages that it was not fitted on: accuracy, confusion, time."""
    from evalharness.app.router.evaluation import evaluate_routers

    report = evaluate_routers(path, blind=blind)
    if as_json:
        click.echo(json.dumps(_report_json(report), ensure_ascii=False, indent=2))
        return
    console = Console(quiet=quiet, verbose=verbose)
    for line in _report_lines(report):
        console.say(line)
    for name, reason in report.missing:
        console.note(f"{name} was not measured: {reason}")


@router.command(epilog=examples('evalharness router choose "What should I do first?" --router lexicon'))
@click.argument("message")
@click.option("--router", "name", default="lexicon", show_default=True, help="Which router to ask.")
@click.option("--persona", help="Ask for a persona by its key; the router is not asked.")
@json_option
def choose(message: str, name: str, persona: str | None, as_json: bool) -> None:
    """Say who would answer MESSAGE, how sure that is and why."""
    from evalharness.app.router.evaluation import choose_route

    route = choose_route(message, router=name, asked_for=persona)
    if as_json:
        click.echo(json.dumps(asdict(route), ensure_ascii=False))
        return
    unsure = ", abstained" if route.abstained else ""
    click.echo(f"{route.persona} ({route.confidence:.2f}{unsure}): {route.reason}")


def _report_lines(report: RouterReport) -> list[str]:
    lines = [
        f"{'router':<12}{'data':<7}{'accuracy':>9}  {'95 % interval':<15}{'ko':>7}{'en':>7}{'abstained':>11}"
    ]
    lines += [_row(measured) for measured in report.measured]
    for measured in report.measured:
        lines += ["", *_confusion(measured)]
    lines += ["", f"{'router':<12}{'load ms':>9}{'median ms':>11}{'p95 ms':>8}"]
    for timing in report.timings:
        times = f"{timing.load_ms:>9.0f}{timing.median_ms:>11.2f}{timing.p95_ms:>8.2f}"
        lines.append(f"{timing.router:<12}{times}")
    return lines


def _row(measured: Measured) -> str:
    overall = measured.overall
    interval = f"{overall.low:.1%} to {overall.high:.1%}"
    languages = "".join(
        f"{measured.by_language[name].share:>7.0%}" if name in measured.by_language else f"{'–':>7}"
        for name in ("ko", "en")
    )
    return (
        f"{measured.router:<12}{measured.data:<7}{overall.share:>9.1%}  {interval:<15}{languages}"
        f"{measured.abstained:>11}"
    )


def _confusion(measured: Measured) -> list[str]:
    from evalharness.core.routing import PERSONAS

    error = measured.calibration_error
    gap = "" if error is None else f"; calibration error {error:.2f}"
    lines = [
        f"{measured.router} on {measured.overall.total} {measured.data} messages, {measured.how}{gap}",
        f"  {'label':<8}" + "".join(f"{persona:>8}" for persona in PERSONAS) + "   (columns: route)",
    ]
    for persona, row in zip(PERSONAS, measured.confusion, strict=True):
        lines.append(f"  {persona:<8}" + "".join(f"{count:>8}" for count in row))
    return lines


def _report_json(report: RouterReport) -> dict[str, Any]:
    return {
        "measured": [_measured_json(measured) for measured in report.measured],
        "timings": [_timing_json(timing) for timing in report.timings],
        "missing": [{"router": name, "reason": reason} for name, reason in report.missing],
    }


def _measured_json(measured: Measured) -> dict[str, Any]:
    from evalharness.core.routing import PERSONAS

    error = measured.calibration_error
    return {
        "router": measured.router,
        "data": measured.data,
        "how": measured.how,
        "accuracy": _accuracy_json(measured.overall),
        "by_language": {name: _accuracy_json(share) for name, share in measured.by_language.items()},
        "personas": list(PERSONAS),
        "confusion": [list(row) for row in measured.confusion],
        "abstained": measured.abstained,
        "calibration_error": None if error is None else round(error, 4),
    }


def _accuracy_json(share: Accuracy) -> dict[str, Any]:
    return {
        "right": share.right,
        "total": share.total,
        "share": round(share.share, 4),
        "low": round(share.low, 4),
        "high": round(share.high, 4),
    }


def _timing_json(timing: Timing) -> dict[str, Any]:
    return {
        "router": timing.router,
        "load_ms": round(timing.load_ms, 1),
        "median_ms": round(timing.median_ms, 3),
        "p95_ms": round(timing.p95_ms, 3),
    }
