"""`evalharness check`: hold a run against a blessed baseline."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from evalharness.cli.examples import examples
from evalharness.cli.options import run_argument, run_directory, verbosity_options

if TYPE_CHECKING:
    from evalharness.core.gate import GateReport
    from evalharness.store import RunDirectory

FORMATS: Final = ("text", "json", "junit", "github")


@click.command(
    epilog=examples(
        "evalharness check reports/mentoring-0123456789ab --baseline prompts/baseline.json",
        "evalharness check reports/mentoring-0123456789ab --baseline prompts/baseline.json \\\n"
        "    --format junit --output gate.xml",
        note="Exit codes: 0 green, 1 a check failed, 3 bad input, 6 recordings are stale or data is damaged.",
    )
)
@run_argument
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="What `evalharness bless` wrote.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="text for people; github adds annotations and a step summary.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write json or junit there and print the text.",
)
@verbosity_options
def check(run_dir: Path, baseline: Path, form: str, output: Path | None, quiet: bool, verbose: bool) -> None:
    """Compare RUN with a blessed baseline, case by case, and fail on a regression; calls no model.

    What is tolerated stands in [gate] of the experiment file. Writes gate.json into RUN.
    """
    from evalharness.app.gate.check import check_run

    if output is not None and form not in ("json", "junit"):
        raise click.UsageError("--output takes --format json or junit")
    directory = run_directory(run_dir)
    report = check_run(directory, file=baseline)
    _print(report, directory, form=form, output=output, quiet=quiet, verbose=verbose)
    _exit(report)


def _print(
    report: GateReport, directory: RunDirectory, *, form: str, output: Path | None, quiet: bool, verbose: bool
) -> None:
    from evalharness.store.jsonlines import encode, write_atomically

    machine = _machine(report, form)
    if output is not None and machine is not None:
        write_atomically(output, machine)
    elif machine is not None:
        # Bytes: whatever the console's encoding, XML that says UTF-8 is UTF-8.
        click.echo(encode(machine), nl=False)
        return
    if not quiet:
        from evalharness.cli.gate_table import print_report

        print_report(report, every_case=verbose)
    if form == "github":
        _print_github(report, directory)


def _machine(report: GateReport, form: str) -> str | None:
    if form == "json":
        from evalharness.core.plain import to_plain
        from evalharness.store.jsonlines import dump_json

        return dump_json(to_plain(report))
    if form == "junit":
        from evalharness.render.gate import junit_xml

        return junit_xml(report)
    return None


def _print_github(report: GateReport, directory: RunDirectory) -> None:
    from evalharness.app.gate.places import case_places
    from evalharness.core.errors import BadInput
    from evalharness.render.gate import step_summary, workflow_commands

    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    click.echo(workflow_commands(report, places=case_places(directory, root=root)), nl=False)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary:
        return
    try:
        with Path(summary).open("a", encoding="utf-8", newline="\n", errors="replace") as stream:
            stream.write(step_summary(report))
    except OSError as error:
        raise BadInput(f"GITHUB_STEP_SUMMARY cannot be written: {error.strerror}", file=summary) from None


def _exit(report: GateReport) -> None:
    """End with the report's exit code.

    Raises:
        CheckFailed: If a check failed, or one is inconclusive and the experiment says that this fails.
        CassetteMiss: If cells have no recording.
    """
    from evalharness.core.errors import CassetteMiss, CheckFailed
    from evalharness.core.gate import CheckStatus, GateStatus
    from evalharness.render.gate import words

    if report.status is GateStatus.STALE:
        calls = sum(row.calls for row in report.stale)
        raise CassetteMiss(f"{calls} calls have no recording: record them, then check again")
    if report.ok:
        return
    wanted = CheckStatus.FAIL if report.status is GateStatus.FAIL else CheckStatus.INCONCLUSIVE
    failed = [words.name(row) for row in report.checks if row.status is wanted]
    raise CheckFailed(f"the gate is red ({wanted.value}): {'; '.join(failed)}")
