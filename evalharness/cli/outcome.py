"""How commands say a verdict, and hold it against --require."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from evalharness.core.errors import CheckFailed

if TYPE_CHECKING:
    from evalharness.cli.console import Console
    from evalharness.core.decision import Decision

require_option: Final = click.option(
    "--require",
    type=click.Choice(["approve", "pass"]),
    help="Exit 1 unless the upgrade is approved, or compression passes.",
)


def say_verdicts(console: Console, decision: Decision) -> None:
    """Print the verdict lines as the report has them."""
    from evalharness.render import verdict_lines

    for line in verdict_lines(decision):
        console.say(line)


def check_required(decision: Decision, require: str | None) -> None:
    """Hold the decision against --require: approve is the upgrade's, pass is the compression's.

    Raises:
        CheckFailed: If it says something else; an approval for trial is not an approval.
    """
    if require is None:
        return
    if require == "approve":
        found, wanted = decision.upgrade.verdict.ruling.value, "APPROVE"
    else:
        found, wanted = decision.sena.verdict.ruling.value if decision.sena else "NO VERDICT", "PASS"
    if found != wanted:
        raise CheckFailed(f"--require {require}: the verdict is {found}")
