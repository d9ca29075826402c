"""Cost against quality of everything that could be deployed, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.decision import ArmSummary, Estimate
from evalharness.core.experiment import Role
from evalharness.render.frame import Frame
from evalharness.render.plots.axis import Scale, bottom_axis, left_axis, scale, spread, widest
from evalharness.render.plots.layout import BELOW, LEFT, TOP, WIDTH, diamond, dot, heading, square, usd_ticks
from evalharness.render.plots.svg import Plot, label, line, mark, path

_HEIGHT = 400
_ROW = 17
_SHOWN = (Role.CONTROL, Role.TREATMENT, Role.ALTERNATIVE)
_KINDS = {Role.CONTROL: "a", Role.TREATMENT: "b"}
_NAME_ROOM = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    name: str
    role: Role
    cost: Estimate
    """USD per 1,000 requests."""
    score: Estimate
    whole: bool
    """Whether it was asked all cases: a mean over some of them may be of easier ones."""


def pareto(frame: Frame) -> Plot | None:
    """Return the picture, None with fewer than two arms that have both a cost and a score."""
    say = frame.say
    points = [found for arm in frame.decision.arms if (found := _point(frame, arm)) is not None]
    if len(points) < 2:
        return None
    room = min(_NAME_ROOM, widest(point.name for point in points))
    bottom = _HEIGHT - BELOW
    x = scale(_ends([p.cost for p in points]), LEFT, WIDTH - 36 - room)
    y = scale(_ends([p.score for p in points]), bottom, TOP)
    best = _undominated([point for point in points if point.whole])
    title = say("plot.pareto_title")
    body = [
        heading(title, say("plot.pareto_subtitle", level=frame.level)),
        bottom_axis(x, bottom, TOP, usd_ticks(frame, x), say("plot.pareto_x")),
        left_axis(y, LEFT, x.end, lambda tick: say.numerals.fixed(tick, 1)),
        path([(x(p.cost.value), y(p.score.value)) for p in best], "frontier"),
    ]
    places = spread([y(p.score.value) for p in points], _ROW, TOP + 4, bottom - 4)
    for point, place in zip(points, places, strict=True):
        at = (x(point.cost.value), y(point.score.value))
        kind = _KINDS.get(point.role, "c")
        whiskers = _whiskers(at, point, x, y, kind)
        shape = {"a": dot, "b": square}.get(kind, diamond)(*at, f"fill-{kind}")
        named = line(at[0] + 8, at[1], x.end + 8, place, "leader")
        named += label(x.end + 12, place + 4, point.name, room=_NAME_ROOM)
        body.append(mark(_tip(frame, point), whiskers, named, shape))
    names = say.listed([point.name for point in best], by="comma")
    text = say("plot.pareto_text", list=say.listed([_tip(frame, p) for p in points]), best=names)
    return Plot(
        name="pareto", title=title, description=text, width=WIDTH, height=_HEIGHT, body="".join(body)
    )  # fmt: skip


def _point(frame: Frame, arm: ArmSummary) -> _Point | None:
    if arm.role not in _SHOWN or arm.quality is None or arm.cost is None:
        return None
    name = frame.arm_name(arm.name)
    widest_sample = max(found.cells for found in frame.decision.arms)
    if arm.cells < widest_sample:
        name = frame.say("plot.some_cases", name=name, n=arm.quality.n)
    return _Point(
        name=name, role=arm.role, cost=frame.thousand(arm.cost), score=arm.quality,
        whole=arm.cells == widest_sample,
    )  # fmt: skip


def _ends(estimates: list[Estimate]) -> list[float]:
    return [v for e in estimates for v in (e.value, e.low, e.high) if v is not None]


def _undominated(points: list[_Point]) -> list[_Point]:
    """Return the points that no other one beats in both cost and score, cheapest first."""
    best: list[_Point] = []
    for point in sorted(points, key=lambda p: (p.cost.value, -p.score.value)):
        if not best or point.score.value > best[-1].score.value:
            best.append(point)
    return best


def _whiskers(at: tuple[float, float], point: _Point, x: Scale, y: Scale, kind: str) -> str:
    parts = []
    if point.score.low is not None and point.score.high is not None:
        parts.append(line(at[0], y(point.score.low), at[0], y(point.score.high), f"line-{kind}"))
    if point.cost.low is not None and point.cost.high is not None:
        parts.append(line(x(point.cost.low), at[1], x(point.cost.high), at[1], f"line-{kind}"))
    return "".join(parts)


def _tip(frame: Frame, point: _Point) -> str:
    say = frame.say
    return say(
        "plot.pareto_tip",
        name=point.name,
        cost=say.estimate(point.cost, "usd"),
        score=say.estimate(point.score, "score"),
    )
