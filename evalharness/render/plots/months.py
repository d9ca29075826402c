"""ROI by month along the announced prices: what all months up to each one have returned."""

from __future__ import annotations

from evalharness.core.decision import Money, MonthRow
from evalharness.render.frame import Frame
from evalharness.render.plots.axis import bottom_axis, left_axis, scale
from evalharness.render.plots.layout import BELOW, LEFT, RIGHT, TOP, WIDTH, above, heading, square
from evalharness.render.plots.svg import Plot, label, line, mark, path

_HEIGHT = 360


def months_plot(frame: Frame) -> Plot | None:
    """Return the picture, None while there is no ROI to draw."""
    say, money = frame.say, frame.upgrade.money
    rows = [row for row in money.path if row.roi is not None] if money else []
    if money is None or len(rows) < 2:
        return None
    bottom, threshold = _HEIGHT - BELOW, frame.threshold
    rois = [row.roi for row in rows if row.roi is not None]
    x = scale([0.0, float(money.months)], LEFT, WIDTH - RIGHT - 20, most_ticks=12)
    y = scale([0.0, threshold, *rois], bottom, TOP)
    title = say("plot.months_title")
    body = [
        heading(title, say("plot.months_subtitle")),
        bottom_axis(x, bottom, bottom, lambda tick: say.number(tick, "count"), say("plot.months_x")),
        left_axis(y, LEFT, WIDTH - RIGHT, lambda tick: say.number(tick, "roi")),
        line(LEFT, y(0.0), WIDTH - RIGHT, y(0.0), "zero"),
        line(LEFT, y(threshold), WIDTH - RIGHT, y(threshold), "limit"),
        label(LEFT + 8, above(y(threshold)), say("plot.months_limit", limit=threshold), kind="soft"),
    ]
    for row in _changes(money):
        at = x(row.month - 1)
        body.append(line(at, TOP + 26, at, bottom, "event"))
        body.append(label(at + 6, bottom - 8, say("plot.months_change", on=row.starts), kind="soft"))
    places = [(x(float(row.month)), y(row.roi)) for row in rows if row.roi is not None]
    body.append(path(places, "line-b"))
    body += [
        mark(_tip(frame, row), square(*place, "fill-b", 4.5)) for row, place in zip(rows, places, strict=True)
    ]
    text = say(
        "plot.months_text", first=rows[0].roi, last=rows[-1].roi, months=money.months, limit=threshold
    )  # fmt: skip
    return Plot(
        name="months", title=title, description=text, width=WIDTH, height=_HEIGHT, body="".join(body)
    )  # fmt: skip


def _changes(money: Money) -> list[MonthRow]:
    """Return the months that begin with another cost than the one before."""
    return [now for before, now in zip(money.path, money.path[1:], strict=False) if now.cost != before.cost]


def _tip(frame: Frame, row: MonthRow) -> str:
    return frame.say(
        "plot.months_tip", month=row.month, roi=row.roi, cost=row.cost, benefit=row.benefit,
        cumulative=row.cumulative,
    )  # fmt: skip
