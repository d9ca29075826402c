"""`evalharness cassettes`: recordings verified, shown, compared, pruned, sealed and packed."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from evalharness.cli.cassette_tables import (
    finding_lines,
    folder_diff_lines,
    stats_lines,
    verification_json,
)
from evalharness.cli.console import Console, confirmed
from evalharness.cli.examples import examples
from evalharness.cli.options import Day, experiment_argument, json_option, verbosity_options

path_argument = click.argument("path", type=click.Path(path_type=Path), metavar="PATH")


@click.group(
    epilog=examples(
        "evalharness cassettes verify prompts/experiment.toml",
        "evalharness cassettes show prompts/experiment.toml --cell pen-ko-01/pro-raw/0",
    )
)
def cassettes() -> None:
    """Recordings: verified, shown, compared, pruned, sealed and packed.

    PATH is an experiment file, which also tells aliases, shutdown dates and names, or a folder.
    """


@cassettes.command(
    short_help="Check every recording.",
    epilog=examples("evalharness cassettes verify prompts/experiment.toml"),
)
@path_argument
@click.option("--on", type=Day(), help="Day of the check, for ages and shutdowns; default: today.")
@click.option("--sealed", is_flag=True, help="Demand a seal whose signature holds.")
@json_option
@verbosity_options
def verify(path: Path, on: dt.date | None, sealed: bool, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Check every recording of PATH; exit 6 with a table of what is wrong and where."""
    from evalharness.app.recordings.cassettes import open_target
    from evalharness.app.recordings.cassettes import verify as verify_target
    from evalharness.app.system import SystemClock
    from evalharness.core.errors import IntegrityError

    target = open_target(path)
    day = on or SystemClock().now().date()
    found = verify_target(target, on=day, sealed=sealed, environ=os.environ)
    console = Console(quiet=quiet, verbose=verbose)
    if as_json:
        click.echo(json.dumps(verification_json(found), ensure_ascii=False, indent=2))
    else:
        if target.project is None:
            console.note("no experiment named: its aliases, shutdown dates and names are not known here")
        for line in finding_lines(found, every=verbose, errors_only=quiet):
            click.echo(line)
        errors, warnings = len(found.errors), len(found.warnings)
        console.say(f"{found.recordings} recordings in {target.folder}: {errors} errors, {warnings} warnings")
    if found.errors:
        raise IntegrityError(f"{len(found.errors)} errors in recordings", file=target.folder)


@cassettes.command(
    short_help="Print one recording.",
    epilog=examples("evalharness cassettes show prompts/experiment.toml --cell pen-ko-01/pro-raw/0"),
)
@path_argument
@click.option("--cell", help="Case, arm and repeat, as in plan.jsonl: needs an experiment.")
@json_option
def show(path: Path, cell: str | None, as_json: bool) -> None:
    """Print one recording: the file at PATH, or what answers a --cell of the experiment at PATH."""
    from evalharness.app.recordings.view import find_recording
    from evalharness.gateway.cassette.files import read
    from evalharness.gateway.cassette.show import show_recording

    file = find_recording(path, cell)
    item = read(file)
    if as_json:
        click.echo(file.read_text(encoding="utf-8"), nl=False)
        return
    for line in show_recording(item):
        click.echo(line)


