"""SVG as text, the same bytes everywhere: plain arithmetic, two decimals, no font is measured."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

from evalharness.core.visible import clean

_LATIN_WIDTH: Final = 0.56
"""Mean advance of a Latin sign in a sans serif, in ems; Hangul and other wide signs take one."""
_WIDE_FROM: Final = "\u1100"
ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One picture, in words and as SVG."""

    name: str
    """Of its file, without language and ending."""
    title: str
    description: str
    """What a reader who does not see it must know."""
    width: int
    height: int
    body: str

    def svg(self, *, style: str = "") -> str:
        """Return the picture.

        Args:
            style: CSS for a file of its own; none inside a page, whose style sheet has the same rules.
        """
        ids = f"{self.name}-title {self.name}-text"
        head = tag("title", clean_text(self.title), id=f"{self.name}-title")
        head += tag("desc", clean_text(self.description), id=f"{self.name}-text")
        css = f"<style>{style}</style>" if style else ""
        return tag(
            "svg", css, head, self.body, xmlns="http://www.w3.org/2000/svg", class_=f"plot plot-{self.name}",
            viewBox=f"0 0 {self.width} {self.height}", role="img", aria_labelledby=ids,
        )  # fmt: skip


def tag(name: str, *children: str, **attributes: str | float | None) -> str:
    """Return an element; children are SVG already, attributes are escaped, None leaves one out.

    `class_` stands for class, and underscores for hyphens.
    """
    parts = (
        f' {key.rstrip("_").replace("_", "-")}="{escape(value if isinstance(value, str) else number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(children)
    return f"<{name}{''.join(parts)}>{inner}</{name}>" if inner else f"<{name}{''.join(parts)}/>"


def number(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def clean_text(text: str) -> str:
    """Return foreign or worded text as it may stand between tags."""
    return str(escape(clean(text)))


def label(
    x: float,
    y: float,
    text: str,
    *,
    kind: str = "label",
    anchor: str | None = None,
    room: float | None = None,
) -> str:
    """Return a line of text with its baseline at (x, y).

    Args:
        x: Of its anchor.
        y: Of its baseline.
        text: Any text.
        kind: Class: label, soft, title or strong.
        anchor: start (the default), middle or end.
        room: Pixels that it may take; what is longer is cut and has the whole as its title.
    """
    shown = text if room is None else fitted(text, room)
    whole = tag("title", clean_text(text)) if shown != text else ""
    return tag("text", clean_text(shown), whole, x=x, y=y, class_=kind, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Return a straight line of a class."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    """Return a rectangle of a class; negative extents are turned round."""
    left, top = min(x, x + width), min(y, y + height)
    return tag("rect", x=left, y=top, width=abs(width), height=abs(height), class_=kind)


def path(points: list[tuple[float, float]], kind: str) -> str:
    """Return a line through points."""
    steps = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return tag("polyline", points=steps, class_=kind)


def mark(tip: str, *shapes: str, case: str | None = None, kind: str = "mark") -> str:
    """Return shapes that belong together and say what they are; a page may lead from them to a case."""
    return tag("g", tag("title", clean_text(tip)), *shapes, class_=kind, data_case=case)


def text_width(text: str, size: float = 13.0) -> float:
    """Return about how many pixels a line takes: enough to leave room, since nobody measures fonts here."""
    return size * sum(1.0 if sign >= _WIDE_FROM else _LATIN_WIDTH for sign in text)


def fitted(text: str, room: float, size: float = 13.0) -> str:
    """Return the text cut to about so many pixels."""
    if text_width(text, size) <= room:
        return text
    kept = text
    while kept and text_width(kept + ELLIPSIS, size) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS
