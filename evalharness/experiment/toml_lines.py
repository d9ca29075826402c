"""Where a key stands in a TOML file: the parser in the standard library does not say."""

from __future__ import annotations

import re
from functools import lru_cache

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_SEGMENT = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, path: Path) -> int | None:
    """Return the one-based line of a key, table or array element in valid TOML text.

    Args:
        text: The file's text.
        path: Keys and indices, such as ("arms", 2, "model").

    Returns:
        The line of the longest leading part of the path that stands on a line of its own (what is inside
        an inline table counts as the line of its key); None if not even the first key is there.
    """
    lines = _index(text)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


@lru_cache(maxsize=16)
def _index(text: str) -> dict[Path, int]:
    # Every row of a rate card asks for its line in the same text.
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    quote: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if quote is not None:
            quote = None if quote in line else quote
            continue
        header = _TABLE.match(line)
        key = _KEY.match(line)
        if header:
            table = _enter(header, counts)
            _record(lines, table, number)
        elif key:
            _record(lines, table + _segments(key.group(1)), number)
        quote = _opened_quote(line)
    return lines


def _enter(header: re.Match[str], counts: dict[Path, int]) -> Path:
    path: Path = ()
    names = _segments(header.group(2))
    for position, name in enumerate(names):
        path += (name,)
        is_new_element = header.group(1) == "[[" and position == len(names) - 1
        if is_new_element:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path


def _segments(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _SEGMENT.findall(dotted))


def _record(lines: dict[Path, int], path: Path, number: int) -> None:
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], number)


def _opened_quote(line: str) -> str | None:
    """Return the multi-line quote that a line leaves open."""
    for quote in ('"""', "'''"):
        if line.count(quote) % 2:
            return quote
    return None
