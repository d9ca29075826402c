"""`evalharness report`: render a decided run."""

from __future__ import annotations

from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.options import run_argument, run_directory, verbosity_options


@click.command(epilog="Example: evalharness report reports/mentoring-0123456789ab --lang ko --out reports")
@run_argument
@click.option(
    "--lang",
    type=click.Choice(["en", "ko"]),
    help="Only this language; default: those that the experiment names under [report].",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also copy report and appendix to this folder, as gemini_pro_upgrade_analysis.md and appendix.md.",
)
@click.option("--open", "open_it", is_flag=True, help="Open the report with the system's viewer.")
@verbosity_options
def report(
    run_dir: Path, lang: str | None, out: Path | None, open_it: bool, quiet: bool, verbose: bool
) -> None:
    """Render RUN's decision.json as Markdown, with its appendix; decides nothing.

    The experiment's first language is gemini_pro_upgrade_analysis.md; any other carries its code: .ko.md.
    """
    from evalharness.app import stages

    console = Console(quiet=quiet, verbose=verbose)
    path = stages.render_run(run_directory(run_dir), copy_to=out, languages=() if lang is None else (lang,))
    console.say(f"report: {path}")
    if open_it and click.launch(str(path)) != 0:
        console.note(f"no viewer here opens Markdown; read {path}")
