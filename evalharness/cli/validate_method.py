"""`evalharness validate-method`: how often the rules err, by simulation."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.validate import Watch
    from evalharness.decide.characteristics import Row


@click.command(
    "validate-method", epilog=examples("evalharness validate-method > docs/operating-characteristics.md")
)
@click.option("--quick", is_flag=True, help="A tenth of the studies, in less than two minutes.")
@json_option
@verbosity_options
def validate_method(quick: bool, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Simulate studies of known truth; print false approvals, false passes and power.

    Exits 1 if a rule errs more often than it states.
    """
    from evalharness.app import validate
    from evalharness.core.errors import CheckFailed

    console = Console(quiet=quiet, verbose=verbose)
    found = validate.validate_method(quick=quick, watch=_watch(console))
    covered = validate.validate_labels(quick=quick)
    command = f"evalharness validate-method{' --quick' if quick else ''}"
    if as_json:
        click.echo(json.dumps(validate.as_json(found, covered), ensure_ascii=False, indent=2))
    else:
        console.say(validate.page(found, command, covered).rstrip())
    wrong = validate.failures(found)
    if wrong:
        worlds = "; ".join(f"{row.rule}, {row.world}: {row.counts.rule:.2%}" for row in wrong)
        raise CheckFailed(f"errs more often than stated: {worlds}")
    missed = validate.uncovered(covered)
    if missed:
        worlds = "; ".join(f"{row.world}: {row.corrected:.2%}" for row in missed)
        raise CheckFailed(f"corrected intervals hold the truth too rarely: {worlds}")


def _watch(console: Console) -> Watch:
    # Minutes pass: a terminal should show that something happens, a file should not hold it.
    shown = console.note if sys.stderr.isatty() else console.detail

    def watch(row: Row) -> None:
        shown(f"{row.rule}, {row.kind}, {row.world}: {row.counts.rule:.2%} of {row.studies}")

    return watch
