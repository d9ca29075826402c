"""A traffic file: what real requests look like, as shares by persona and language and token quantiles."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import Field

from evalharness.core.errors import BadInput
from evalharness.experiment.edge import Strict, read_text, read_toml
from evalharness.experiment.toml_lines import line_of

SHARE_TOLERANCE = 1e-6
"""How far shares may be from 1 in sum."""

_QUANTILE = re.compile(r"^p([1-9]|[1-9]\d)$")
Share = Annotated[float | int, Field(ge=0, le=1)]
Cell = tuple[str, str]


class PersonaShares(Strict):
    """Shares of one persona's messages, by language."""

    ko: Share | None = None
    en: Share | None = None


class SharesTable(Strict):
    """[shares]: share of all messages, by persona and language."""

    moon: PersonaShares = PersonaShares()
    square: PersonaShares = PersonaShares()
    earth: PersonaShares = PersonaShares()
    pen: PersonaShares = PersonaShares()


class TrafficFile(Strict):
    """A traffic file as authored."""

    source: Annotated[str, Field(min_length=10)]
    as_of: dt.date
    shares: SharesTable
    context_tokens: dict[str, Annotated[int, Field(gt=0)]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What real requests look like."""

    file: Path
    source: str
    """Where the figures come from."""
    as_of: dt.date
    shares: tuple[tuple[Cell, float], ...]
    """((persona, language), share of all messages), every cell once; they sum to 1."""
    context_quantiles: tuple[tuple[float, int], ...]
    """(share of messages, context tokens that this share does not exceed), ascending; empty if not stated."""


def load_traffic(path: Path) -> Traffic:
    """Read and check a traffic file.

    Raises:
        BadInput: Naming file and line: for an unknown or a missing cell, shares that do not sum to 1, and
            quantiles that do not ascend.
    """
    table = read_toml(path, TrafficFile)
    text = read_text(path)
    shares: list[tuple[Cell, float]] = []
    missing: list[str] = []
    for persona, row in table.shares.model_dump().items():
        for language, share in row.items():
            if share is None:
                missing.append(f"{persona}.{language}")
            else:
                shares.append(((persona, language), float(share)))
    line = line_of(text, ("shares",))
    if missing:
        message = f"shares: missing {', '.join(missing)}; write 0 for what does not occur"
        raise BadInput(message, file=path, line=line)
    total = sum(share for _, share in shares)
    if abs(total - 1) > SHARE_TOLERANCE:
        raise BadInput(f"shares sum to {total:.6g}; they must sum to 1", file=path, line=line)
    return Traffic(
        file=path,
        source=table.source,
        as_of=table.as_of,
        shares=tuple(shares),
        context_quantiles=_quantiles(table.context_tokens, text, path),
    )


def _quantiles(table: dict[str, int], text: str, path: Path) -> tuple[tuple[float, int], ...]:
    found: list[tuple[float, int]] = []
    for name, tokens in table.items():
        match = _QUANTILE.match(name)
        line = line_of(text, ("context_tokens", name))
        if match is None:
            message = f"context_tokens: {name} is no quantile; write p1 to p99, such as p50"
            raise BadInput(message, file=path, line=line)
        found.append((int(match.group(1)) / 100, tokens))
    found.sort()
    for (low, few), (high, many) in pairwise(found):
        if many <= few:
            message = (
                f"context_tokens: p{round(high * 100)} = {many} is not above p{round(low * 100)} = {few}"
            )
            raise BadInput(
                message, file=path, line=line_of(text, ("context_tokens", f"p{round(high * 100)}"))
            )
    return tuple(found)
