"""What every picture has: a title, what its axes show, and room around them."""

from __future__ import annotations

from typing import Final

from evalharness.render.frame import Frame
from evalharness.render.plots.axis import Scale, Writer
from evalharness.render.plots.svg import label, tag

WIDTH: Final = 560
TOP: Final = 68
LEFT: Final = 64
RIGHT: Final = 24
BELOW: Final = 56
"""Pixels under a horizontal axis: its ticks and its name."""


def heading(title: str, subtitle: str) -> str:
    """Return the two lines at the top: what is shown, and in which unit the vertical axis counts."""
    return label(16, 24, title, kind="title", room=WIDTH - 32) + label(
        16, 46, subtitle, kind="soft", room=WIDTH - 32
    )


def above(y: float) -> float:
    """Return the baseline of a label on a horizontal line: above it, or below where the title is near."""
    return y - 6 if y - 20 > TOP else y + 17


def usd_ticks(frame: Frame, scale: Scale) -> Writer:
    """Return how the ticks of a scale in US dollars are written: all with the same decimals."""
    places = max(-int(tick.normalize().as_tuple().exponent) for tick in scale.ticks)
    shown = 0 if places <= 0 else max(places, 2)
    return lambda tick: frame.numerals.currency(tick, "USD", shown)


def dot(x: float, y: float, kind: str, radius: float = 6) -> str:
    """Return a round mark: the control's shape."""
    return tag("circle", cx=x, cy=y, r=radius, class_=kind)


def square(x: float, y: float, kind: str, radius: float = 5.5) -> str:
    """Return a square mark: the treatment's shape."""
    return tag("rect", x=x - radius, y=y - radius, width=2 * radius, height=2 * radius, class_=kind)


def diamond(x: float, y: float, kind: str, radius: float = 7) -> str:
    """Return a mark that stands on its tip: every other arm's shape."""
    corners = (
        f"{x:.2f},{y - radius:.2f} {x + radius:.2f},{y:.2f} {x:.2f},{y + radius:.2f} {x - radius:.2f},{y:.2f}"
    )
    return tag("polygon", points=corners, class_=kind)
