"""How much a report shows of what there may be too much of; the appendix shows all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Most rows of the tables that grow, and whether the provider's terms share a line."""

    assumptions: Iterable[int]
    """Tried in turn until the report fits: assumptions that move the answer least give way first."""
    arms: int
    """Alternatives to the upgrade, itself included."""
    dates: int
    """Announced price changes."""
    flips: int
    """Lines about what would flip the verdict."""
    one_line_of_terms: bool


ROOMS: Final = (
    Room(assumptions=range(9, 2, -1), arms=4, dates=2, flips=6, one_line_of_terms=False),
    Room(assumptions=range(5, 0, -1), arms=1, dates=1, flips=4, one_line_of_terms=True),
)
"""Tried in turn: nearly every decision fits the first."""
