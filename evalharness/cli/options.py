"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from evalharness.store import RunDirectory

Command = TypeVar("Command", bound=Callable[..., Any])


_GROUPED: Final = re.compile(r"\d{1,3}(?:[,. _']\d{3})+")
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


class Day(click.ParamType[dt.date]):
    """A calendar day, YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Parse the day."""
        if isinstance(value, dt.date):
            return value
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as 2026-12-01", param, ctx)
        # Forecasts count months on from it, and the calendar ends.
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            self.fail(f"{value!r} is not a day between {_FIRST_YEAR} and {_LAST_YEAR}", param, ctx)
        return day


class Money(click.ParamType[Decimal]):
    """An amount of USD."""

    name = "USD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Parse the amount, exactly."""
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not an amount; write it as 2.50", param, ctx)
        return amount


class Count(click.IntRange):
    """A number of things; thousands are not set apart."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse the number."""
        if isinstance(value, str) and _GROUPED.fullmatch(value.strip()):
            self.fail(f"{value!r} sets thousands apart; write {re.sub(r'[^0-9]', '', value)}", param, ctx)
        return int(super().convert(value, param, ctx))


class RunPath(click.Path):
    """A run directory."""

    def __init__(self) -> None:
        """Say what it is; whether a run is there is asked later."""
        super().__init__(path_type=Path, file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take the path, unless it is a file's."""
        if Path(value).is_file():
            self.fail(
                f"{os.fspath(value)} is a file, not a run directory; `evalharness run EXPERIMENT` makes one "
                "and prints its path",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


experiment_argument = click.argument(
    "experiment", type=click.Path(path_type=Path, dir_okay=False), metavar="EXPERIMENT"
)
run_argument = click.argument("run_dir", type=RunPath(), metavar="RUN")
mode_option = click.option(
    "--mode",
    type=click.Choice(["replay", "record", "record-missing", "live"]),
    default="replay",
    show_default=True,
    help="replay reads cassettes and opens no socket; the others call the API.",
)
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for run directories and the report; default: [report] folder, else reports.",
)
limit_option = click.option(
    "--limit", type=click.IntRange(min=1), help="Pilot: only this many cases. Never gives a verdict."
)
on_option = click.option(
    "--on", type=Day(), help="Decide at the prices of this day; default: the latest recording's."
)
budget_option = click.option(
    "--budget-usd", type=Money(), help="Most this run may spend, judges included; replaces the file's."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def verbosity_options(command: Command) -> Command:
    """Let -q and -v stand after a command as well as before it; --help lists them once, before it."""
    for short, name in (("-q", "quiet"), ("-v", "verbose")):
        option = click.option(short, f"--{name}", is_flag=True, default=_from_group(name), hidden=True)
        command = option(command)
    return command


def _from_group(name: str) -> Callable[[], bool]:
    def given() -> bool:
        return bool(click.get_current_context().find_root().params.get(name))

    return given


def run_directory(path: Path) -> RunDirectory:
    """Return an existing run directory.

    Raises:
        BadInput: If there is no run.
    """
    from evalharness.core.errors import BadInput
    from evalharness.store import RunDirectory

    directory = RunDirectory(path)
    if not directory.exists():
        raise BadInput("no run here (manifest.json is missing); `evalharness run` makes one", file=path)
    return directory
