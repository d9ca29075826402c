"""Section 2: every condition of both verdicts, with value, limit, margin and whether it is met."""

from __future__ import annotations

from typing import Final

from evalharness.core.decision import Condition, ConditionKind, ConditionName
from evalharness.render import numbers
from evalharness.render.escape import LIMIT, bold, clean
from evalharness.render.frame import Frame
from evalharness.render.views import ConditionsView, Table

_LOW_IS_GOOD: Final = frozenset({ConditionName.LATENCY, ConditionName.ERRORS, ConditionName.RATES_FRESH})
_MEASURED: Final = frozenset({ConditionName.LATENCY, ConditionName.ERRORS, ConditionName.SATISFACTION})
_MOST_DETAIL = 2
_COLUMNS = ("verdict", "condition", "value", "limit", "margin", "met")


def conditions_view(frame: Frame) -> ConditionsView:
    """Lay out the conditions: what fits to be judged first, then the upgrade's rows, then Sena's.

    Evidence rows that are met stand together in one row; an unmet one stands alone with its reason.
    """
    say = frame.say
    upgrade = frame.upgrade.verdict.conditions
    sena = frame.decision.sena.verdict.conditions if frame.decision.sena else ()
    evidence = _evidence(upgrade, sena)
    rows = [_met_evidence(frame, evidence)] if any(row.met for _, row in evidence) else []
    rows += [_row(frame, whose, row) for whose, row in evidence if not row.met]
    rows += [_row(frame, "upgrade", row) for row in upgrade if row.kind is not ConditionKind.EVIDENCE]
    rows += [_row(frame, "sena", row) for row in sena if row.kind is not ConditionKind.EVIDENCE]
    headers = tuple(say(f"conditions.{column}") for column in _COLUMNS)
    return ConditionsView(table=Table(headers=headers, align="llrrrl", rows=tuple(rows)), note=_note(frame))


def rollback_limits(frame: Frame) -> list[str]:
    """Return the guardrails as limits that production must not cross."""
    say = frame.say
    return [
        say(
            f"next.rollback_{'above' if row.name in _LOW_IS_GOOD else 'below'}",
            label=say.name("condition", row.name.value),
            limit=say.number(row.limit, row.unit),
        )
        for row in frame.upgrade.verdict.conditions
        if row.kind is ConditionKind.GUARDRAIL and row.limit is not None
    ]


def unmeasured(frame: Frame) -> list[str]:
    """Return the guardrails for which there is no value."""
    rows = frame.upgrade.verdict.conditions
    named = [
        frame.say.name("condition", row.name.value)
        for row in rows
        if row.kind is ConditionKind.GUARDRAIL and row.value is None and row.unit != "none"
    ]
    return list(dict.fromkeys(named))


def _evidence(
    upgrade: tuple[Condition, ...], sena: tuple[Condition, ...]
) -> list[tuple[str, Condition]]:
    """Return evidence rows once each, with the verdict that they are about."""
    kind = ConditionKind.EVIDENCE
    of_sena = {(row.name, row.subject): row for row in sena if row.kind is kind}
    rows: list[tuple[str, Condition]] = []
    for row in upgrade:
        if row.kind is kind:
            shared = of_sena.pop((row.name, row.subject), None)
            rows.append(("both" if shared else "upgrade", row))
    return rows + [("sena", row) for row in of_sena.values()]


def _met_evidence(frame: Frame, evidence: list[tuple[str, Condition]]) -> tuple[str, ...]:
    say = frame.say
    met = [_short(frame, row) for _, row in evidence if row.met]
    whose = "both" if any(who == "both" for who, row in evidence if row.met) else "upgrade"
    return (
        say(f"conditions.{whose}"),
        say("conditions.evidence", list=say.listed(met)),
        say("conditions.evidence_count", n=len(met)),
        say("conditions.evidence_limit"),
        say("word.na"),
        say("word.met"),
    )


def _short(frame: Frame, row: Condition) -> str:
    return frame.say(
        f"condition_short.{row.name.value}",
        value=frame.say.number(row.value, row.unit),
        limit=frame.say.number(row.limit, row.unit),
        subject=clean(row.subject, limit=LIMIT),
    )


def _row(frame: Frame, whose: str, row: Condition) -> tuple[str, ...]:
    return (
        frame.say(f"conditions.{whose}"),
        _label(frame, row),
        _value(frame, row),
        _limit(frame, row),
        frame.say.number(row.margin, "pp" if row.unit == "share" else row.unit),
        _met(frame, row),
    )


def _label(frame: Frame, row: Condition) -> str:
    say = frame.say
    label = say.name("condition", row.name.value)
    if row.subject:
        label = say("conditions.subject", label=label, subject=clean(row.subject, limit=LIMIT))
    if row.detail:
        label = say("conditions.detail", label=label, detail=say.reasons(row.detail[:_MOST_DETAIL]))
    return label


def _value(frame: Frame, row: Condition) -> str:
    say = frame.say
    if row.unit == "none":
        return say(f"conditions.fact_{'met' if row.met else 'unmet'}")
    if row.value is None:
        return say("word.not_measured" if row.name in _MEASURED else "word.not_estimable")
    if row.unit == "share" and row.limit is not None:
        return numbers.share_apart(row.value, row.limit)
    return numbers.write(row.value, row.unit)


def _limit(frame: Frame, row: Condition) -> str:
    say = frame.say
    if row.limit is None:
        return say("conditions.fact_limit" if row.unit == "none" else "word.no_limit")
    value = numbers.write(row.limit, row.unit)
    if row.name in _LOW_IS_GOOD:
        return say("word.below" if row.strict else "word.at_most", value=value)
    return say("word.above" if row.strict else "word.at_least", value=value)


def _met(frame: Frame, row: Condition) -> str:
    if row.met is None:
        return frame.say("word.not_applicable")
    return frame.say("word.met") if row.met else bold(frame.say("word.unmet"))


def _note(frame: Frame) -> str:
    say = frame.say
    note = say("conditions.note")
    if frame.upgrade.money is None and frame.upgrade.corners:
        note = f"{note} {say('conditions.note_corner')}"
    return note
