"""A context with what compression dropped marked in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from evalharness.core.case import Context
from evalharness.core.sena import Dropped
from evalharness.core.visible import printable, shorten

MOST_SIGNS = 32_000
Piece: TypeAlias = tuple[str, int]
"""(text, 1 if it was dropped)."""
Part: TypeAlias = tuple[str, tuple[Piece, ...]]
"""(who says it: profile, note, mentee or mentor; pieces in order)."""


def struck_context(context: Context, dropped: Iterable[Dropped]) -> tuple[Part, ...]:
    """Return every part of a context, what was dropped marked where it stood.

    Args:
        context: As it is stored.
        dropped: What compression left out, in the order of the context.
    """
    gone: dict[str, list[str]] = defaultdict(list)
    for item in dropped:
        gone[item.where].append(item.text)
    parts = [("profile", "profile", context.profile)] if context.profile else []
    parts += [("note", f"notes[{k}]", note) for k, note in enumerate(context.notes)]
    parts += [(turn.role, f"turns[{k}]", turn.text) for k, turn in enumerate(context.turns)]
    return tuple((who, tuple(_pieces(text, gone[where]))) for who, where, text in parts)


def _pieces(text: str, dropped: Sequence[str]) -> list[Piece]:
    pieces: list[Piece] = []
    cursor = 0
    for lost in dropped:
        at = text.find(lost, cursor)
        if at < 0:
            continue
        if at > cursor:
            pieces.append((_shown(text[cursor:at]), 0))
        pieces.append((_shown(lost), 1))
        cursor = at + len(lost)
    if cursor < len(text):
        pieces.append((_shown(text[cursor:]), 0))
    return pieces


def _shown(text: str) -> str:
    return shorten(printable(text), MOST_SIGNS)
