"""JSON text as it comes from a provider or a recording, read strictly."""

from __future__ import annotations

import json
import math
from typing import Any


def parse_object(text: str | bytes, *, unique_keys: bool = False) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        text: JSON; bytes are UTF-8.
        unique_keys: Refuse an object that holds a key twice, which plain JSON readers resolve silently.

    Raises:
        ValueError: If it is not a JSON object of finite numbers; the message says what it is instead.
    """
    decoded = text if isinstance(text, str) else text.decode("utf-8")
    try:
        value = json.loads(
            decoded,
            parse_constant=_refuse,
            parse_float=_finite,
            object_pairs_hook=_unique if unique_keys else None,
        )
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"JSON is a {type(value).__name__}, not an object")
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"key {twice!r} stands twice in one object")
    return result
