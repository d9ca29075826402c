"""A context as a list of units that are kept or dropped whole: sentences, lines and code blocks."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from evalharness.core.case import Context, Turn
from evalharness.core.sena import Compressed, Dropped
from evalharness.core.tokens import approximate_tokens

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_END = re.compile(r"""[.!?…。！？]+["'”’」』)\]]*(?=\s)""")
# A full stop after these does not end a sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|vs|e\.g|i\.e|etc|approx|dept|fig|eq|inc|ltd|co|jr|sr|[a-z])|(?:^|\n)\s*\d+)\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A piece of the context that is kept or dropped whole."""

    place: str
    """profile, notes[i] or turns[i]."""
    text: str
    """The piece without surrounding white space."""
    gap: str
    """White space that follows it inside its place."""
    is_code: bool
    tokens: int


def split_units(context: Context) -> tuple[Unit, ...]:
    """Return the units of a context in reading order; joined with their gaps they give the places' text."""
    places = [("profile", context.profile)]
    places += [(f"notes[{i}]", note) for i, note in enumerate(context.notes)]
    places += [(f"turns[{i}]", turn.text) for i, turn in enumerate(context.turns)]
    return tuple(unit for place, text in places for unit in _units_of(place, text))


def join_units(context: Context, kept: Collection[int], units: tuple[Unit, ...]) -> Compressed:
    """Return the context with only the units of the given indices, order kept, and what was dropped."""
    texts: dict[str, str] = {}
    gaps: dict[str, str] = {}
    for index, unit in enumerate(units):
        if index in kept:
            texts[unit.place] = texts.get(unit.place, "") + gaps.pop(unit.place, "") + unit.text
        # The strongest break between two kept units stays: a line break dropped with its sentence would
        # pull the next line, perhaps a code fence, onto the line before.
        gaps[unit.place] = max(
            gaps.get(unit.place, ""), unit.gap, key=lambda gap: (gap.count("\n"), len(gap))
        )
    shorter = Context(
        profile=texts.get("profile", "").strip(),
        notes=tuple(texts[p].strip() for i, _ in enumerate(context.notes) if (p := f"notes[{i}]") in texts),
        turns=tuple(
            Turn(role=turn.role, text=texts[p].strip())
            for i, turn in enumerate(context.turns)
            if (p := f"turns[{i}]") in texts
        ),
    )
    return Compressed(
        context=shorter,
        kept_tokens=sum(unit.tokens for index, unit in enumerate(units) if index in kept),
        original_tokens=sum(unit.tokens for unit in units),
        dropped=tuple(
            Dropped(where=unit.place, text=unit.text) for index, unit in enumerate(units) if index not in kept
        ),
    )


def _units_of(place: str, text: str) -> list[Unit]:
    pieces: list[tuple[str, bool]] = []
    position = 0
    for fence in _FENCE.finditer(text):
        pieces += [(sentence, False) for sentence in _sentences(text[position : fence.start()])]
        pieces.append((fence.group(), True))
        position = fence.end()
    pieces += [(sentence, False) for sentence in _sentences(text[position:])]
    return _with_gaps(place, pieces)


def _with_gaps(place: str, pieces: list[tuple[str, bool]]) -> list[Unit]:
    units: list[Unit] = []
    for piece, is_code in pieces:
        body = piece.strip()
        if not body:
            if units:
                last = units.pop()
                units.append(
                    Unit(
                        place=place,
                        text=last.text,
                        gap=last.gap + piece,
                        is_code=last.is_code,
                        tokens=last.tokens,
                    )
                )
            continue
        gap = piece[len(piece.rstrip()) :]
        tokens = approximate_tokens(body)
        units.append(Unit(place=place, text=body, gap=gap, is_code=is_code, tokens=tokens))
    return units


def _sentences(text: str) -> list[str]:
    """Split prose after sentence ends and line ends; every character stays in exactly one piece."""
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        start = 0
        for end in _END.finditer(line):
            if _ABBREVIATION.search(line[start : end.end()]):
                continue
            stop = end.end() + len(line[end.end() :]) - len(line[end.end() :].lstrip())
            pieces.append(line[start:stop])
            start = stop
        if start < len(line):
            pieces.append(line[start:])
    return pieces
