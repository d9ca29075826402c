"""`evalharness report`: render a decided run."""

from __future__ import annotations

from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import run_argument, run_directory, verbosity_options


@click.command(
    epilog=examples(
        "evalharness report reports/mentoring-0123456789ab --lang ko --out reports",
        "evalharness report reports/mentoring-0123456789ab --open",
    )
)
@run_argument
@click.option(
    "--lang",
    type=click.Choice(["en", "ko"]),
    help="Only this language; default: those that the experiment names under [report].",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also copy them to this folder, the report as gemini_pro_upgrade_analysis.md and .html.",
)
@click.option("--open", "open_it", is_flag=True, help="Open the HTML page in the system's browser.")
@verbosity_options
def report(
    run_dir: Path, lang: str | None, out: Path | None, open_it: bool, quiet: bool, verbose: bool
) -> None:
    """Render RUN's decision.json as Markdown with its appendix, and as one HTML page; decides nothing.

    The experiment's first language is gemini_pro_upgrade_analysis.md; any other carries its code: .ko.md.
    """
    from evalharness.app import stages
    from evalharness.app.reports import page_beside

    console = Console(quiet=quiet, verbose=verbose)
    path = stages.render_run(run_directory(run_dir), copy_to=out, languages=() if lang is None else (lang,))
    page = page_beside(path)
    console.say(f"report: {path}")
    console.say(f"page:   {page}")
    if open_it and click.launch(str(page)) != 0:
        console.note(f"no browser here opens pages; read {path}")
