"""The strict edge: TOML text → pydantic model, with errors that name file, line and the nearest valid key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from evalharness.core.errors import BadInput
from evalharness.core.file_names import why_unsafe
from evalharness.experiment.toml_lines import line_of

Model = TypeVar("Model", bound=BaseModel)
LineOf = Callable[[tuple[str | int, ...]], int | None]


class Strict(BaseModel):
    """Base of every authored-file model: unknown keys and converted types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def safe_name(name: str) -> str:
    """Return a name that becomes part of file names, as it is.

    Raises:
        ValueError: If some system could not have such a file.
    """
    problem = why_unsafe(name)
    if problem is not None:
        raise ValueError(problem)
    return name


class Misplaced(ValueError):
    """A mistake that a check over several keys found, with the place of the key to mend."""

    def __init__(self, message: str, *where: str | int) -> None:
        """Say what is wrong at which place, relative to the model that is checked."""
        super().__init__(message)
        self.where = where


def read_text(path: Path) -> str:
    """Return a UTF-8 file's text.

    Raises:
        BadInput: If it is missing, unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        near = near_sibling(path)
        hint = f"; did you mean {near.name}?" if near else ""
        raise BadInput(f"no such file{hint}", file=path) from None
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 at byte {error.start}; save it as UTF-8", file=path) from None
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=path) from None


def read_toml(path: Path, model: type[Model]) -> Model:
    """Parse and check an authored TOML file.

    Raises:
        BadInput: Naming file, line, and for a misspelt key the nearest valid one.
    """
    text = read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        message = re.sub(r" \(at (line|end).*\)", "", str(error))
        line = int(place.group(1)) if place else len(text.splitlines())
        raise BadInput(f"bad TOML: {message}", file=path, line=line) from None
    return check(data, model, path, lambda where: line_of(text, where))


def check(data: Any, model: type[Model], path: Path, find_line: LineOf) -> Model:
    """Check parsed data against a model.

    Raises:
        BadInput: For the first thing that is wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        # A misspelt key is both unknown and missing; the unknown one names the mistake.
        first = next((item for item in found if item["type"] == "extra_forbidden"), found[0])
        where = tuple(part for part in first["loc"] if not _is_branch_name(part))
        cause = first.get("ctx", {}).get("error")
        where = where + cause.where if isinstance(cause, Misplaced) else where
        raise BadInput(_message(first, where, model), file=path, line=find_line(where)) from None


def _message(error: ErrorDetails, where: tuple[str | int, ...], model: type[BaseModel]) -> str:
    name = _dotted(where)
    if error["type"] == "extra_forbidden":
        valid = _fields_at(model, where[:-1])
        near = difflib.get_close_matches(str(where[-1]), valid, n=1, cutoff=0.5)
        hint = f"; nearest valid name: {near[0]}" if near else f"; valid names: {', '.join(sorted(valid))}"
        return f"unknown key {name}{hint}"
    if error["type"] == "missing":
        return f"missing key {name}"
    if error["type"] == "value_error":
        cause = error["ctx"]["error"]
        return f"{name}: {cause}" if name and not isinstance(cause, Misplaced) else str(cause)
    if error["type"] in ("model_type", "dict_type"):
        return f"{name + ': ' if name else ''}keys with values are wanted here, got {error['input']!r}"
    near_value = _nearest_value(error)
    return f"{name}: {error['msg'][0].lower()}{error['msg'][1:]}, got {error['input']!r}{near_value}"


def _nearest_value(error: ErrorDetails) -> str:
    expected = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
    near = difflib.get_close_matches(str(error["input"]), expected, n=1, cutoff=0.5)
    return f"; nearest valid value: {near[0]}" if near else ""


def _is_branch_name(part: str | int) -> bool:
    # pydantic adds the name of a union's branch to the place of an error.
    return isinstance(part, str) and ("[" in part or part in {"str", "int", "float", "decimal", "date"})


def _dotted(where: tuple[str | int, ...]) -> str:
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _fields_at(model: type[BaseModel], where: tuple[str | int, ...]) -> list[str]:
    current: type[BaseModel] = model
    for part in where:
        if isinstance(part, int) or part not in current.model_fields:
            continue
        inner = _inner_model(current.model_fields[part].annotation)
        if inner is None:
            return []
        current = inner
    return [info.alias or name for name, info in current.model_fields.items()]


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _inner_model(arg))), None)


def near_sibling(path: Path) -> Path | None:
    """Return what lies beside a missing file or folder under a similar name, None if nothing does.

    Endings are not compared: every TOML file would be similar to every other.
    """
    try:
        beside = {entry.stem: entry for entry in sorted(path.parent.iterdir()) if entry.stem}
    except OSError:
        return None
    near = difflib.get_close_matches(path.stem, beside, n=1)
    return beside[near[0]] if near else None