@cassettes.command(
    short_help="What changed between two of them.",
    epilog=examples("evalharness cassettes diff old/mentoring cassettes/mentoring"),
)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@json_option
@verbosity_options
def diff(before: Path, after: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Show what changed between two recordings, or two folders: text, usage, latency."""
    from evalharness.app.recordings.view import read_existing
    from evalharness.core.errors import BadInput
    from evalharness.gateway.cassette.diff import diff_folders, diff_recordings

    console = Console(quiet=quiet, verbose=verbose)
    if before.is_dir() != after.is_dir():
        raise BadInput("name two recordings or two folders, not one of each", file=after)
    if before.is_dir():
        found = diff_folders(before, after)
        if as_json:
            click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        else:
            for line in folder_diff_lines(found, every=verbose):
                console.say(line)
        return
    if as_json:
        raise click.UsageError("--json compares folders")
    lines = list(diff_recordings(read_existing(before), read_existing(after)))
    for line in lines or ["no difference"]:
        console.say(line)


@cassettes.command(epilog=examples("evalharness cassettes stats cassettes/mentoring"))
@path_argument
@json_option
@verbosity_options
def stats(path: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Count what the recordings of PATH hold."""
    from evalharness.app.recordings.cassettes import open_target
    from evalharness.gateway.cassette.stats import folder_stats

    found = folder_stats(open_target(path).folder)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    console = Console(quiet=quiet, verbose=verbose)
    for line in stats_lines(found):
        console.say(line)


@cassettes.command(
    short_help="Remove what no experiment uses.",
    epilog=examples("evalharness cassettes prune prompts/experiment.toml"),
)
@click.argument(
    "experiments",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="EXPERIMENT...",
)
@click.option("--yes", is_flag=True, help="Remove without asking, for scripts.")
@verbosity_options
def prune(experiments: tuple[Path, ...], yes: bool, quiet: bool, verbose: bool) -> None:
    """List the recordings that no experiment uses, and remove them after asking.

    Experiments beside the named ones, or in folders below, that name the same recordings are asked too.
    """
    from evalharness.app.recordings.cassettes import find_unused, remove

    console = Console(quiet=quiet, verbose=verbose)
    found = find_unused(experiments)
    for path in found.experiments:
        console.say(f"asked: {path}")
    for file in found.files:
        click.echo(file.name)
    console.say(f"{len(found.files)} recordings in {found.folder} are not used, {found.kept} are")
    question = f"Remove these {len(found.files)}?"
    if found.files and (
        yes or confirmed(question, otherwise="nothing is removed; --yes removes without asking")
    ):
        remove(found.files)
        console.say(f"{len(found.files)} removed")


@cassettes.command(
    short_help="Sign what the folder holds.",
    epilog=examples("evalharness cassettes seal cassettes/mentoring"),
)
@path_argument
@verbosity_options
def seal(path: Path, quiet: bool, verbose: bool) -> None:
    """Write SEAL into the folder of PATH: every recording's hash, signed.

    The key comes from the environment: EVALHARNESS_SEAL_KEY (a secret, HMAC-SHA256) or
    EVALHARNESS_SEAL_SSH_KEY (path of a private key, ssh-keygen -Y). `verify --sealed` demands the seal;
    for an SSH seal it needs EVALHARNESS_SEAL_SIGNERS, an allowed-signers file.
    """
    from evalharness.app.recordings.cassettes import open_target
    from evalharness.app.recordings.sealing import seal_folder
    from evalharness.app.system import SystemClock

    folder = open_target(path).folder
    done = seal_folder(folder, environ=os.environ, clock=SystemClock())
    Console(quiet=quiet, verbose=verbose).say(
        f"{len(done.recordings)} recordings in {folder} sealed ({done.method}, {done.sealed_at})"
    )


@cassettes.command(
    short_help="One archive an arm, with hashes.",
    epilog=examples("evalharness cassettes pack prompts/experiment.toml --to archives"),
)
@experiment_argument
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write."
)
@verbosity_options
def pack(experiment: Path, to: Path, quiet: bool, verbose: bool) -> None:
    """Write the recordings of EXPERIMENT as one archive per arm, with SHA256SUMS beside them."""
    from evalharness.app.project import Project
    from evalharness.app.recordings.archives import pack_arms
    from evalharness.app.system import SystemClock
    from evalharness.core.pacific import pacific_day

    console = Console(quiet=quiet, verbose=verbose)
    today = pacific_day(SystemClock().now())
    for item in pack_arms(Project(experiment), to=to, today=today):
        console.say(
            f"{item.sha256[:12]}  {item.name}: {item.recordings} recordings, {len(item.content)} bytes"
        )


@cassettes.command(
    short_help="Restore recordings from archives.",
    epilog=examples("evalharness cassettes unpack archives/*.tar.gz --to cassettes/mentoring"),
)
@click.argument(
    "archives",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="ARCHIVE...",
)
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="Cassette folder."
)
@verbosity_options
def unpack(archives: tuple[Path, ...], to: Path, quiet: bool, verbose: bool) -> None:
    """Restore recordings from archives, each held against SHA256SUMS; nothing is overwritten."""
    from evalharness.app.recordings.archives import unpack_archives

    console = Console(quiet=quiet, verbose=verbose)
    for done in unpack_archives(archives, to=to):
        console.say(f"{done.archive.name}: {done.restored} restored, {done.there} were there already")
