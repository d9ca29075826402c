"""`evalharness rates refresh` and `rates check`."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import click

from evalharness.cli.console import Console, confirmed
from evalharness.cli.examples import examples
from evalharness.cli.options import Day, json_option, verbosity_options

_card = click.argument(
    "card",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("prompts/rates/gemini.toml"),
    metavar="[CARD]",
)
_on = click.option("--on", type=Day(), help="As of this day; default: today.")


@click.group(epilog=examples("evalharness rates check --on 2026-12-15"))
def rates() -> None:
    """Keep the rate card true."""


@rates.command(
    short_help="Bring prices up to genai-prices, when you agree.",
    epilog=examples("evalharness rates refresh --yes"),
)
@_card
@_on
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@verbosity_options
def refresh(card: Path, on: dt.date | None, yes: bool, quiet: bool, verbose: bool) -> None:
    """Show what the installed genai-prices changes on CARD, and write it when you agree."""
    from evalharness.app.money.rates import plan_refresh
    from evalharness.app.system import SystemClock

    console = Console(quiet=quiet, verbose=verbose)
    found = plan_refresh(card, on or SystemClock().now().date())
    for line in found.refreshed.by_hand:
        console.note(line)
    for model in found.refreshed.unlisted:
        console.note(f"{model} is not in {found.list_name}; its rows stay as they are")
    for model, why in found.left_out:
        console.note(f"{model} is left out: {why}")
    if not found.diff:
        console.say(f"{card} says what {found.list_name} says; nothing to write")
        return
    console.say(found.diff)
    if yes or confirmed(f"Write {card}?", otherwise="nothing is written; --yes writes without asking"):
        found.write()
        console.say(f"{card} written")
    else:
        console.say("nothing written")


@rates.command(
    short_help="Name prices that are old or differ.",
    epilog=examples("evalharness rates check --on 2026-12-15"),
)
@_card
@_on
@json_option
@verbosity_options
def check(card: Path, on: dt.date | None, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Compare CARD with the installed genai-prices; name prices that end soon or are old.

    Exit 1 if the two differ.
    """
    from evalharness.app.money.rates import check_card
    from evalharness.app.system import SystemClock
    from evalharness.core.errors import CheckFailed

    day = on or SystemClock().now().date()
    found = check_card(card, day)
    if as_json:
        facts = {
            "card": str(card),
            "on": day.isoformat(),
            "compared_with": found.list_name,
            "warnings": [asdict(warning) for warning in found.warnings],
            "differences": [asdict(difference) for difference in found.differences],
        }
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2, default=str))
    else:
        console = Console(quiet=quiet, verbose=verbose)
        for warning in found.warnings:
            console.say(f"warning: {warning}")
        for difference in found.differences:
            console.say(f"differs: {difference}")
        if found.list_name is None:
            console.note("not compared: genai-prices is not installed; pip install 'evalharness[prices]'")
        elif not found.differences:
            console.say(f"{card} agrees with {found.list_name}")
    if found.differences:
        count = len(found.differences)
        raise CheckFailed(
            f"{count} values differ from {found.list_name}; `rates refresh` shows them", file=card
        )
