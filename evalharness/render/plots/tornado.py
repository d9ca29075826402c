"""What each input moves: the monthly net benefit beyond the threshold over the input's 90 % range."""

from __future__ import annotations

from evalharness.core.decision import TornadoRow
from evalharness.render.frame import Frame
from evalharness.render.plots.axis import Scale, bottom_axis, scale, widest
from evalharness.render.plots.layout import BELOW, RIGHT, TOP, WIDTH, dot, heading, square, usd_ticks
from evalharness.render.plots.svg import Plot, label, line, mark, rect

_ROW = 44
_BAR = 14
_GAP = 8
_NAME_ROOM = 220


def tornado_plot(frame: Frame) -> Plot | None:
    """Return the picture, None where nothing moves."""
    say, rows = frame.say, frame.upgrade.tornado
    if not rows:
        return None
    names = [text for row in rows for text in (frame.field(row.name), _range(frame, row))]
    left = min(_NAME_ROOM, widest(names)) + 28
    bottom = TOP + _ROW * len(rows)
    height = bottom + BELOW
    x = _axis(frame, rows, left)
    title = say("plot.tornado_title")
    body = [
        heading(title, say("plot.tornado_subtitle")),
        bottom_axis(x, bottom, TOP, usd_ticks(frame, x), say("plot.tornado_x")),
        line(x(0.0), TOP, x(0.0), bottom, "zero"),
    ]
    body += [_row(frame, row, x, TOP + _ROW * k + _ROW / 2, left) for k, row in enumerate(rows)]
    text = say("plot.tornado_text", list=say.listed([_tip(frame, row) for row in rows]))
    return Plot(
        name="tornado", title=title, description=text, width=WIDTH, height=height, body="".join(body)
    )  # fmt: skip


def _axis(frame: Frame, rows: tuple[TornadoRow, ...], left: float) -> Scale:
    """Return the scale of the money, with fewer ticks where their labels would touch."""
    values = [0.0, *(v for row in rows for v in (row.at_low, row.at_high))]
    x = scale(values, left, WIDTH - RIGHT - 30)
    write = usd_ticks(frame, x)
    apart = (x.end - x.start) / (len(x.ticks) - 1)
    is_tight = widest(write(tick) for tick in x.ticks) + _GAP > apart
    return scale(values, x.start, x.end, most_ticks=3) if is_tight else x


def _row(frame: Frame, row: TornadoRow, x: Scale, middle: float, left: float) -> str:
    low, high = x(row.at_low), x(row.at_high)
    return mark(
        _tip(frame, row),
        label(left - 12, middle - 4, frame.field(row.name), anchor="end", room=_NAME_ROOM),
        label(left - 12, middle + 13, _range(frame, row), kind="soft", anchor="end", room=_NAME_ROOM),
        rect(low, middle - _BAR / 2, high - low, _BAR, "bar"),
        dot(low, middle, "fill-a", 5),
        square(high, middle, "fill-b", 5),
    )


def _range(frame: Frame, row: TornadoRow) -> str:
    unit = frame.say.name("unit_name", row.unit)
    return frame.say("plot.tornado_range", low=row.low_input, high=row.high_input, unit=unit)


def _tip(frame: Frame, row: TornadoRow) -> str:
    return frame.say(
        "plot.tornado_tip",
        name=frame.field(row.name),
        unit=frame.say.name("unit_name", row.unit),
        low=row.low_input,
        high=row.high_input,
        at_low=row.at_low,
        at_high=row.at_high,
    )
