"""Section 9: what to do next, what this study could have seen, and when to roll back."""

from __future__ import annotations

from evalharness.core.decision import Advice, ConditionKind, NextStep, Ruling
from evalharness.render.conditions import rollback_limits
from evalharness.render.escape import LIMIT, clean
from evalharness.render.frame import Frame
from evalharness.render.verdict import advice_key, advised_field


def next_lines(frame: Frame) -> tuple[str, ...]:
    """Return the action, the study's power and the limits of a roll-out."""
    lines = (_action(frame), _power(frame), _deadline(frame), _rollback(frame))
    return tuple(line for line in lines if line)


def _action(frame: Frame) -> str:
    say, step, field = frame.say, frame.upgrade.next, advised_field(frame)
    if step.advice is Advice.RUN_MORE:
        return _run_more(frame, step)
    if step.advice is Advice.STATE_ASSUMPTION:
        return say(f"advice.{advice_key(frame)}", owner=_owner(frame), field=field)
    if step.advice is Advice.MEND_EVIDENCE:
        return say("advice.mend_evidence", conditions=_unmet_evidence(frame))
    value = say.number(step.value_of_knowing_v, "usd")
    return say(f"advice.{step.advice.value}", field=field, value=value)


def _run_more(frame: Frame, step: NextStep) -> str:
    say = frame.say
    row = next((row for row in step.evsi if row.more_prompts == step.best_more_prompts), None)
    if row is None:
        return say("advice.run_more_bare")
    cost, value = say.number(row.cost, "usd"), say.number(row.value, "usd")
    return say("advice.run_more_prompts", more=row.more_prompts, cost=cost, value=value)


def _owner(frame: Frame) -> str:
    rows = frame.decision.assumptions.rows
    field = frame.upgrade.next.field
    owner = next((row.owner for row in rows if row.name == field), "")
    return clean(owner, limit=LIMIT) or frame.say("next.its_owner")


def _unmet_evidence(frame: Frame) -> str:
    say = frame.say
    rows = frame.upgrade.verdict.conditions
    names = [
        say.name("condition", row.name.value)
        for row in rows
        if row.kind is ConditionKind.EVIDENCE and not row.met
    ]
    return say.listed(list(dict.fromkeys(names)))


def _power(frame: Frame) -> str:
    say, step = frame.say, frame.upgrade.next
    detectable = step.roi_detectable
    key = "next.power" if detectable is None else "next.power_roi"
    sentence = say(key, mde=step.mde_points, roi=detectable)
    net = frame.upgrade.net_at_threshold
    if step.cases_for_power is not None:
        more = say("next.cases", n=step.cases_for_power)
    else:
        more = say("next.cases_none") if net is not None and net.value <= 0 else ""
    return f"{sentence} {more}".rstrip()


def _deadline(frame: Frame) -> str:
    day = frame.upgrade.verdict.valid_until
    return frame.say("next.deadline", day=day) if day else ""


def _rollback(frame: Frame) -> str:
    limits = rollback_limits(frame)
    if frame.upgrade.verdict.ruling not in (Ruling.APPROVE, Ruling.APPROVE_FOR_TRIAL) or not limits:
        return ""
    return frame.say("next.rollback", list=frame.say.listed(limits))
