"""A context as a list of units that are kept or dropped whole: sentences, lines and code blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from evalharness.core.case import Context, Turn
from evalharness.core.sena import Compressed, Dropped
from evalharness.core.tokens import approximate_tokens
from evalharness.gateway.sena.sentences import leading_space, split_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A piece of the context that is kept or dropped whole."""

    place: str
    """profile, notes[i] or turns[i]."""
    text: str
    """The piece without surrounding white space."""
    gap: str
    """White space between it and the next unit of its place."""
    is_code: bool
    tokens: int


def split_units(context: Context) -> tuple[Unit, ...]:
    """Return the units of a context in reading order; joined with their gaps they give the places' text."""
    return tuple(unit for place, text in _places(context) for unit in _units_of(place, text))


def join_units(context: Context, kept: Collection[int], units: tuple[Unit, ...]) -> Compressed:
    """Return the context with only the units of the given indices, order kept, and what was dropped."""
    chosen = frozenset(kept)
    return Compressed(
        context=context if len(chosen) == len(units) else _context_of(context, chosen, units),
        kept_tokens=sum(unit.tokens for index, unit in enumerate(units) if index in chosen),
        original_tokens=sum(unit.tokens for unit in units),
        dropped=tuple(
            Dropped(where=unit.place, text=unit.text)
            for index, unit in enumerate(units)
            if index not in chosen
        ),
    )


def _places(context: Context) -> list[tuple[str, str]]:
    places = [("profile", context.profile)]
    places += [(f"notes[{i}]", note) for i, note in enumerate(context.notes)]
    return places + [(f"turns[{i}]", turn.text) for i, turn in enumerate(context.turns)]


def _units_of(place: str, text: str) -> list[Unit]:
    units: list[Unit] = []
    for piece, is_code in split_text(text):
        body = piece[leading_space(piece) :]
        if units:
            # Indentation and blank lines belong to what stands between two units.
            units[-1] = replace(units[-1], gap=units[-1].gap + piece[: len(piece) - len(body)])
        if body.strip():
            bare = body.rstrip()
            units.append(
                Unit(
                    place=place,
                    text=bare,
                    gap=body[len(bare) :],
                    is_code=is_code,
                    tokens=approximate_tokens(bare),
                )
            )
    return units


def _context_of(context: Context, kept: frozenset[int], units: tuple[Unit, ...]) -> Context:
    texts: dict[str, str] = {}
    gaps: dict[str, str] = {}
    for index, unit in enumerate(units):
        if index in kept:
            texts[unit.place] = texts.get(unit.place, "") + gaps.pop(unit.place, "") + unit.text
        if unit.place in texts:
            # The strongest break between two kept units stays: a line break dropped with its sentence would
            # pull the next line, perhaps a code fence, onto the line before.
            gaps[unit.place] = max(gaps.get(unit.place, ""), unit.gap, key=_strength)
    return Context(
        profile=texts.get("profile", ""),
        notes=tuple(_texts_at(texts, "notes", len(context.notes))),
        turns=tuple(
            Turn(role=turn.role, text=texts[place])
            for i, turn in enumerate(context.turns)
            if (place := f"turns[{i}]") in texts
        ),
    )


def _texts_at(texts: dict[str, str], name: str, count: int) -> Iterator[str]:
    return (texts[place] for i in range(count) if (place := f"{name}[{i}]") in texts)


def _strength(gap: str) -> tuple[int, int]:
    return gap.count("\n"), len(gap)
