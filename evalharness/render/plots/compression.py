"""Compression on each model: context tokens saved against quality lost, and where it would pass."""

from __future__ import annotations

from evalharness.core.decision import Estimate, SenaModel
from evalharness.render.frame import Frame
from evalharness.render.plots.axis import Scale, bottom_axis, left_axis, scale, spread
from evalharness.render.plots.layout import BELOW, LEFT, RIGHT, TOP, WIDTH, dot, heading, square
from evalharness.render.plots.svg import Plot, label, line, mark, path, rect

_HEIGHT = 360
_ROW = 18
_PAD = 0.02


def compression_plot(frame: Frame) -> Plot | None:
    """Return the picture, None without compression measured on any model."""
    say, sena = frame.say, frame.decision.sena
    models = [row for row in sena.models if row.relative_loss and row.net_reduction] if sena else []
    if not models:
        return None
    limits, bottom = frame.decision.thresholds, _HEIGHT - BELOW
    losses = [v for row in models if row.relative_loss for v in _ends(row.relative_loss)]
    saved = [v for row in models if row.net_reduction for v in _ends(row.net_reduction)]
    x = scale([0.0, limits.context_token_reduction + _PAD, *saved], LEFT, WIDTH - RIGHT - 70)
    y = scale([0.0, limits.quality_loss + _PAD, *losses], TOP, bottom)
    title = say("plot.sena_title")
    body = [
        heading(title, say("plot.sena_subtitle", level=frame.level)),
        _passing(frame, x, y),
        bottom_axis(x, bottom, TOP, lambda tick: say.number(tick, "share"), say("plot.sena_x")),
        left_axis(y, LEFT, x.end, lambda tick: say.number(tick, "share")),
        line(LEFT, y(0.0), x.end, y(0.0), "zero"),
        dot(x(0.0), y(0.0), "fill-soft", 4),
        label(x(0.0) + 10, y(0.0) - 8, say("plot.sena_raw"), kind="soft"),
    ]
    wanted = [y(row.relative_loss.value) for row in models if row.relative_loss]
    places = spread(wanted, _ROW, TOP + 4, bottom - 4)
    for row, place in zip(models, places, strict=True):
        body.append(_model(frame, row, x, y, place))
    text = say(
        "plot.sena_text",
        list=say.listed([_tip(frame, row) for row in models]),
    )
    return Plot(
        name="sena", title=title, description=text, width=WIDTH, height=_HEIGHT, body="".join(body)
    )  # fmt: skip


def _ends(estimate: Estimate) -> list[float]:
    return [v for v in (estimate.value, estimate.low, estimate.high) if v is not None]


def _passing(frame: Frame, x: Scale, y: Scale) -> str:
    limits = frame.decision.thresholds
    left, low = x(limits.context_token_reduction), y(limits.quality_loss)
    return (
        rect(left, TOP, x.end - left, low - TOP, "pass")
        + line(left, TOP, left, y.end, "limit")
        + line(x.start, low, x.end, low, "limit")
        + label(x.end - 8, TOP + 18, frame.say("plot.sena_pass"), kind="soft", anchor="end")
    )


def _model(frame: Frame, row: SenaModel, x: Scale, y: Scale, place: float) -> str:
    loss, saved = row.relative_loss, row.net_reduction
    if loss is None or saved is None:
        return ""
    kind = "a" if row.model == frame.control_model else "b"
    at = (x(saved.value), y(loss.value))
    shapes = [path([(x(0.0), y(0.0)), at], f"way-{kind}")]
    if loss.low is not None and loss.high is not None:
        shapes.append(line(at[0], y(loss.low), at[0], y(loss.high), f"line-{kind}"))
    if saved.low is not None and saved.high is not None:
        shapes.append(line(x(saved.low), at[1], x(saved.high), at[1], f"line-{kind}"))
    shapes.append((dot if kind == "a" else square)(*at, f"fill-{kind}"))
    shapes.append(line(at[0] + 8, at[1], x.end + 8, place, "leader"))
    shapes.append(label(x.end + 12, place + 4, frame.model(row.model), room=74))
    return mark(_tip(frame, row), *shapes)


def _tip(frame: Frame, row: SenaModel) -> str:
    say = frame.say
    return say(
        "plot.sena_tip",
        model=frame.model(row.model),
        saved=say.estimate(row.net_reduction, "share"),
        loss=say.estimate(row.relative_loss, "share"),
    )
