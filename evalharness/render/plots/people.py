"""The score that decides against people's grades of the same answers."""

from __future__ import annotations

from collections import Counter

from evalharness.core.decision import LabelAudit
from evalharness.core.labels import GRADES
from evalharness.core.visible import clean
from evalharness.render.frame import Frame
from evalharness.render.plots.axis import Scale, bottom_axis, left_axis, scale
from evalharness.render.plots.layout import BELOW, LEFT, TOP, WIDTH, dot, heading, square
from evalharness.render.plots.svg import Plot, label, line, mark

_SIZE = 256
_HEIGHT = TOP + _SIZE + BELOW
_RADIUS, _MOST_RADIUS = 4.0, 14.0
_NOTES = LEFT + _SIZE + 28

_Place = tuple[float, float, bool]
"""(points by the score, points by people, whether it is the treatment's answer)."""


def people_plot(frame: Frame) -> Plot | None:
    """Return the picture, None where nobody graded answers."""
    audit = frame.decision.labels
    places = Counter(_places(frame, audit)) if audit is not None else Counter()
    if audit is None or not places:
        return None
    say, evidence = frame.say, frame.decision.evidence
    bottom = TOP + _SIZE
    ends = [evidence.scale_low, evidence.scale_high]
    x, y = scale(ends, LEFT, LEFT + _SIZE), scale(ends, bottom, TOP)
    title = say("plot.people_title")
    body = [
        heading(title, say("plot.people_subtitle")),
        bottom_axis(
            x, bottom, TOP, lambda t: say.numerals.fixed(t, 0), say("plot.people_x", scorer=_scorer(frame))
        ),
        left_axis(y, LEFT, LEFT + _SIZE, lambda t: say.numerals.fixed(t, 0)),
        line(x(x.low), y(x.low), x(x.high), y(x.high), "limit"),
    ]
    # Large marks first: a small one on the same spot stays in view.
    ordered = sorted(places.items(), key=lambda item: (-item[1], item[0]))
    body += [_mark(frame, place, count, x, y) for place, count in ordered]
    notes = _notes(frame, audit)
    body += [label(_NOTES, TOP + 24 + 22 * k, note, room=WIDTH - _NOTES - 8) for k, note in enumerate(notes)]
    text = say("plot.people_text", n=sum(places.values()), notes=say.listed(notes))
    return Plot(
        name="people", title=title, description=text, width=WIDTH, height=_HEIGHT, body="".join(body)
    )  # fmt: skip


def _places(frame: Frame, audit: LabelAudit) -> list[_Place]:
    quality = {(o.case_id, o.arm, o.repeat): o.quality for o in frame.material.outcomes}
    evidence, (low, high) = frame.decision.evidence, GRADES
    width = evidence.scale_high - evidence.scale_low
    found: list[_Place] = []
    for pair in frame.material.labels:
        if (pair.treatment, pair.control) != (audit.treatment_arm, audit.control_arm):
            continue
        for arm, grades in (
            (pair.treatment, [grade.treatment for grade in pair.grades]),
            (pair.control, [grade.control for grade in pair.grades]),
        ):
            score = quality.get((pair.case_id, arm, pair.repeat))
            if score is None:
                continue
            said = evidence.scale_low + width * (sum(grades) / len(grades) - low) / (high - low)
            found.append((round(score, 6), round(said, 6), arm == pair.treatment))
    return found


def _scorer(frame: Frame) -> str:
    return clean(frame.decision.evidence.scorer, limit=40)


def _mark(frame: Frame, place: _Place, count: int, x: Scale, y: Scale) -> str:
    score, said, is_treatment = place
    radius = min(_RADIUS * count**0.5, _MOST_RADIUS)
    shape = square if is_treatment else dot
    name = frame.treatment if is_treatment else frame.control
    tip = frame.say("plot.people_tip", model=name, score=score, said=said, n=count)
    return mark(tip, shape(x(score), y(said), "fill-b" if is_treatment else "fill-a", radius))


def _notes(frame: Frame, audit: LabelAudit) -> list[str]:
    say = frame.say
    names = {audit.treatment_arm: frame.treatment, audit.control_arm: frame.control}
    biases = [say("plot.people_bias", model=names[row.arm], bias=row.bias.value) for row in audit.arms]
    kappa = audit.scorer.kappa
    return [
        *biases,
        say("plot.people_kappa", kappa=kappa, n=audit.scorer.n),
        say("plot.people_pairs", n=audit.pairs, raters=len(audit.raters)),
    ]
