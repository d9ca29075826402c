"""One's own records, by a mapping → the fields of a case, as the dataset's own files have them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from evalharness.core.case import Context, Turn
from evalharness.core.text import Form, find_any
from evalharness.experiment.cells import key_facts, must_nots, notes, transcript
from evalharness.experiment.mapping_file import CaseMapping, load_mapping
from evalharness.experiment.rows import Row, read_rows

_CONTEXT = ("profile", "notes", "turns")


def read_mapped(path: Path) -> tuple[Row, ...]:
    """Read the records that a mapping file points at, as cases not yet checked.

    Raises:
        BadInput: If mapping or data file cannot be read; what is wrong with one record is the row's problem.
    """
    mapping = load_mapping(path)
    return tuple(_mapped(row, mapping) for row in read_rows(mapping.file, mapping.kind))


def _mapped(row: Row, mapping: CaseMapping) -> Row:
    if row.values is None:
        return row
    try:
        case = _case(row.values, mapping)
    except ValueError as error:
        return replace(row, values=None, problem=str(error))
    return replace(row, values=case, columns=mapping.columns)


def _case(values: Mapping[str, Any], mapping: CaseMapping) -> dict[str, Any]:
    """Return the case's fields.

    Raises:
        ValueError: Saying which column is wrong and how.
    """
    case: dict[str, Any] = {}
    for name in [*mapping.columns, *mapping.constants]:
        value = _value(name, values, mapping)
        if value is not None:
            case[name] = value
    case["context"] = {name: case.pop(name) for name in _CONTEXT if name in case}
    places = _places(case["context"])
    case["key_facts"] = [_placed(fact, places) for fact in case.get("key_facts", [])]
    return case


def _value(name: str, values: Mapping[str, Any], mapping: CaseMapping) -> Any:
    if name in mapping.constants:
        raw, origin = mapping.constants[name], f"constant {name}"
    else:
        raw, origin = _lookup(values, mapping.columns[name]), f"column {mapping.columns[name]!r}"
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    try:
        return _converted(name, _unpacked(raw), mapping)
    except ValueError as error:
        raise ValueError(f"{origin}: {error}") from None


def _lookup(values: Mapping[str, Any], column: str) -> Any:
    if column in values:
        return values[column]
    found: Any = values
    for part in column.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise ValueError(f"no column {column!r}; there are {', '.join(map(str, values))}")
        found = found[part]
    return found


def _unpacked(raw: Any) -> Any:
    """Return what a cell holds: JSON if it is written as a list or an object, else the text."""
    if isinstance(raw, bool | int | float):
        return str(raw)
    if not isinstance(raw, str) or not raw.lstrip().startswith(("[{", '["', "{")):
        return raw
    try:
        return json.loads(raw)
    except ValueError as error:
        raise ValueError(f"bad JSON in the cell: {error}") from None


def _converted(name: str, value: Any, mapping: CaseMapping) -> Any:
    structured: Mapping[str, Callable[[Any], Any]] = {
        "notes": notes,
        "turns": lambda raw: transcript(raw, mapping.turns),
        "key_facts": key_facts,
        "must_not": must_nots,
        "rubric": lambda raw: raw,
    }
    if name in structured:
        return structured[name](value)
    if not isinstance(value, str):
        raise ValueError(f"{name} is a text, got {type(value).__name__}")
    word = value.strip()
    return mapping.values.get(name, {}).get(word, word)


def _places(context: Mapping[str, Any]) -> dict[str, str]:
    written = Context(
        profile=context.get("profile", ""),
        notes=tuple(context.get("notes", [])),
        turns=tuple(Turn(role=turn["role"], text=turn["text"]) for turn in context.get("turns", [])),
    )
    places = {"profile": written.profile}
    places |= {f"notes[{i}]": note for i, note in enumerate(written.notes)}
    return places | {f"turns[{i}]": turn.text for i, turn in enumerate(written.turns)}


def _placed(fact: dict[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """Return a fact with the places at which one of its forms occurs, unless it names them itself."""
    if "where" in fact:
        return fact
    forms: tuple[Form, ...] = tuple(form if isinstance(form, str) else tuple(form) for form in fact["forms"])
    found = [place for place, text in places.items() if text and find_any(forms, text)]
    if not found:
        raise ValueError(f"key fact {fact['fact']!r}: none of its forms occurs in the context")
    return {**fact, "where": found}
