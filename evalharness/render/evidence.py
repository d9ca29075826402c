"""Section 8: what the numbers stand on, and what was not measured."""

from __future__ import annotations

from evalharness.core.decision import ArmSummary, RateRow
from evalharness.render import numbers
from evalharness.render.conditions import unmeasured
from evalharness.render.escape import clean
from evalharness.render.frame import Frame
from evalharness.render.verdict import KEY_MARKS, marks

_NAME_LENGTH = 40


def evidence_lines(frame: Frame) -> tuple[str, ...]:
    """Return one sentence or two for each thing that a reviewer asks about."""
    lines = (
        _origin(frame), _complete(frame), _agreements(frame), _prices(frame), _design(frame),
        _unmeasured(frame), _marks(frame),
    )  # fmt: skip
    return tuple(line for line in lines if line)


def deliveries(frame: Frame) -> str:
    """Say how the answers were reached."""
    names = [frame.say.name("delivery", way.value) for way in frame.decision.evidence.deliveries]
    return frame.say("word.and").join(names) or frame.say("word.unknown")


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
    why = frame.say.listed([clean(cause, limit=_NAME_LENGTH) for cause, _ in arm.causes], most=3, by="comma")
    name = clean(arm.name, limit=_NAME_LENGTH)
    return frame.say("evidence.cause", arm=name, n=arm.failed + arm.unscored, why=why)


def _agreements(frame: Frame) -> str:
    say = frame.say
    items = [
        say("evidence.agreement", name=say.name("agreement", name), share=share, n=n)
        for name, share, n in frame.decision.evidence.agreements
    ]
    return say("evidence.agreements", list=say.listed(items)) if items else ""


def _prices(frame: Frame) -> str:
    say, rates = frame.say, frame.decision.rates
    if not rates:
        return say("evidence.no_prices")
    card = clean(frame.decision.rate_card, limit=_NAME_LENGTH)
    return say("evidence.prices", card=card, list=say.listed([_price(frame, row) for row in rates], most=6))


def _price(frame: Frame, row: RateRow) -> str:
    say = frame.say
    key = "price_open" if row.valid_to is None else "price_closed"
    return say(
        "evidence.price",
        model=clean(row.model, limit=_NAME_LENGTH),
        input=numbers.money(row.input),
        output=numbers.money(row.output),
        period=say(f"evidence.{key}", start=row.valid_from, end=row.valid_to),
        as_of=row.as_of,
        source=clean(row.source, limit=80),
    )


def _design(frame: Frame) -> str:
    say, evidence, bca = frame.say, frame.decision.evidence, frame.upgrade.bca
    looks = say("evidence.looks_one") if evidence.looks == 1 else say("evidence.looks", n=evidence.looks)
    said = {"design": evidence.design, "mix": evidence.mix, "looks": looks}
    if bca is None:
        return say("evidence.design_bare", **said)
    return say("evidence.design", **said, bca=say.estimate(bca, "per_thousand"))


def _unmeasured(frame: Frame) -> str:
    say, evidence = frame.say, frame.decision.evidence
    missing = [
        (evidence.judge, "judge"),
        (evidence.human_labels, "labels"),
        (evidence.mix == "traffic", "traffic"),
    ]
    items = unmeasured(frame) + [say(f"evidence.{name}") for known, name in missing if not known]
    return say("evidence.unmeasured", list=say.listed(items)) if items else say("evidence.unmeasured_none")


def _marks(frame: Frame) -> str:
    others = [mark for mark in marks(frame) if mark.code not in KEY_MARKS]
    return frame.say("evidence.marks", text=frame.say.reasons(others)) if others else ""
