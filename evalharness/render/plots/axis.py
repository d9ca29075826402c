"""Scales and their ticks, in exact decimals: 0.1 + 0.2 must not label an axis."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from evalharness.render.plots.svg import label, line, text_width

_STEPS: Final = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_BESIDE: Final = 20
"""Pixels by which the name of an axis may stand out at an end of it."""
Writer = Callable[[Decimal], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A linear scale from values to pixels."""

    low: float
    high: float
    start: float
    """Pixel of low."""
    end: float
    """Pixel of high."""
    ticks: tuple[Decimal, ...]

    def __call__(self, value: float) -> float:
        """Return the pixel of a value; one outside the scale is held at its end."""
        inside = min(max(value, self.low), self.high)
        return self.start + (self.end - self.start) * (inside - self.low) / (self.high - self.low)


def scale(values: Iterable[float], start: float, end: float, *, most_ticks: int = 6) -> Scale:
    """Return a scale whose ends are ticks and that holds every value.

    Args:
        values: At least one; a single value gets some room around it.
        start: Pixel of the lower end.
        end: Pixel of the upper end.
        most_ticks: About how many ticks there may be.
    """
    known = list(values)
    low, high = min(known), max(known)
    if low == high:
        pad = abs(low) / 10 or 1.0
        low, high = low - pad, high + pad
    step = _step(Decimal(str(high)) - Decimal(str(low)), most_ticks)
    first = (Decimal(str(low)) / step).to_integral_value(ROUND_FLOOR)
    last = (Decimal(str(high)) / step).to_integral_value(ROUND_CEILING)
    ticks = tuple(step * k for k in range(int(first), int(last) + 1))
    return Scale(low=float(ticks[0]), high=float(ticks[-1]), start=start, end=end, ticks=ticks)


def _step(span: Decimal, most: int) -> Decimal:
    raw = span / most
    power = Decimal(1).scaleb(raw.adjusted())
    return next(step * power for step in _STEPS if step * power >= raw)


def bottom_axis(x: Scale, y: float, top: float, write: Writer, title: str) -> str:
    """Return ticks, grid lines and the name of a horizontal axis whose line lies at y."""
    parts = [line(x(float(tick)), top, x(float(tick)), y, "grid") for tick in x.ticks]
    parts += [label(x(float(tick)), y + 18, write(tick), kind="soft", anchor="middle") for tick in x.ticks]
    if text_width(title) <= x.end - x.start + 2 * _BESIDE:
        parts.append(label((x.start + x.end) / 2, y + 40, title, anchor="middle"))
    else:  # a short axis with a long name: it ends where the axis does and begins where it must
        parts.append(label(x.end + _BESIDE, y + 40, title, anchor="end", room=x.end))
    return "".join(parts)


def left_axis(y: Scale, x: float, right: float, write: Writer) -> str:
    """Return ticks and grid lines of a vertical axis whose line lies at x; the plot's subtitle names it."""
    parts = [line(x, y(float(tick)), right, y(float(tick)), "grid") for tick in y.ticks]
    parts += [label(x - 8, y(float(tick)) + 4, write(tick), kind="soft", anchor="end") for tick in y.ticks]
    return "".join(parts)


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Return places at least `gap` apart, each as near to the wanted one as its neighbours allow.

    Args:
        wanted: In any order.
        gap: Smallest distance.
        low: No place lies below it, unless there is no room.
        high: No place lies above it.
    """
    order = sorted(range(len(wanted)), key=lambda k: (wanted[k], k))
    placed: list[float] = []
    for k in order:
        placed.append(max(wanted[k], low, placed[-1] + gap if placed else low))
    limit = high
    for position in range(len(placed) - 1, -1, -1):
        placed[position] = min(placed[position], limit)
        limit = placed[position] - gap
    found = [0.0] * len(wanted)
    for position, k in enumerate(order):
        found[k] = placed[position]
    return found


def widest(texts: Iterable[str], size: float = 13.0) -> float:
    """Return about how many pixels the longest of some lines takes."""
    return max((text_width(text, size) for text in texts), default=0.0)
