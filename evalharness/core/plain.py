"""Frozen dataclasses as plain JSON values, and back; every type is checked on the way in."""

from __future__ import annotations

import datetime as dt
import math
import types
import typing
from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Any

from evalharness.core.errors import IntegrityError

SIGNIFICANT_DIGITS = 10
"""Digits that are written: the last ones of a float sum differ between CPUs."""


def to_plain(value: Any) -> Any:
    """Return a value as plain JSON values, floats rounded to SIGNIFICANT_DIGITS, money as exact strings.

    Raises:
        ValueError: If a number is NaN or infinite.
    """
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, bool | int | str) or value is None:
        return value.value if isinstance(value, StrEnum) else value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if not math.isfinite(value):
        raise ValueError(f"a file holds no {value}")
    rounded = float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    return 0.0 if rounded == 0 else rounded  # no -0.0: its sign depends on the CPU


def from_plain(value: Any, kind: Any, where: str) -> Any:
    """Read what to_plain wrote.

    Args:
        value: Plain JSON values.
        kind: The annotation that they should fit.
        where: How errors call the place.

    Raises:
        IntegrityError: If a field is missing, unknown or of the wrong type.
    """
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        return _union(value, typing.get_args(kind), where)
    if origin is tuple:
        return _tuple(value, typing.get_args(kind), where)
    if is_dataclass(kind) and isinstance(kind, type):
        return _object(value, kind, where)
    if isinstance(kind, type) and issubclass(kind, StrEnum | Decimal | dt.date):
        return _text(value, kind, where)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise IntegrityError(f"{where} should be {kind.__name__}, is {value!r}")
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _union(value: Any, kinds: tuple[Any, ...], where: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    rest = [kind for kind in kinds if kind is not type(None)]
    exact = next((kind for kind in rest if type(value) is kind), rest[0])
    return from_plain(value, exact, where)


def _tuple(value: Any, kinds: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise IntegrityError(f"{where} should be a list, is {value!r}")
    if kinds[-1] is Ellipsis:
        return tuple(from_plain(item, kinds[0], f"{where}[{i}]") for i, item in enumerate(value))
    if len(value) != len(kinds):
        raise IntegrityError(f"{where} should have {len(kinds)} items, has {len(value)}")
    pairs = enumerate(zip(value, kinds, strict=True))
    return tuple(from_plain(item, kind, f"{where}[{i}]") for i, (item, kind) in pairs)


def _object(value: Any, kind: type, where: str) -> Any:
    hints = _hints(kind)
    if not isinstance(value, dict) or set(value) != set(hints):
        found = set(value) if isinstance(value, dict) else set()
        odd = ", ".join(sorted(map(str, found ^ set(hints))))
        raise IntegrityError(f"{where} has missing or unknown fields: {odd}")
    return kind(**{name: from_plain(value[name], hint, f"{where}.{name}") for name, hint in hints.items()})


def _text(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, str):
        raise IntegrityError(f"{where} should be text, is {value!r}")
    try:
        return dt.date.fromisoformat(value) if kind is dt.date else kind(value)
    except (ValueError, InvalidOperation):
        raise IntegrityError(f"{where} is not a {kind.__name__}: {value!r}") from None
