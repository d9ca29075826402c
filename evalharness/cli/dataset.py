"""`evalharness dataset lint` and `dataset stats`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.dataset import Reweighting
    from evalharness.experiment.lint import LintReport
    from evalharness.experiment.stats import DatasetStats

path_argument = click.argument("path", type=click.Path(path_type=Path), metavar="PATH")


@click.group(
    epilog=examples(
        "evalharness dataset lint prompts/mentoring", "evalharness dataset stats prompts/mentoring"
    )
)
def dataset() -> None:
    """Check and count the cases of a dataset."""


@dataset.command(
    short_help="Check cases, facts and rubrics.",
    epilog=examples("evalharness dataset lint prompts/mentoring"),
)
@path_argument
@json_option
@verbosity_options
def lint(path: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Check the dataset at PATH (a folder, a file, a mapping or an experiment); exit 1 on any error."""
    from evalharness.app.dataset import lint_dataset
    from evalharness.core.errors import CheckFailed
    from evalharness.experiment.lint import RULES, Severity

    report = lint_dataset(path)
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    if as_json:
        click.echo(json.dumps(_report_json(report), ensure_ascii=False, indent=2))
    else:
        console = Console(quiet=quiet, verbose=verbose)
        for finding in report.findings:
            if not quiet or finding.severity is Severity.ERROR:
                click.echo(str(finding))
        for skipped, reason in report.skipped:
            console.note(f"{skipped} skipped: {reason}")
        for rule in RULES:
            console.detail(f"{rule.id}: {rule.summary}")
        ran = len(RULES) - len(report.skipped)
        console.say(f"{report.cases} cases, {ran} rules: {errors} errors, {warnings} warnings")
    if errors:
        raise CheckFailed(f"dataset lint: {errors} errors", file=path)


@dataset.command(epilog=examples("evalharness dataset stats prompts/mentoring --plot docs/dataset/stats.svg"))
@path_argument
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Write a picture (SVG).")
@click.option(
    "--traffic",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Show how this traffic file would reweight the cases.",
)
@json_option
@verbosity_options
def stats(
    path: Path, plot: Path | None, traffic: Path | None, as_json: bool, quiet: bool, verbose: bool
) -> None:
    """Count what the dataset at PATH holds."""
    from evalharness.app.dataset import count_dataset, draw_dataset, reweigh_dataset

    found = count_dataset(path)
    weights = None if traffic is None else reweigh_dataset(path, traffic)
    if plot is not None:
        draw_dataset(found, plot)
    if as_json:
        facts = found.to_json() | ({} if weights is None else {"traffic": _weights_json(weights)})
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    console = Console(quiet=quiet, verbose=verbose)
    for line in _stats_lines(found):
        console.say(line)
    if weights is not None:
        spread = f"weights {weights.smallest:.2f} to {weights.largest:.2f}"
        worth = f"worth {weights.effective_cases:.1f} equally weighted cases"
        console.say(f"traffic of {weights.traffic.as_of} ({weights.traffic.source}): {spread}, {worth}")
    if plot is not None:
        console.say(f"picture: {plot}")


def _stats_lines(stats: DatasetStats) -> list[str]:
    lines = [f"{stats.cases} cases, dataset {stats.sha256[:12]}", ""]
    for title, table in (("persona", stats.persona_by_language), ("category", stats.category_by_language)):
        lines.append(f"{title:<20}{'ko':>5}{'en':>5}{'all':>5}")
        lines += [f"{name:<20}{row[0]:>5}{row[1]:>5}{sum(row):>5}" for name, row in table]
        lines.append("")
    for title, counts in (("difficulty", stats.difficulty), ("severity", stats.severity)):
        lines.append(f"{title:<12}" + ", ".join(f"{name} {count}" for name, count in counts))
    spread = ", ".join(f"p{share * 100:g} {tokens}" for share, tokens in stats.token_quantiles)
    per_case = ", ".join(f"{facts} facts in {cases}" for facts, cases in stats.facts_per_case)
    return [
        *lines,
        f"{'pairs':<12}{stats.pairs}",
        f"{'context':<12}{spread} (approximate tokens)",
        f"{'facts':<12}{stats.facts}: {per_case} cases",
        f"{'mentor':<12}{stats.mentor_fact_share:.1%} of facts stand in a mentor's turn",
        f"{'position':<12}" + ", ".join(map(str, stats.fact_quarters)) + " places by quarter of the context",
    ]


def _report_json(report: LintReport) -> dict[str, Any]:
    from evalharness.experiment.lint import Severity

    return {
        "cases": report.cases,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "findings": [
            {
                "file": finding.spot.file.as_posix(),
                "line": finding.spot.line,
                "rule": finding.rule,
                "severity": finding.severity.value,
                "case": finding.spot.case_id,
                "message": finding.spot.message,
            }
            for finding in report.findings
        ],
        "skipped": [{"rule": rule, "reason": reason} for rule, reason in report.skipped],
    }


def _weights_json(weights: Reweighting) -> dict[str, Any]:
    return {
        "source": weights.traffic.source,
        "as_of": weights.traffic.as_of.isoformat(),
        "smallest_weight": round(weights.smallest, 6),
        "largest_weight": round(weights.largest, 6),
        "effective_cases": round(weights.effective_cases, 3),
    }
