"""`evalharness sena sweep` and `sena compress`."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalharness.cli.console import Console
from evalharness.cli.options import experiment_argument, json_option, verbosity_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evalharness.app.sena import CompressedFile, Piece, SweepResult
    from evalharness.gateway.sena.recommend import Recommendation

_METHODS = ("truncate", "random", "extractive", "hybrid")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@click.group()
def sena() -> None:
    """Compress contexts, and measure what compression keeps."""


@sena.command(epilog="Example: evalharness sena sweep prompts/experiment.toml")
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
@json_option
@verbosity_options
def sweep(
    experiment: Path,
    out: Path,
    methods: tuple[str, ...],
    budgets: tuple[float, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Measure methods × budgets on EXPERIMENT's cases offline, and recommend one. Calls no model."""
    from evalharness.app.sena import sweep_experiment, write_picture
    from evalharness.core.errors import BadInput
    from evalharness.gateway.sena.sweep import BUDGETS
    from evalharness.store.jsonlines import dump_json, write_atomically

    console = Console(quiet=quiet, verbose=verbose)
    result = sweep_experiment(
        experiment,
        methods=[method for method in _METHODS if method in (methods or _METHODS)],
        budgets=sorted(set(budgets)) or BUDGETS,
        out=out,
        note=console.note,
    )
    facts = _sweep_json(result)
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
    for line in (*_table(result), "", *_advice(result, out)):
        console.say(line)


@sena.command(epilog="Example: evalharness sena compress prompts/mentoring/pen-ko-01.yaml --budget 0.7")
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
@json_option
@verbosity_options
def compress(
    file: Path,
    method: str,
    budget: float,
    tokens: int | None,
    message: str | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show the context in FILE (a case, or any text) with what compression drops struck through."""
    from evalharness.app.sena import compress_file
    from evalharness.core.sena import TokenBudget

    limit = budget if tokens is None else TokenBudget(tokens=tokens)
    done = compress_file(file, method=method, budget=limit, message=message)
    if as_json:
        click.echo(json.dumps(_compressed_json(done), ensure_ascii=False, indent=2))
        return
    console = Console(quiet=quiet, verbose=verbose)
    for line in _struck(done, terminal=sys.stdout.isatty()):
        console.say(line)
    console.say(_figures(done, method))


def _table(result: SweepResult) -> Iterator[str]:
    speeds = dict(result.ms_per_ktok)
    languages = [name for name, _ in result.sweep.points[0].by_language]
    dataset = f"{result.cases} cases, dataset {result.dataset_sha256[:12]}"
    yield f"{result.experiment.name}: {dataset}, no model called"
    yield (
        f"{'method':<12}{'budget':>7}{'facts kept':>12}{'(low)':>9}"
        + "".join(f"{name:>8}" for name in languages)
        + f"{'tokens saved':>14}{'(low)':>9}{'overruns':>10}{'ms/1k':>8}  pareto"
    )
    for point in result.sweep.points:
        yield (
            f"{point.method:<12}{point.budget:>7.2f}{point.facts_kept:>12.1%}{point.facts_kept_low:>9.1%}"
            + "".join(f"{share:>8.1%}" for _, share in point.by_language)
            + f"{point.reduction:>14.1%}{point.reduction_low:>9.1%}{point.overruns:>10}"
            + f"{speeds[point.method]:>8.1f}  {'*' if point.is_pareto else ''}".rstrip()
        )


def _advice(result: SweepResult, out: Path) -> Iterator[str]:
    from evalharness.gateway.sena.recommend import RULE

    yield f"Rule: {RULE}"
    found = result.recommendation
    if found is None:
        threshold = result.experiment.thresholds.context_token_reduction
        yield f"No recommendation: no method saves {threshold:.0%} of the context tokens at these budgets."
        return
    yield from _verdict(found)
    if result.patch:
        yield f"Patch for review: {out / 'recommended.patch'}"
    else:
        yield "The experiment file says so already; the patch is empty."


def _verdict(found: Recommendation) -> Iterator[str]:
    point = found.point
    yield (
        f"Recommended: {point.method} at {point.budget:g}: keeps {point.facts_kept:.1%} of the key facts "
        f"(at least {point.facts_kept_low:.1%}) and saves {point.reduction:.1%} of the context tokens "
        f"(at least {point.reduction_low:.1%})."
    )
    yield "By difficulty: " + ", ".join(f"{name} {share:.1%}" for name, share in point.by_difficulty)
    for margin in found.margins:
        yield (
            f"Against {margin.control} at the same budget: {100 * margin.difference:+.1f} points "
            f"of facts kept (95 % interval {100 * margin.low:+.1f} to {100 * margin.high:+.1f})."
        )
    if not found.beats_controls:
        yield "No point that saves enough keeps 15 points more than every control."
    if not found.meets_facts:
        yield f"The facts limit of {found.facts_limit:.0%} is not met with confidence."
        if found.safest is not None:
            safe = found.safest
            yield f"It is by {safe.method} at {safe.budget:g}, which saves {safe.reduction:.1%}."


def _sweep_json(result: SweepResult) -> dict[str, Any]:
    from evalharness.gateway.sena.recommend import RULE

    found = result.recommendation
    points = [
        {
            **asdict(point),
            "by_language": dict(point.by_language),
            "by_difficulty": dict(point.by_difficulty),
        }
        for point in result.sweep.points
    ]
    facts: dict[str, Any] = _rounded(
        {
            "experiment": result.experiment.name,
            "cases": result.cases,
            "dataset_sha256": result.dataset_sha256,
            "ms_per_ktok": dict(result.ms_per_ktok),
            "points": points,
            "rule": RULE,
            "recommendation": None
            if found is None
            else {
                "method": found.point.method,
                "budget": found.point.budget,
                "meets_facts": found.meets_facts,
                "beats_controls": found.beats_controls,
                "facts_limit": found.facts_limit,
                "token_threshold": found.token_threshold,
                "margins": [asdict(margin) for margin in found.margins],
            },
        }
    )
    return facts


def _rounded(value: Any) -> Any:
    """Round: the last digits of sums differ between machines."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


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
    return _CONTROL.sub("\ufffd", text)


def _figures(done: CompressedFile, method: str) -> str:
    compressed = done.compressed
    saved = 1 - compressed.kept_tokens / max(1, compressed.original_tokens)
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
