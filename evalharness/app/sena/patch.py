"""A recommendation as a patch of the experiment file, for review."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from evalharness.experiment.edge import read_text
from evalharness.experiment.toml_lines import line_of

_VALUE = r"(?:\"[^\"]*\"|'[^']*'|[\d._eE+-]+)"


def patch_sena(file: Path, *, method: str, budget: float) -> str:
    """Return a unified diff that sets method and budget in the [sena] table; empty if they stand there.

    A budget in tokens gives way to the share.
    """
    before = read_text(file)
    after = _set(before, "method", f'"{method}"')
    if _assignment(after, "budget_tokens") is not None:
        after = _rename(after, "budget_tokens", "budget")
    after = _set(after, "budget", f"{budget:g}")
    name = file.name if file.is_absolute() else file.as_posix()
    pair = (before.splitlines(keepends=True), after.splitlines(keepends=True))
    return "".join(difflib.unified_diff(*pair, f"a/{name}", f"b/{name}"))


def _set(text: str, key: str, value: str) -> str:
    found = _assignment(text, key)
    if found is not None:
        return _with_line(text, found[0], re.sub(_pattern(key), rf"\g<1>{value}", found[1], count=1))
    # The method is always there: what is new goes beside it, in the table's own way of writing.
    number, line = _assignment(text, "method") or (1, "")
    own = re.match(rf"^(\s*(?:sena\s*\.\s*)?)method\s*=\s*{_VALUE}", line)
    if own:
        return _with_line(text, number, f"{line.rstrip()}\n{own[1]}{key} = {value}\n")
    return _with_line(text, number, re.sub(r"\bmethod\s*=", f"{key} = {value}, method =", line, count=1))


def _rename(text: str, key: str, new: str) -> str:
    number, line = _assignment(text, key) or (1, "")
    return _with_line(text, number, re.sub(rf"\b{key}(\s*=)", rf"{new}\g<1>", line, count=1))


def _assignment(text: str, key: str) -> tuple[int, str] | None:
    """Return the line in which a key of [sena] gets its value; None if it has none."""
    number = line_of(text, ("sena", key))
    line = "" if number is None else text.splitlines(keepends=True)[number - 1]
    return (number, line) if number is not None and re.search(_pattern(key), line) else None


def _pattern(key: str) -> str:
    return rf"(\b{key}\s*=\s*){_VALUE}"


def _with_line(text: str, number: int, line: str) -> str:
    lines = text.splitlines(keepends=True)
    lines[number - 1] = line
    return "".join(lines)
