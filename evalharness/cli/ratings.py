"""`evalharness ratings`: what users said of sessions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, run_directory, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.people.ratings import ImportedRatings
    from evalharness.core.ratings import Share

_MOST_GROUPS = 8


@click.group(epilog=examples("evalharness ratings import canary.csv --run reports/mentoring-0123456789ab"))
def ratings() -> None:
    """Import users' ratings, and see what they say of the assumptions."""


@ratings.command(
    "import",
    short_help="Read users' ratings from a CSV file.",
    epilog=examples("evalharness ratings import canary.csv --run reports/mentoring-0123456789ab"),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option(
    "--run",
    "run_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Scored run to whose cells sessions link (columns case_id and arm).",
)
@click.option(
    "--assumptions",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to propose a change of, as a patch; default: the run's.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for what is written; default: ratings/ in the run, or beside FILE.",
)
@json_option
@verbosity_options
def import_(
    file: Path,
    run_dir: Path | None,
    assumptions: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Read FILE (CSV: session_id, rating as thumbs or 1-5, comment, case_id, arm), one row a session."""
    from evalharness.app.people.ratings import SUMMARY, import_ratings
    from evalharness.app.system import SystemClock

    run = None if run_dir is None else run_directory(run_dir)
    today = SystemClock().now().date()
    done = import_ratings(file, run=run, assumptions=assumptions, out=out, on=today)
    if as_json:
        click.echo((done.folder / SUMMARY).read_text(encoding="utf-8"), nl=False)
        return
    _say(Console(quiet=quiet, verbose=verbose), done)


def _say(console: Console, done: ImportedRatings) -> None:
    fit = done.fit
    for name, share in (("today's service", fit.today), ("the treatment", fit.treatment)):
        if share is not None:
            console.say(f"{name}: {_share(share)}; {_against(share, done)}")
    if fit.kappa is not None and fit.kappa.low is not None and fit.kappa.high is not None:
        console.say(
            f"satisfaction per quality (κ): {fit.kappa.value:.2f} "
            f"({fit.kappa.low:.2f} to {fit.kappa.high:.2f}), from {fit.kappa.n} linked sessions"
        )
        if fit.kappa.value < 0:
            console.note(
                "satisfaction falls as the score rises: look into the score before using it for money"
            )
    else:
        console.say(f"satisfaction per quality (κ): not fitted; {fit.why_no_kappa}")
    for group in done.groups[:_MOST_GROUPS]:
        also = f" ({', '.join(group.also)})" if group.also else ""
        total = len(group.sessions)
        console.say(f"  {group.keyword or 'other'}{also}: {total} comments, {group.satisfied} satisfied")
    console.say(f"written: {done.folder}")
    measured = [share.ratings for share in (fit.today, fit.treatment) if share is not None]
    if done.patch is None and any(ratings < done.limits.min_ratings for ratings in measured):
        console.say(
            f"no change of the assumptions is proposed from fewer than {done.limits.min_ratings} ratings"
        )
    if done.patch is not None:
        console.say(f"proposed change of the assumptions, to read and apply with `git apply`: {done.patch}")


def _share(share: Share) -> str:
    interval = f"{share.low:.0%} to {share.high:.0%}"
    return f"{share.satisfied} of {share.ratings} sessions satisfied, {share.value:.1%} (95 %: {interval})"


def _against(share: Share, done: ImportedRatings) -> str:
    limits = done.limits
    enough = "enough" if share.ratings >= limits.min_ratings else "too few"
    met = "met" if share.value >= limits.min_satisfaction else "not met"
    return f"{enough} ratings ({limits.min_ratings} needed), target of {limits.min_satisfaction:.0%} {met}"
