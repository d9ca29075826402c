"""The two forms of reply that a judge can be asked for, recognised by the shape of the JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricForm:
    """For each criterion a passage and points."""

    criteria: tuple[str, ...]
    """Names of the criteria, in the order in which they are wanted."""
    quote: str
    """Name of the text beside the points."""
    points: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairForm:
    """Which of two is better."""

    reason: str | None
    """Name of the free text, if one is wanted."""
    choice: str
    first: str
    second: str
    tie: str | None


Form: TypeAlias = RubricForm | PairForm


def read_form(schema: object) -> Form | None:
    """Return the form that a schema asks for, None if it is no judge's."""
    if not isinstance(schema, Mapping) or not isinstance(schema.get("properties"), Mapping):
        return None
    properties: Mapping[str, Any] = schema["properties"]
    if not all(isinstance(value, Mapping) for value in properties.values()):
        return None
    order = [name for name in schema.get("required") or properties if name in properties]
    return _pair(properties) or _rubric(properties, order)


def _pair(properties: Mapping[str, Any]) -> PairForm | None:
    choices = [name for name, value in properties.items() if isinstance(value.get("enum"), list)]
    texts = [name for name in properties if name not in choices and _kind(properties, name) == "string"]
    if len(choices) != 1 or len(texts) + 1 != len(properties):
        return None
    options = [str(option) for option in properties[choices[0]]["enum"]]
    if len(options) not in (2, 3):
        return None
    return PairForm(
        reason=texts[0] if texts else None,
        choice=choices[0],
        first=options[0],
        second=options[1],
        tie=options[2] if len(options) == 3 else None,
    )


def _rubric(properties: Mapping[str, Any], order: list[str]) -> RubricForm | None:
    inner = [value.get("properties") for value in properties.values()]
    if not inner or not all(isinstance(fields, Mapping) for fields in inner):
        return None
    fields = inner[0]
    points = [name for name in fields if _kind(fields, name) == "integer"]
    quotes = [name for name in fields if _kind(fields, name) == "string"]
    if len(points) != 1 or len(quotes) != 1 or any(each.keys() != fields.keys() for each in inner):
        return None
    limits = fields[points[0]]
    return RubricForm(
        criteria=tuple(order),
        quote=quotes[0],
        points=points[0],
        lowest=int(limits.get("minimum", 0)),
        highest=int(limits.get("maximum", 5)),
    )


def _kind(fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    return str(value.get("type", "")).lower() if isinstance(value, Mapping) else ""
