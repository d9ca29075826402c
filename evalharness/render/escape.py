"""Foreign text made harmless: for Markdown cleaned of what cannot be seen, then escaped; for pages as JSON.

Answers come from a model, names and sources from authored files, model names from a provider. None of them
may break a table, forge a heading or a link, hide text behind bidi controls or reach HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from evalharness.core.visible import clean
from evalharness.render.blocks import Code, Inline, Link, Span, Strong

LIMIT = 160
"""Characters of foreign text that a report shows at most, unless the caller asks for fewer."""

_SPECIAL = re.compile(
    r"[|\\`<]"
    r"|&(?=#?\w+;)"  # only where it would start an entity
    r"|[*\[\]~]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore inside a word is no emphasis and stays readable
    r"|\$(?!\d)"  # GitHub reads $...$ as mathematics; before a digit it cannot close
    r"|:(?=//)|(?<=\b[wW]{3})\."  # GitHub makes links of bare addresses, and nobody vouches for a foreign one
)
_ENTITIES = {
    "|": "&#124;", "\\": "&#92;", "`": "&#96;", "<": "&lt;", "&": "&amp;", ":": "&#58;", ".": "&#46;",
}  # fmt: skip
_LINE_START = re.compile(r"^(?:\d{1,9}(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|(?:=+|-+)$))")


class Markdown(str):
    """Text that is Markdown already; everything else is escaped on its way into a template."""

    __slots__ = ()


def markdown(text: Inline) -> Markdown:
    """Return text that GitHub shows character by character, in a paragraph as in a table cell."""
    if isinstance(text, Markdown):
        return text
    return Markdown("".join(_span(span, first=k == 0) for k, span in enumerate(_spans(text))))


def cells(row: Iterable[Inline]) -> Markdown:
    """Return a table row, each cell escaped; what only means something where a line starts stays as it is."""
    texts = ("".join(_span(span, first=False) for span in _spans(cell)).strip() for cell in row)
    return Markdown("| " + " | ".join(texts) + " |")


def rule(align: str) -> Markdown:
    """Return the line under a table's header; align has one letter a column, l or r."""
    return Markdown("| " + " | ".join("---:" if side == "r" else "---" for side in align) + " |")


def finalize(value: object) -> str:
    """Escape what a template prints; it prints text only, because numbers are formatted before.

    Raises:
        TypeError: If a template prints anything else.
    """
    if not isinstance(value, str | tuple):
        raise TypeError(f"templates print text, not {type(value).__name__}")
    return markdown(value)


def _spans(text: Inline) -> tuple[Span, ...]:
    return (text,) if isinstance(text, str) else text


def _span(span: Span, *, first: bool) -> str:
    if isinstance(span, Link):
        return f"[{_escaped(span.text, first=False)}]({span.target})"
    if isinstance(span, Code):
        # Backticks cannot be escaped inside code, nor can bars in a table: both get a look-alike.
        return "`" + clean(span).replace("`", "'").replace("|", "/") + "`"
    if isinstance(span, Strong):
        return f"**{_escaped(span.strip(), first=False)}**"
    return _escaped(span, first=first)


def _escaped(text: str, *, first: bool) -> str:
    """Return cleaned, escaped text; blanks at its ends stay, because spans lean on them."""
    cleaned = clean(text)
    escaped = _SPECIAL.sub(lambda match: _escape(match.group()), cleaned)
    if first:
        return _LINE_START.sub(lambda match: match.group() + "\\", escaped)
    before, after = " " * text[:1].isspace(), " " * (len(text) > 1 and text[-1:].isspace())
    return f"{before}{escaped}{after}" if cleaned else before


def _escape(char: str) -> str:
    return _ENTITIES.get(char, f"\\{char}")


def inline_json(value: Any) -> str:
    """Return JSON that cannot end the script element that it stands in: it holds no `<` at all."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return text.replace("<", "\\u003c")
