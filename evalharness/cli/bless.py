"""`evalharness bless`: make a run the baseline of the gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import run_argument, run_directory, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.gate.bless import Blessed


@click.command(
    epilog=examples(
        "evalharness bless reports/mentoring-0123456789ab --out prompts/baseline.json \\\n"
        '    --by "Jin Kim" --reason "first baseline"'
    )
)
@run_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The baseline file; the answers go beside it.",
)
@click.option("--by", required=True, metavar="NAME", help="Who answers for it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why this is how it should be.")
@click.option(
    "--texts/--no-texts",
    default=True,
    show_default=True,
    help="Keep the answers, so that lost sentences can be shown.",
)
@click.option("--other-origin", is_flag=True, help="Replace a baseline whose answers are of another origin.")
@verbosity_options
def bless(
    run_dir: Path,
    out: Path,
    by: str,
    reason: str,
    texts: bool,
    other_origin: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write RUN as the baseline that `evalharness check` compares with.

    Refuses a pilot, a run with failed controls, too many cells without a score, or answers of another origin.
    """
    from evalharness.app.gate.bless import bless_run

    console = Console(quiet=quiet, verbose=verbose)
    done = bless_run(
        run_directory(run_dir), file=out, by=by, reason=reason, texts=texts, other_origin=other_origin
    )
    for note in done.notes:
        console.note(note)
    _say(console, done, out)


def _say(console: Console, done: Blessed, out: Path) -> None:
    new, old = done.baseline.snapshot, None if done.former is None else done.former.snapshot
    before = {} if old is None else {facts.arm: facts for facts in old.arms}
    for facts in new.arms:
        was = before.get(facts.arm)
        change = "" if was is None else f"  was {_number(was.mean)}"
        console.say(f"{facts.arm:<16}{facts.cases:>4} cases  mean score {_number(facts.mean)}{change}")
    if old is not None:
        known = {(cell.arm, cell.case): (cell.asked, cell.answers) for cell in old.cells}
        anew = sum(known.get((c.arm, c.case)) != (c.asked, c.answers) for c in new.cells)
        console.say(f"{anew} of {len(new.cells)} cells differ from the former baseline")
    console.say(f"{new.origin.value} answers of {new.on.isoformat()}")
    beside = "" if done.baseline.texts is None else f" and {out.with_name(done.baseline.texts)}"
    console.say(f"blessed: {out}{beside}; commit them for review")


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"
