"""`evalharness label`: a blinded sheet for people, and their grades back into a run."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, run_argument, run_directory, verbosity_options


@click.group(
    epilog=examples(
        "evalharness label export reports/mentoring-0123456789ab --pairs 40",
        "evalharness label import reports/mentoring-0123456789ab kim.csv",
    )
)
def label() -> None:
    """Have people grade pairs of answers blind, so that the score's bias is measured."""


@label.command(
    short_help="Draw pairs of answers and write a blind form.",
    epilog=examples("evalharness label export reports/mentoring-0123456789ab --pairs 40 --seed 1"),
)
@run_argument
@click.option("--pairs", type=click.IntRange(min=1), default=40, show_default=True, help="Pairs to draw.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the draw.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the sheet; default: labels/ in the run directory.",
)
@click.option(
    "--language", type=click.Choice(["en", "ko"]), default="ko", show_default=True,
    help="Words of the form to begin with; a button changes them.",
)  # fmt: skip
@json_option
@verbosity_options
def export(
    run_dir: Path,
    pairs: int,
    seed: int,
    out: Path | None,
    language: str,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Draw pairs of RUN's treatment and control at random; write sheet.html and sheet.csv, arms hidden."""
    from evalharness.app.people.labels import SHEET_CSV, SHEET_HTML, export_sheet
    from evalharness.store.directory import LABEL_KEY

    directory = run_directory(run_dir)
    done = export_sheet(directory, pairs=pairs, seed=seed, out=out, language=language)
    key, console = done.key, Console(quiet=quiet, verbose=verbose)
    if as_json:
        facts = {"sheet": key.sheet, "pairs": len(key.pairs), "frame": key.frame, "folder": str(done.folder)}
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    console.say(f"{len(key.pairs)} of {key.frame} cases that both arms answered, seed {key.seed}")
    console.say(f"form:  {done.folder / SHEET_HTML} (works without a network and saves a CSV)")
    console.say(f"sheet: {done.folder / SHEET_CSV} (the same for a spreadsheet)")
    _note_few(console, len(key.pairs), done.needed)
    console.note(f"whose answer is whose stands in {directory.path / LABEL_KEY}: do not show it to raters")


@label.command(
    "import",
    short_help="Read graded sheets into a run.",
    epilog=examples("evalharness label import reports/mentoring-0123456789ab kim.csv"),
)
@run_argument
@click.argument(
    "files", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE...", nargs=-1, required=True
)
@json_option
@verbosity_options
def import_(run_dir: Path, files: tuple[Path, ...], as_json: bool, quiet: bool, verbose: bool) -> None:
    """Read the graded sheets of all raters into RUN; `evalharness decide` then corrects the score by them."""
    from evalharness.app.people.labels import import_grades

    done = import_grades(run_directory(run_dir), files)
    if as_json:
        click.echo(json.dumps({"pairs": len(done.labels), "raters": list(done.raters)}, ensure_ascii=False))
        return
    console = Console(quiet=quiet, verbose=verbose)
    if done.replaced:
        console.note("the labels of before are replaced")
    grades = sum(len(row.grades) for row in done.labels)
    console.say(f"{len(done.labels)} pairs graded {grades} times by {', '.join(done.raters)}")
    _note_few(console, len(done.labels), done.needed)
    console.say(f"next: evalharness decide {run_dir}")


def _note_few(console: Console, pairs: int, needed: int) -> None:
    if pairs < needed:
        console.note(f"{pairs} of {needed} pairs needed (thresholds.min_labels): so few change nothing yet")
