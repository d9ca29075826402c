"""JSON Schema of decision.json, derived from the types that write and read it."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from evalharness.core.decision.document import FORMAT, Decision

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    dt.date: {"type": "string", "format": "date"},
    Decimal: {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
}


def decision_schema(descriptions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the schema; unknown keys are refused and every key is written, as from_json has it.

    Args:
        descriptions: Texts by "Type.field"; the caller reads them from wherever it may.
    """
    definitions: dict[str, Any] = {}
    root = _schema(Decision, definitions, descriptions or {})
    definitions["Decision"]["properties"]["format"] = {"const": FORMAT}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "evalharness decision.json",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(kind: Any, definitions: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return {"anyOf": [_schema(argument, definitions, texts) for argument in arguments]}
    if origin is tuple:
        return _list_schema(arguments, definitions, texts)
    if is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}  # taken, should a type ever hold itself
            definitions[kind.__name__] = _object_schema(kind, definitions, texts)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        definitions[kind.__name__] = {
            "description": _first_line(kind), "enum": [member.value for member in kind]
        }  # fmt: skip
        return {"$ref": f"#/$defs/{kind.__name__}"}
    return dict(_PLAIN[kind])


def _list_schema(
    kinds: tuple[Any, ...], definitions: dict[str, Any], texts: Mapping[str, str]
) -> dict[str, Any]:
    if kinds[-1] is Ellipsis:
        return {"type": "array", "items": _schema(kinds[0], definitions, texts)}
    items = [_schema(kind, definitions, texts) for kind in kinds]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _object_schema(kind: Any, definitions: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    properties = {}
    for field in fields(kind):
        found = _schema(hints[field.name], definitions, texts)
        text = texts.get(f"{kind.__name__}.{field.name}")
        properties[field.name] = {"description": text, **found} if text else found
    return {
        "description": _first_line(kind),
        "type": "object",
        "properties": properties,
        "required": [field.name for field in fields(kind)],
        "additionalProperties": False,
    }


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
