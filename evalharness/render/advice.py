"""Section 9: what to do next, who does it, until when, and what takes a roll-out back."""

from __future__ import annotations

import datetime as dt

from evalharness.core.decision import Advice, ConditionKind, NextStep
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Paragraph, Table
from evalharness.render.frame import Frame
from evalharness.render.verdict import advice_key, advised_field

_NAME_LENGTH = 60


def next_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out the action and the roll-back trigger."""
    say = frame.say
    table = Table(
        headers=(say("next.action"), say("next.owner"), say("next.by")),
        align="lll",
        rows=((_action(frame), _owner(frame), _by(frame)),),
    )
    return (table, Paragraph((rollback_line(frame),)))


def _action(frame: Frame) -> str:
    say, step, field = frame.say, frame.upgrade.next, advised_field(frame)
    if step.advice is Advice.RUN_MORE:
        return _run_more(frame, step)
    if step.advice is Advice.MEND_EVIDENCE:
        return say("advice.mend_evidence", conditions=_unmet_evidence(frame))
    value = say.number(step.value_of_knowing_v, "usd")
    return say(f"advice.{advice_key(frame)}", field=field, value=value)


def _run_more(frame: Frame, step: NextStep) -> str:
    say = frame.say
    row = next((row for row in step.evsi if row.more_prompts == step.best_more_prompts), None)
    if row is None:
        return say("advice.run_more_bare")
    cost, value = say.number(row.cost, "usd"), say.number(row.value, "usd")
    return say("advice.run_more_prompts", more=row.more_prompts, cost=cost, value=value)


def _owner(frame: Frame) -> str:
    """Return who acts: the owner of the assumption, or who the experiment names."""
    rows = frame.decision.assumptions.rows
    field = frame.upgrade.next.field
    named = next((row.owner for row in rows if row.name == field), "") or frame.material.settings.owner
    return clean(named, limit=_NAME_LENGTH) or frame.say("next.no_owner")


def _by(frame: Frame) -> str:
    verdict = frame.upgrade.verdict
    day: dt.date | None = verdict.valid_until or verdict.prices_hold_until
    return frame.say("next.no_day") if day is None else frame.say("next.day", day=day)


def _unmet_evidence(frame: Frame) -> str:
    say = frame.say
    rows = frame.upgrade.verdict.conditions
    names = [
        say.name("condition", row.name.value)
        for row in rows
        if row.kind is ConditionKind.EVIDENCE and not row.met
    ]
    return say.listed(list(dict.fromkeys(names)))


def power_line(frame: Frame) -> str:
    """Say what this study could have seen, and how many cases would show it."""
    say, step = frame.say, frame.upgrade.next
    detectable = step.roi_detectable
    key = "next.power" if detectable is None else "next.power_roi"
    sentence = say(key, mde=step.mde_points, roi=detectable)
    return f"{sentence} {_enough(frame)}".rstrip()


def _enough(frame: Frame) -> str:
    say, net, total = frame.say, frame.upgrade.net_at_threshold, frame.upgrade.next.cases_for_power
    if total is not None:
        return say("next.cases", n=total)
    if net is None:
        return ""
    return say("next.cases_none" if net.value <= 0 else "next.cases_not_enough")


def rollback_line(frame: Frame) -> str:
    """Say how an approved change goes live and what takes it back."""
    say, rollout = frame.say, frame.decision.rollout
    stages = say.listed([say.number(share, "share") for share in rollout.stages], by="arrow")
    return say(
        "next.rollback",
        stages=stages,
        minutes=rollout.stage_minutes,
        latency=rollout.rollback_mean_latency_ms,
        errors=rollout.rollback_error_rate,
        satisfaction=rollout.rollback_satisfaction,
    )
