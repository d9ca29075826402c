"""What a judge's reply says, or why it cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from evalharness.core.judging import RUBRIC_TOP, Mark
from evalharness.score.judge.evidence import is_in

_FENCE = re.compile(r"^```[a-zA-Z]*\s*\n(.*)\n\s*```$", re.DOTALL)
_BETTER = ("A", "B", "tie")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A reply that is not what was asked for."""

    problem: str
    """One clause, as it is told to the judge and to people."""


Better: TypeAlias = str
"""A, B or tie."""


def rubric_schema(criteria: int) -> dict[str, Any]:
    """Return the JSON Schema of a reply to a rubric: for each criterion the passage, then the points."""
    names = [f"c{number}" for number in range(1, criteria + 1)]
    mark = {
        "type": "object",
        "properties": {
            "quote": {"type": "string"},
            "points": {"type": "integer", "minimum": 0, "maximum": RUBRIC_TOP},
        },
        # In this order Gemini writes them: the evidence before the points that stand on it.
        "required": ["quote", "points"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": dict.fromkeys(names, mark),
        "required": names,
        "additionalProperties": False,
    }


def pairwise_schema() -> dict[str, Any]:
    """Return the JSON Schema of a reply to a comparison: the reason, then which answer is better."""
    return {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "better": {"type": "string", "enum": list(_BETTER)}},
        "required": ["reason", "better"],
        "additionalProperties": False,
    }


def read_rubric(text: str, *, criteria: int, answer: str) -> tuple[Mark, ...] | Unreadable:
    """Read points and passages.

    A passage that is not in the answer voids its criterion; an empty one stands with 0 points only. Keys that
    were not asked for are left aside.

    Args:
        text: The judge's reply.
        criteria: How many the rubric has.
        answer: As the judge saw it.
    """
    found = _object(text)
    if isinstance(found, Unreadable):
        return found
    marks: list[Mark] = []
    for number in range(1, criteria + 1):
        mark = _mark(f"c{number}", found.get(f"c{number}"), answer)
        if isinstance(mark, Unreadable):
            return mark
        marks.append(mark)
    return tuple(marks)


def read_pairwise(text: str) -> Better | Unreadable:
    """Read which of the answers A and B is better."""
    found = _object(text)
    if isinstance(found, Unreadable):
        return found
    better = found.get("better")
    if better not in _BETTER:
        return Unreadable(f"better is not one of {', '.join(_BETTER)}")
    return str(better)


def _mark(name: str, value: Any, answer: str) -> Mark | Unreadable:
    if not isinstance(value, Mapping):
        return Unreadable(f"{name} is missing")
    quote, points = value.get("quote"), value.get("points")
    if not isinstance(quote, str):
        return Unreadable(f"{name}.quote is not text")
    if isinstance(points, bool) or not isinstance(points, int | float) or points not in range(RUBRIC_TOP + 1):
        return Unreadable(f"{name}.points is not a whole number from 0 to {RUBRIC_TOP}")
    stands = is_in(quote, answer) if quote.strip() else points == 0
    return Mark(criterion=name, points=int(points), quote=quote, stands=stands)


def _object(text: str) -> dict[str, Any] | Unreadable:
    bare = text.strip()
    fenced = _FENCE.match(bare)
    try:
        found = json.loads(fenced.group(1) if fenced else bare)
    except (ValueError, RecursionError):
        return Unreadable("it is not JSON")
    return found if isinstance(found, dict) else Unreadable("it is not a JSON object")
