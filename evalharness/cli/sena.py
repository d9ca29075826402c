"""`evalharness sena sweep` and `sena compress`."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import (
    experiment_argument,
    json_option,
    limit_option,
    mode_option,
    verbosity_options,
)
from evalharness.cli.sena_tables import answers_table, sweep_advice, sweep_json, sweep_table
from evalharness.core.visible import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evalharness.app.sena.sweep import CompressedFile, Piece

_METHODS = ("truncate", "random", "extractive", "hybrid")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@click.group(
    epilog=examples(
        "evalharness sena compress prompts/mentoring/pen-ko-01.yaml",
        "evalharness sena sweep prompts/experiment.toml",
    )
)
def sena() -> None:
    """Compress contexts, and measure what compression keeps."""


@sena.command(
    short_help="Measure methods and budgets; recommend one.",
    epilog=examples(
        "evalharness sena sweep prompts/experiment.toml",
        "evalharness sena sweep prompts/experiment.toml --method hybrid --budget 0.6 --budget 0.7",
    ),
)
@experiment_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports/sena"),
    show_default=True,
    help="Folder for sweep.json, pareto.svg and recommended.patch.",
)
@click.option(
    "--method", "methods", type=click.Choice(_METHODS), multiple=True, help="Only this method; repeatable."
)
@click.option(
    "--budget",
    "budgets",
    type=click.FloatRange(0, 1, min_open=True),
    multiple=True,
    help="Only this share of the context's tokens; repeatable.",
)
@mode_option
@limit_option
@json_option
@verbosity_options
def sweep(
    experiment: Path,
    out: Path,
    methods: tuple[str, ...],
    budgets: tuple[float, ...],
    mode: str,
    limit: int | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Measure methods × budgets on EXPERIMENT's cases, and recommend one.

    Facts kept are measured offline, without a model. Answers are judged where both models' are recorded; with
    --mode record-missing (or live) those of the points named by --method and --budget are fetched first.
    """
    from evalharness.app.clients import Mode
    from evalharness.app.sena.sweep import sweep_experiment, write_picture
    from evalharness.core.errors import BadInput, UsageError
    from evalharness.gateway.sena.sweep import BUDGETS
    from evalharness.store.jsonlines import dump_json, write_atomically

    if Mode(mode).connects and not (methods and budgets):
        raise UsageError(
            f"--mode {mode} buys an answer for each case, model, method and budget: name the points with "
            "--method and --budget"
        )
    console = Console(quiet=quiet, verbose=verbose)
    with console.progress("answers") as watch:
        result = sweep_experiment(
            experiment,
            methods=[method for method in _METHODS if method in (methods or _METHODS)],
            budgets=sorted(set(budgets)) or BUDGETS,
            out=out,
            note=console.note,
            mode=Mode(mode),
            limit=limit,
            watch=watch,
        )
    facts = sweep_json(result)
    trials = [asdict(trial) for trial in result.sweep.trials]
    write_atomically(out / "sweep.json", dump_json({**facts, "trials": trials}))
    write_atomically(out / "recommended.patch", result.patch)
    try:
        write_picture(result, out / "pareto.svg")
    except BadInput as error:
        console.note(error.message)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for line in (*sweep_table(result), "", *answers_table(result), "", *sweep_advice(result, out)):
        console.say(line)


@sena.command(
    short_help="Show a context with what is dropped struck through.",
    epilog=examples("evalharness sena compress prompts/mentoring/pen-ko-01.yaml --budget 0.7"),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option(
    "--method", type=click.Choice(("none", *_METHODS, "damage")), default="extractive", show_default=True
)
@click.option(
    "--budget",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.7,
    show_default=True,
    help="Share of the context's tokens to keep.",
)
@click.option("--tokens", type=click.IntRange(min=0), help="Tokens to keep, instead of a share.")
@click.option("--message", help="What is asked about the context; default: the case's own message.")
@click.option(
    "--protect",
    multiple=True,
    default=("code",),
    show_default=True,
    help="Kept even over the budget: code, number, quote, or re:PATTERN; repeatable.",
)
@json_option
@verbosity_options
def compress(
    file: Path,
    method: str,
    budget: float,
    tokens: int | None,
    message: str | None,
    protect: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show the context in FILE (a case, or any text) with what compression drops struck through."""
    from evalharness.app.sena.sweep import compress_file
    from evalharness.core.errors import UsageError
    from evalharness.core.sena import TokenBudget, sena_rules

    if tokens is not None and not _is_default("budget"):
        raise UsageError("--budget and --tokens are two ways to say the same: give one of them")
    limit = budget if tokens is None else TokenBudget(tokens=tokens)
    try:
        rules = sena_rules(protect)
    except ValueError as error:
        raise UsageError(f"--protect: {error}") from None
    done = compress_file(file, method=method, budget=limit, message=message, rules=rules)
    if as_json:
        click.echo(json.dumps(_compressed_json(done), ensure_ascii=False, indent=2))
        return
    console = Console(quiet=quiet, verbose=verbose)
    for line in _struck(done, terminal=sys.stdout.isatty()):
        console.drawn(line)
    console.say(_figures(done, method))


def _is_default(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is ParameterSource.DEFAULT


def _struck(done: CompressedFile, *, terminal: bool) -> Iterator[str]:
    place = ""
    text = ""
    for piece in done.pieces:
        if piece.place != place:
            if place:
                yield from (text, "")
            place, text = piece.place, ""
            yield f"[{piece.place}{' ' + piece.speaker if piece.speaker else ''}]"
        text += (_strike(piece, terminal=terminal) if piece.is_dropped else _visible(piece.text)) + piece.gap
    if place:
        yield from (text, "")


def _strike(piece: Piece, *, terminal: bool) -> str:
    start, end = ("\x1b[2;9m", "\x1b[0m") if terminal else ("~~", "~~")
    # Line by line: neither terminals nor Markdown strike across a line end.
    return "\n".join(f"{start}{line}{end}" if line else "" for line in _visible(piece.text).split("\n"))


def _visible(text: str) -> str:
    """Make control characters harmless: a context must not steer the terminal."""
    return printable(_CONTROL.sub("\ufffd", text))


def _figures(done: CompressedFile, method: str) -> str:
    compressed = done.compressed
    saved = 1 - compressed.kept_tokens / compressed.original_tokens if compressed.original_tokens else 0.0
    dropped = f"{len(compressed.dropped)} of {len(done.pieces)} units dropped"
    over = f", {compressed.overrun_tokens} over the budget (protected)" if compressed.overrun_tokens else ""
    return (
        f"{method}: {compressed.kept_tokens} of {compressed.original_tokens} tokens kept{over}, "
        f"{saved:.1%} saved, {dropped}; counts are approximate"
    )


def _compressed_json(done: CompressedFile) -> dict[str, Any]:
    compressed = done.compressed
    return {
        "context": asdict(compressed.context),
        "kept_tokens": compressed.kept_tokens,
        "original_tokens": compressed.original_tokens,
        "budget_tokens": compressed.budget_tokens,
        "overrun_tokens": compressed.overrun_tokens,
        "dropped": [asdict(piece) for piece in compressed.dropped],
    }
