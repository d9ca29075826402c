"""Foreign text made harmless: for a terminal by cleaning, for Markdown by escaping on top.

Names, sources and waivers come from authored files, and served model names from a provider. None of them may
break a table, forge a heading, hide text behind bidi controls or reach HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LIMIT = 160
"""Characters of foreign text that a report shows at most, unless the caller asks for fewer."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.DOTALL)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, formats (bidi and zero-width marks among them), surrogates, private and unassigned characters."""
_ENTITIES = {"|": "&#124;", "\\": "&#92;", "`": "&#96;", "<": "&lt;"}
_SPECIAL = re.compile(
    r"[|\\`<]"
    r"|&(?=#?\w+;)"  # only where it would start an entity
    r"|[*\[\]~]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore inside a word is no emphasis and stays readable
    r"|\$(?!\d)"  # GitHub reads $...$ as mathematics; before a digit it cannot close
)
_LINE_START = re.compile(r"^(?:\d{1,9}(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|(?:=+|-+)$))")


class Markdown(str):
    """Text that is Markdown already; everything else is escaped on its way into a template."""

    __slots__ = ()


def clean(text: str, *, limit: int | None = None) -> str:
    """Return the text on one line without anything invisible, cut to `limit` characters.

    Terminal sequences, control and bidi characters go; every kind of white space becomes one space.
    """
    without = _ANSI.sub("", text)
    spaced = "".join(" " if char.isspace() else char for char in without)
    visible = "".join(char for char in spaced if unicodedata.category(char) not in _HIDDEN)
    line = " ".join(visible.split())
    if limit is None or len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def markdown(text: str) -> Markdown:
    """Return text that GitHub shows character by character, in a paragraph as in a table cell."""
    if isinstance(text, Markdown):
        return text
    escaped = _SPECIAL.sub(lambda match: _escape(match.group()), clean(text))
    return Markdown(_LINE_START.sub(lambda match: match.group() + "\\", escaped))


def bold(text: str) -> Markdown:
    """Return the text escaped and in bold."""
    return Markdown(f"**{markdown(text)}**")


def code(text: str) -> Markdown:
    """Return the text as code; backticks cannot be escaped inside code, so they become apostrophes."""
    return Markdown("`" + clean(text).replace("`", "'").replace("|", "/") + "`")


def cells(row: Iterable[str]) -> Markdown:
    """Return a table row, each cell escaped."""
    return Markdown("| " + " | ".join(markdown(cell) for cell in row) + " |")


def rule(align: str) -> Markdown:
    """Return the line under a table's header; align has one letter a column, l or r."""
    return Markdown("| " + " | ".join("---:" if side == "r" else "---" for side in align) + " |")


def finalize(value: object) -> str:
    """Escape what a template prints; it prints text only, because numbers are formatted before.

    Raises:
        TypeError: If a template prints anything else.
    """
    if not isinstance(value, str):
        raise TypeError(f"templates print text, not {type(value).__name__}")
    return markdown(value)


def _escape(char: str) -> str:
    if char == "&":
        return "&amp;"
    return _ENTITIES.get(char, f"\\{char}")
