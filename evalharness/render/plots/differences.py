"""The paired differences, one mark a case: what the mean and its interval stand on."""

from __future__ import annotations

from evalharness.core.visible import clean
from evalharness.render.frame import Frame
from evalharness.render.paired import PairedScores, paired_scores
from evalharness.render.plots.axis import Scale, bottom_axis, left_axis, scale
from evalharness.render.plots.layout import BELOW, LEFT, RIGHT, TOP, WIDTH, above, dot, heading
from evalharness.render.plots.svg import Plot, label, line, mark, path, rect

_HEIGHT = 400
_MOST_MARKS = 400
"""Cases that each get a mark of their own; more of them are one line, since marks would only overlap."""
_RADIUS = 3.5


def differences(frame: Frame) -> Plot | None:
    """Return the picture, None with fewer than two cases that both arms were scored on."""
    say, upgrade = frame.say, frame.upgrade
    cases = sorted(paired_scores(frame), key=lambda case: (round(case.difference, 9), case.case_id))
    if len(cases) < 2:
        return None
    mean, severe = upgrade.quality, -frame.decision.thresholds.severe_loss
    bottom = _HEIGHT - BELOW
    ends = [cases[0].difference, cases[-1].difference, 0.0, mean.value]
    y = scale(ends, bottom, TOP)
    x = scale([1.0, float(len(cases))], LEFT + 8, WIDTH - RIGHT)
    title = say("plot.differences_title")
    body = [
        heading(title, say("plot.differences_subtitle")),
        bottom_axis(x, bottom, bottom, lambda tick: say.number(tick, "count"), say("plot.differences_x")),
        left_axis(y, LEFT, WIDTH - RIGHT, lambda tick: say.numerals.fixed(tick, 1, signed=True)),
    ]
    if mean.low is not None and mean.high is not None:
        body.append(rect(LEFT, y(mean.high), WIDTH - RIGHT - LEFT, y(mean.low) - y(mean.high), "band"))
    body.append(line(LEFT, y(0.0), WIDTH - RIGHT, y(0.0), "zero"))
    said = say("plot.differences_mean", mean=say.estimate(mean, "points"))
    body.append(line(LEFT, y(mean.value), WIDTH - RIGHT, y(mean.value), "mean"))
    body.append(label(LEFT + 12, above(y(mean.value)), said, kind="strong"))
    if severe >= y.low:
        body.append(line(LEFT, y(severe), WIDTH - RIGHT, y(severe), "limit"))
        body.append(label(WIDTH - RIGHT, above(y(severe)), say("plot.severe"), kind="soft", anchor="end"))
    body.append(_marks(frame, cases, x, y))
    worse = sum(case.difference < 0 for case in cases)
    equal = sum(case.difference == 0 for case in cases)
    text = say("plot.differences_text", n=len(cases), worse=worse, equal=equal,
               better=len(cases) - worse - equal, mean=say.estimate(mean, "points"))  # fmt: skip
    return Plot(
        name="differences", title=title, description=text, width=WIDTH, height=_HEIGHT, body="".join(body)
    )  # fmt: skip


def _marks(frame: Frame, cases: list[PairedScores], x: Scale, y: Scale) -> str:
    places = [(x(float(k)), y(case.difference)) for k, case in enumerate(cases, start=1)]
    if len(cases) > _MOST_MARKS:
        return path(places, "line-b")
    return "".join(
        mark(_tip(frame, case), dot(*place, f"fill-{_kind(case)}", _RADIUS), case=clean(case.case_id))
        for case, place in zip(cases, places, strict=True)
    )


def _kind(case: PairedScores) -> str:
    if case.difference == 0:
        return "soft"
    return "a" if case.difference < 0 else "b"


def _tip(frame: Frame, case: PairedScores) -> str:
    return frame.say(
        "plot.differences_tip",
        id=clean(case.case_id, limit=40),
        first=case.control,
        second=case.treatment,
        difference=case.difference,
    )
