"""`evalharness price`: the bill of raw responses."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import Day, json_option, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.money.price import Priced
    from evalharness.core.pricing import Bill, Tier
    from evalharness.core.usage import Usage

_SHOWN = 10
"""Places that are printed for each reason; --json has all."""


@click.command(epilog=examples("evalharness price responses.jsonl --on 2026-12-01 --json"))
@click.argument(
    "responses",
    type=click.Path(path_type=Path, allow_dash=True),
    nargs=-1,
    required=True,
    metavar="RESPONSES...",
)
@click.option("--on", type=Day(), help="Price at this day's rates; default: each response's own day.")
@click.option(
    "--tier",
    type=click.Choice(["standard", "batch", "flex", "priority"]),
    help="Price everything at this service tier; default: the one each response states.",
)
@click.option(
    "--rates",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("prompts/rates/gemini.toml"),
    show_default=True,
    help="Rate card; NAME.overrides.toml beside it holds negotiated prices.",
)
@click.option("--allow-unpriced", is_flag=True, help="Exit 0 although something has no price.")
@json_option
@verbosity_options
def price(
    responses: tuple[Path, ...],
    on: dt.date | None,
    tier: Tier | None,
    rates: Path,
    allow_unpriced: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Price raw Gemini RESPONSES to the cent.

    They are files of JSON or JSON Lines, folders of recordings, run directories, or - for standard input.
    """
    from evalharness.app.money.price import price_files
    from evalharness.core.errors import PricingError

    priced = price_files(responses, rates=rates, on=on, tier=tier)
    if as_json:
        click.echo(json.dumps(_facts(priced, on, tier), ensure_ascii=False, indent=2))
    else:
        console = Console(quiet=quiet, verbose=verbose)
        for line in _report(priced):
            console.say(line)
        for note in _notes(priced):
            console.note(note)
    count = len(priced.tally.unpriced)
    if count and not allow_unpriced:
        raise PricingError(
            f"{count} of {priced.tally.responses} responses have no price, so the total is too low; "
            "--allow-unpriced accepts that"
        )


def _facts(priced: Priced, on: dt.date | None, tier: str | None) -> dict[str, Any]:
    from evalharness.core.pricing.tally import total_of

    tally, lines = priced.tally, priced.tally.lines()
    usage, bill = total_of(lines)
    return {
        "on": None if on is None else on.isoformat(),
        "tier": tier or "as stated",
        "rate_card": priced.card.name,
        "overrides": None if priced.overrides is None else str(priced.overrides),
        "responses": tally.responses,
        "priced": sum(line.responses for line in lines),
        "total_usd": _plain(bill.total_usd),
        "tokens": _tokens(usage),
        "usd": _usd(bill),
        "models": [
            {
                "model": line.model,
                "tier": line.tier,
                "on": line.on.isoformat(),
                "responses": line.responses,
                "tokens": _tokens(line.usage),
                "usd": _usd(line.bill),
            }
            for line in lines
        ],
        "unpriced": [{"where": u.where, "id": u.id, "reason": u.reason} for u in tally.unpriced],
        "not_billed": dict(tally.not_billed),
        "notes": list(_notes(priced)),
    }


def _tokens(usage: Usage) -> dict[str, int]:
    """Return the counts by line of the bill: each times its price is that line's money."""
    return {
        "input": usage.input_tokens - usage.cached_tokens,
        "cached": usage.cached_tokens,
        "output": usage.output_tokens - usage.thinking_tokens,
        "thinking": usage.thinking_tokens,
        "tool_use": usage.tool_use_tokens,
        "audio": usage.audio_tokens,
        "total": usage.total_tokens,
    }


def _usd(bill: Bill) -> dict[str, str]:
    return {
        "input": _plain(bill.input_usd),
        "cached": _plain(bill.cached_usd),
        "output": _plain(bill.output_usd),
        "thinking": _plain(bill.thinking_usd),
        "tool_use": _plain(bill.tool_use_usd),
        "total": _plain(bill.total_usd),
    }


def _plain(value: Decimal) -> str:
    text = f"{value.normalize():f}"
    return "0" if text == "-0" else text


def _report(priced: Priced) -> Iterator[str]:
    from evalharness.core.pricing.tally import total_of

    lines = priced.tally.lines()
    yield (
        f"{'model':<26}{'tier':<10}{'day':<12}{'responses':>9}"
        f"{'fresh input':>12}{'cached':>12}{'answer':>12}{'thinking':>12}{'tool use':>12}{'USD':>14}"
    )
    for line in lines:
        head = f"{line.model:<26}{line.tier:<10}{line.on.isoformat():<12}{line.responses:>9}"
        yield from _rows(head, line.usage, line.bill)
    usage, bill = total_of(lines)
    count = sum(line.responses for line in lines)
    yield from _rows(f"{'total':<48}{count:>9}", usage, bill)
    for reason, number in priced.tally.not_billed.most_common():
        yield f"not billed: {number} ({reason})"
    yield from _unpriced(priced)


def _rows(head: str, usage: Usage, bill: Bill) -> Iterator[str]:
    tokens = _tokens(usage)
    kinds = ("input", "cached", "output", "thinking", "tool_use")
    yield head + "".join(f"{tokens[kind]:>12,}" for kind in kinds) + f"{'':>14}"
    usd = _usd(bill)
    yield f"{'':<57}" + "".join(f"{Decimal(usd[kind]):>12.6f}" for kind in kinds) + f"{bill.total_usd:>14.6f}"


def _unpriced(priced: Priced) -> Iterator[str]:
    places: dict[str, list[str]] = defaultdict(list)
    for entry in priced.tally.unpriced:
        places[entry.reason].append(f"{entry.where} ({entry.id})" if entry.id else entry.where)
    for reason, named in sorted(places.items(), key=lambda item: -len(item[1])):
        more = f" and {len(named) - _SHOWN} more (--json names all)" if len(named) > _SHOWN else ""
        yield f"unpriced: {len(named)} ({reason}): {', '.join(named[:_SHOWN])}{more}"


def _notes(priced: Priced) -> Iterator[str]:
    tally = priced.tally
    if not tally.responses and not tally.not_billed:
        yield "nothing was read: there is no response in what was named"
    if tally.simulated:
        yield f"SIMULATED: {tally.simulated} responses come from the emulator; nobody bills them"
    if priced.overrides is not None:
        yield f"negotiated prices of {priced.overrides} are in force"
    for (stated, known), number in sorted(tally.aliases.items()):
        yield f"{stated} is priced as {known} ({number} responses)"
    if tally.unstated_models:
        yield f"{tally.unstated_models} responses name no model: priced as the model that was asked for"
    if tally.repeated:
        yield f"{tally.repeated} responses carry an id that came before: they may be counted twice"
    if tally.unconfirmed:
        yield f"{tally.unconfirmed} tries may be billed without counts: `evalharness cost RUN` books them"
    for model, number in sorted(tally.searches.items()):
        yield f"{number} grounding searches by {model} are not in the bill: allowances are the account's"
