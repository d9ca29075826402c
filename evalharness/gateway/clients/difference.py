"""What differs between two request bodies, field by field, in words that fit one line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_EXCERPT_CHARS = 40
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field in which two requests differ."""

    field: str
    """Path in the body, such as contents[0].parts[0].text."""
    before: str
    """Its value in the first request, as JSON cut to 40 characters around the first change; or absent."""
    after: str
    """Its value in the second request, cut in the same place."""

    def __str__(self) -> str:
        """Return `field: before → after`."""
        return f"{self.field}: {self.before} → {self.after}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Compare two JSON objects; fields come sorted by name, list items in order."""
    return tuple(_walk(before, after, ""))


def _walk(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            field = f"{path}.{key}" if path else key
            yield from _walk(before.get(key, _ABSENT), after.get(key, _ABSENT), field)
    elif _is_list(before) and _is_list(after):
        for index in range(max(len(before), len(after))):
            yield from _walk(_item(before, index), _item(after, index), f"{path}[{index}]")
    elif before is _ABSENT or after is _ABSENT or before != after or type(before) is not type(after):
        yield Difference(field=path, before=_show(before, after), after=_show(after, before))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _item(values: Sequence[Any], index: int) -> Any:
    return values[index] if index < len(values) else _ABSENT


def _show(value: Any, other: Any) -> str:
    if value is _ABSENT:
        return "absent"
    if isinstance(value, str):
        start = _first_change(value, other) - _EXCERPT_CHARS // 2 if isinstance(other, str) else 0
        return _quote(value, max(0, min(start, len(value) - _EXCERPT_CHARS)))
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _EXCERPT_CHARS else f"{text[:_EXCERPT_CHARS]}…"


def _first_change(text: str, other: str) -> int:
    pairs = enumerate(zip(text, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(text), len(other)))


def _quote(text: str, start: int) -> str:
    part = text[start : start + _EXCERPT_CHARS]
    head, tail = "…" * (start > 0), "…" * (start + _EXCERPT_CHARS < len(text))
    return json.dumps(f"{head}{part}{tail}", ensure_ascii=False)
