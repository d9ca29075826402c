"""Scorers beside the primary one, in one sentence."""

from __future__ import annotations

from evalharness.core.decision import Measure
from evalharness.core.visible import clean
from evalharness.render.frame import Frame

_NAME_LENGTH = 40


def measure_lines(frame: Frame) -> tuple[str, ...]:
    """Return the means of the upgrade's two arms by every other scorer, none without any."""
    say, upgrade = frame.say, frame.upgrade
    items = [_item(frame, measure) for measure in frame.decision.measures]
    shown = [item for item in items if item]
    if not shown:
        return ()
    control, treatment = (
        clean(arm, limit=_NAME_LENGTH) for arm in (upgrade.control_arm, upgrade.treatment_arm)
    )
    return (say("measures.line", control=control, treatment=treatment, list=say.listed(shown)),)


def _item(frame: Frame, measure: Measure) -> str:
    say, means = frame.say, {row.arm: row.mean for row in measure.arms}
    arms = (frame.upgrade.control_arm, frame.upgrade.treatment_arm)
    if not all(arm in means for arm in arms):
        return ""
    correlation = say("measures.correlation_none")
    if measure.correlation is not None:
        correlation = say("measures.correlation", value=measure.correlation)
    name = clean(measure.scorer.partition("/")[0].replace("_", " "), limit=_NAME_LENGTH)
    return say(
        "measures.item", name=name, control=means[arms[0]], treatment=means[arms[1]], correlation=correlation
    )
