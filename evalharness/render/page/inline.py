"""Text in a line of the page: escaped, and never broken where a reader would misread what is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from markupsafe import Markup, escape

from evalharness.core.visible import clean
from evalharness.render.blocks import Code, Inline, Link, Strong

_NUMBER: Final = r"[−+]?(?:US)?[$₩]?\d[\d,.]*(?: %|%| ?(?:ms|pp|tokens)(?!\w))?"
_AMOUNT: Final = re.compile(
    rf"(\({_NUMBER}(?:[–~∼]| to | – ){_NUMBER}\)[가-힣]{{0,3}}|{_NUMBER}[–~∼]{_NUMBER}|\d{{4}}-\d\d-\d\d"
    rf"|[≤≥<>] {_NUMBER}|\b[nP] = \d[\d.]*|\(n \d[\d,]*\)|{_NUMBER})"
)
"""An interval and its particle, a date, a limit or name with its sign, a number of cases, an amount."""
_PARTS: Final = re.compile(r"((?<=[;,]) | (?=\())")
"""Where a line of figures may end."""
_BREAKABLE: Final = re.compile(r"[^\w.,()]")
_MOST_WHOLE: Final = 24
"""Signs of a part of a cell that stays on one line; more would push the table off the page."""
_WHOLE: Final = Markup('<span class="amount">{}</span>')


def inline_html(text: Inline) -> Markup:
    """Return text in a line: escaped, with the few kinds of emphasis that a document has."""
    spans = (text,) if isinstance(text, str) else text
    return Markup("").join(_spans(spans))


def figures_html(text: Inline) -> Markup:
    """Return a cell of figures, whose lines end only where one figure ends and the next begins."""
    if not isinstance(text, str) or isinstance(text, Code):
        return inline_html(text)
    parts = _PARTS.split(clean(text))
    whole = Markup("").join(_part(part) for part in parts)
    return Markup("<strong>{}</strong>").format(whole) if isinstance(text, Strong) else whole


def _part(part: str) -> Markup:
    if len(part) > _MOST_WHOLE:
        return _whole_amounts(part)
    return _WHOLE.format(part) if _BREAKABLE.search(part.strip()) else escape(part)


def _spans(spans: tuple[str | Link, ...]) -> Iterator[Markup]:
    for span in spans:
        if isinstance(span, Link):
            yield Markup('<a href="{}">{}</a>').format(_target(span.target), clean(span.text))
        elif isinstance(span, Code):
            yield Markup("<code>{}</code>").format(clean(span))
        elif isinstance(span, Strong):
            yield Markup("<strong>{}</strong>").format(_whole_amounts(clean(span)))
        else:
            blank = " " if span[:1].isspace() else "", " " if len(span) > 1 and span[-1:].isspace() else ""
            yield _whole_amounts(f"{blank[0]}{clean(span)}{blank[1]}")


def _whole_amounts(text: str) -> Markup:
    """Escape text; a line does not end between a sign, a number and its unit, nor inside an interval."""
    parts = _AMOUNT.split(text)
    return Markup("").join(
        _WHOLE.format(part) if k % 2 and _BREAKABLE.search(part) else escape(part)
        for k, part in enumerate(parts)
    )


def _target(target: str) -> str:
    """Return where a link of the report leads on the page: the appendix is a part of it."""
    return "#appendix" if target.startswith("appendix") else "#top"
