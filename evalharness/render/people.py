"""People's labels: what they say of the score, and what they change."""

from __future__ import annotations

from evalharness.core.decision import Agreement, LabelAudit
from evalharness.core.visible import clean
from evalharness.render.frame import Frame

_NAME_LENGTH = 40
_MOST_RATER_PAIRS = 3


def label_lines(frame: Frame) -> tuple[str, ...]:
    """Return two sentences about people's grades, none without them."""
    audit = frame.decision.labels
    return () if audit is None else (_difference(frame, audit), _bias(frame, audit))


def _difference(frame: Frame, audit: LabelAudit) -> str:
    say, count = frame.say, len(audit.raters)
    return say(
        "labels.line",
        pairs=audit.pairs,
        raters=say("labels.rater") if count == 1 else say("labels.raters", n=count),
        frame=audit.frame,
        treatment=clean(audit.treatment_arm, limit=_NAME_LENGTH),
        control=clean(audit.control_arm, limit=_NAME_LENGTH),
        people=say.estimate(audit.people, "points"),
        judged=say.estimate(audit.judged, "points"),
        corrected=say.estimate(audit.corrected, "points"),
        trust=audit.trust,
    )


def _bias(frame: Frame, audit: LabelAudit) -> str:
    say = frame.say
    arms = [
        say("labels.arm", arm=clean(arm.arm, limit=_NAME_LENGTH), bias=say.estimate(arm.bias, "points"))
        for arm in audit.arms
    ]
    items = [_between(frame, row) for row in audit.between]
    between = say("labels.between", list=say.listed(items, most=_MOST_RATER_PAIRS)) if items else ""
    return say("labels.bias", arms=say.listed(arms), kappa=_kappa(frame, audit.scorer), between=between)


def _kappa(frame: Frame, row: Agreement) -> str:
    if row.kappa is None:
        return frame.say("labels.kappa_none")
    return frame.say("labels.kappa", value=row.kappa, low=row.low, high=row.high, n=row.n)


def _between(frame: Frame, row: Agreement) -> str:
    first, second = (clean(name, limit=_NAME_LENGTH) for name in (row.first, row.second))
    return frame.say("labels.between_item", first=first, second=second, value=row.kappa, n=row.n)
