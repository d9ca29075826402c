"""`evalharness init`: a starter project."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import verbosity_options

if TYPE_CHECKING:
    from evalharness.app.starter import Starter


@click.command(epilog=examples("evalharness init mentoring", "evalharness init ."))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@verbosity_options
def init(folder: Path, quiet: bool, verbose: bool) -> None:
    """Write a starter project into DIR: experiment, cases, prices, assumptions and recorded answers.

    One more command, printed at the end, makes a report of it without a key. Nothing is overwritten.
    """
    from evalharness.app.starter import write_starter

    console = Console(quiet=quiet, verbose=verbose)
    made = write_starter(folder)
    console.say(
        f"{made.folder}: {made.files} files, of them {made.cases} cases in Korean and English and "
        f"{made.recordings} recordings"
    )
    console.say(
        "The recordings come from an emulator, so the report says SIMULATED and nothing about Gemini; and "
        f"{made.cases} cases are few, so expect INCONCLUSIVE."
    )
    console.say("A report without a key:")
    console.say(f"  {shell_line(analyze_command(made))}")


def analyze_command(made: Starter) -> list[str]:
    """Return the command that makes the starter's first report from where the user is."""
    command = ["evalharness", "analyze", str(made.experiment)]
    return command if made.folder == Path() else [*command, "--out", str(made.reports)]


def shell_line(command: list[str]) -> str:
    """Return a command as this system's shell takes it."""
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)
