"""`evalharness import`: a table made elsewhere becomes a run."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, out_option, verbosity_options


@click.command("import", epilog=examples("evalharness import results.csv --mapping results.toml"))
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False), metavar="TABLE")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="TOML: which column is what, the arms, the assumptions (docs/import.md).",
)
@out_option
@json_option
@verbosity_options
def import_table(
    table: Path, mapping: Path, out: Path | None, as_json: bool, quiet: bool, verbose: bool
) -> None:
    """Make a run of TABLE (CSV, JSON Lines, Parquet): outputs, scores, costs, as far as it has them."""
    from evalharness.app.imports.table import import_table as do_import

    done = do_import(table, mapping=mapping, out=out)
    path = done.directory.path
    if as_json:
        facts = {"run": path.as_posix(), "cells": done.cells, "cases": done.cases, "arms": dict(done.arms)}
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    console = Console(quiet=quiet, verbose=verbose)
    arms = ", ".join(f"{name} {count:,}" for name, count in done.arms)
    console.say(f"{done.cells:,} cells of {done.cases:,} cases: {arms}")
    console.say(f"run:  {path}")
    console.say(f"next: evalharness score {path}, then decide and report")
