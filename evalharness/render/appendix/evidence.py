"""Appendix A: whether the evidence may be judged, and how its errors were reckoned."""

from __future__ import annotations

from evalharness.core.decision import ArmSummary
from evalharness.core.visible import clean
from evalharness.render.advice import power_line
from evalharness.render.blocks import Block, Bullets
from evalharness.render.conditions import evidence_items
from evalharness.render.frame import Frame
from evalharness.render.measures import measure_lines
from evalharness.render.report import deliveries
from evalharness.render.verdict import marks, why

_NAME_LENGTH = 40


def evidence_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out the checks one by one, then what a reviewer asks about."""
    lines = (
        _origin(frame), _complete(frame), why(frame), power_line(frame), _design(frame), _agreements(frame),
        *measure_lines(frame), frame.say.reasons(marks(frame)),
    )  # fmt: skip
    return (Bullets(evidence_items(frame)), Bullets(tuple(line for line in lines if line)))


def _origin(frame: Frame) -> str:
    origin = frame.decision.evidence.origin.value
    return frame.say(f"evidence.origin_{origin}", deliveries=deliveries(frame))


def _complete(frame: Frame) -> str:
    say, evidence = frame.say, frame.decision.evidence
    return say(
        "evidence.complete",
        complete=evidence.complete,
        planned=evidence.quadruples,
        share=evidence.complete_share,
        rule=evidence.dropped_cells.value,
        causes=_causes(frame),
    )


def _causes(frame: Frame) -> str:
    say = frame.say
    arms = [arm for arm in frame.decision.arms if arm.failed or arm.unscored]
    if not arms:
        return say("evidence.causes_none")
    return say("evidence.causes", list=say.listed([_cause(frame, arm) for arm in arms]))


def _cause(frame: Frame, arm: ArmSummary) -> str:
    why_failed = frame.say.listed(
        [clean(cause, limit=_NAME_LENGTH) for cause, _ in arm.causes], most=3, by="comma"
    )
    name = clean(arm.name, limit=_NAME_LENGTH)
    return frame.say("evidence.cause", arm=name, n=arm.failed + arm.unscored, why=why_failed)


def _agreements(frame: Frame) -> str:
    say = frame.say
    items = [
        say("evidence.agreement", name=say.name("agreement", name), share=share, n=n)
        for name, share, n in frame.decision.evidence.agreements
    ]
    return say("evidence.agreements", list=say.listed(items)) if items else ""


def _design(frame: Frame) -> str:
    say, evidence, bca = frame.say, frame.decision.evidence, frame.upgrade.bca
    looks = say("evidence.looks_one") if evidence.looks == 1 else say("evidence.looks", n=evidence.looks)
    said = {"design": evidence.design, "mix": evidence.mix, "looks": looks}
    if bca is None:
        return say("evidence.design_bare", **said)
    return say("evidence.design", **said, bca=say.estimate(bca, "per_thousand"))
