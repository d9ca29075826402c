"""Logs, recordings and runs → one bill, read as a stream."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from evalharness.app.money.rates import priced_card
from evalharness.core.errors import BadInput, PricingError, ProviderError
from evalharness.core.pacific import billing_day
from evalharness.core.pricing import RateCard, Tier
from evalharness.core.pricing.tally import Tally
from evalharness.core.wire.response import parse_stream
from evalharness.core.wire.unwrap import Found, unwrap
from evalharness.experiment.overrides_file import overrides_beside

STDIN = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A bill and the prices it stands on."""

    tally: Tally
    card: RateCard
    overrides: Path | None


def price_files(paths: Iterable[Path], *, rates: Path, on: dt.date | None, tier: Tier | None) -> Priced:
    """Price everything in files, folders and `-`.

    Args:
        paths: Files of JSON or JSON Lines, folders of recordings, run directories, or `-` for standard input.
        rates: The rate card; negotiated prices beside it (<name>.overrides.toml) replace its own.
        on: Day whose prices apply; None for each response's own day.
        tier: Service tier of everything; None for the one that each response states.

    Raises:
        BadInput: If a file is missing or the card is wrong.
    """
    overrides = overrides_beside(rates)
    card = priced_card(rates, overrides)
    tally = Tally(card, day_of=lambda at: on or _own_day(at), tier=tier)
    for path in itertools.chain.from_iterable(map(_files, paths)):
        for number, value in _values(path):
            where = f"{path}:{number}"
            for found in [value] if isinstance(value, Found) else unwrap(value):
                tally.add(found, where)
    return Priced(tally=tally, card=card, overrides=overrides)


@lru_cache(maxsize=4096)
def _own_day(at: str | None) -> dt.date:
    if at is None:
        raise PricingError("it states no day; name one with --on")
    try:
        return billing_day(at)
    except (ValueError, OverflowError):
        raise PricingError(f"its time {at!r} is no ISO 8601 time; name a day with --on") from None


def _files(path: Path) -> Iterator[Path]:
    if path == STDIN or not path.is_dir():
        yield path
    elif (path / "manifest.json").exists():
        yield path / "calls.jsonl"
    else:
        found = sorted(p for p in path.rglob("*") if p.suffix in {".json", ".jsonl"} and p.is_file())
        if not found:
            raise BadInput("no .json or .jsonl file in this folder", file=path)
        yield from found


def _values(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield (line, value) of a file: one value a line, or one over all lines."""
    if path == STDIN:
        yield from _parsed(sys.stdin.buffer)
        return
    try:
        with path.open("rb") as stream:
            yield from _parsed(stream)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=path) from None


def _parsed(stream: Iterable[bytes]) -> Iterator[tuple[int, Any]]:
    lines = enumerate(stream, start=1)
    number, first = next(((n, line) for n, line in lines if line.strip()), (0, b""))
    if not first:
        return
    value = _json(first)
    if isinstance(value, Found):
        # The first line alone is no JSON: the file is one value over many lines, or a stream's events.
        yield from _whole(number, [first, *(line for _, line in lines)])
        return
    yield number, value
    for later, line in lines:
        if line.strip():
            yield later, _json(line)


def _whole(number: int, lines: list[bytes]) -> Iterator[tuple[int, Any]]:
    raw = b"".join(lines)
    value = _json(raw)
    if isinstance(value, Found) and raw.lstrip().startswith(b"data:"):
        try:
            value = parse_stream(raw.decode("utf-8"))
        except (ProviderError, UnicodeDecodeError) as error:
            value = Found(problem=str(error))
    if not isinstance(value, Found):
        yield number, value
        return
    for later, line in enumerate(lines, start=number):
        if line.strip():
            yield later, _json(line)


def _json(raw: bytes) -> Any:
    """Parse; what is no JSON is a Found that says so."""
    try:
        # Half again as fast as the standard parser, which matters over a log of a million lines.
        return from_json(raw)
    except ValueError:
        pass
    try:
        # It also takes what Gemini does send: half of a surrogate pair, where an answer was cut.
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Found(problem=f"it is not JSON ({error})")
