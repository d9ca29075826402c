"""Section 2: every condition of both verdicts, with value, limit, margin and whether it is met."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from evalharness.core.decision import Condition, ConditionKind, ConditionName
from evalharness.render import numbers
from evalharness.render.escape import LIMIT, bold, clean
from evalharness.render.frame import Frame
from evalharness.render.views import ConditionsView, Table

_LOW_IS_GOOD: Final = frozenset({ConditionName.LATENCY, ConditionName.ERRORS, ConditionName.RATES_FRESH})
_MEASURED: Final = frozenset({ConditionName.LATENCY, ConditionName.ERRORS, ConditionName.SATISFACTION})
_MOST_DETAIL = 2
_MOST_UNMET = 2
_COLUMNS = ("verdict", "condition", "value", "limit", "margin", "met")


def conditions_view(frame: Frame) -> ConditionsView:
    """Lay out the conditions: what fits to be judged first, then the upgrade's rows, then Sena's.

    Evidence rows that are met stand together in one row; an unmet one stands alone with its reason.
    """
    say = frame.say
    upgrade = frame.upgrade.verdict.conditions
    sena = frame.decision.sena.verdict.conditions if frame.decision.sena else ()
    # A fact that holds needs no row of its own, whatever kind it is.
    kind = ConditionKind.EVIDENCE
    folded = [row for row in upgrade if row.kind is not kind and row.unit == "none" and row.met]
    evidence = _evidence(upgrade, sena) + [("upgrade", row) for row in folded]
    rows = [_met_evidence(frame, evidence)] if any(row.met for _, row in evidence) else []
    rows += _unmet_evidence(frame, [pair for pair in evidence if not pair[1].met])
    rows += [_row(frame, "upgrade", row) for row in upgrade if row.kind is not kind and row not in folded]
    rows += _sena_rows(frame, [row for row in sena if row.kind is not kind])
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


def _evidence(upgrade: tuple[Condition, ...], sena: tuple[Condition, ...]) -> list[tuple[str, Condition]]:
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


def _unmet_evidence(frame: Frame, unmet: list[tuple[str, Condition]]) -> list[tuple[str, ...]]:
    say = frame.say
    rows = [_row(frame, whose, row) for whose, row in unmet[:_MOST_UNMET]]
    rest = [row for _, row in unmet[_MOST_UNMET:]]
    if rest:
        label = say("conditions.evidence_more", list=say.listed([_label(frame, row) for row in rest]))
        na, limit = say("word.na"), say("conditions.fact_limit")
        unmet_word = bold(say("word.unmet"))
        rows.append((say("conditions.both"), label, say("conditions.fact_unmet"), limit, na, unmet_word))
    return rows


def _sena_rows(frame: Frame, rows: list[Condition]) -> list[tuple[str, ...]]:
    """Return one row for each condition, the models beside each other: both must hold."""
    names = dict.fromkeys(row.name for row in rows)
    groups = [[row for row in rows if row.name is name] for name in names]
    return [_sena_row(frame, group) for group in groups]


def _sena_row(frame: Frame, group: list[Condition]) -> tuple[str, ...]:
    say, first = frame.say, group[0]
    labels = [_label(frame, replace(row, subject="")) for row in group]
    limits = [_limit(frame, row) for row in group]
    unmet = [row for row in group if not row.met]
    met = say("word.met")
    if unmet:
        some = len(unmet) < len(group) and any(row.subject for row in unmet)
        names = say.listed([frame.model(row.subject) for row in unmet], by="comma")
        met = bold(say("word.unmet_for", names=names) if some else say("word.unmet"))
    return (
        say("conditions.sena"),
        say.listed(list(dict.fromkeys(labels))),
        _beside(frame, group, [_value(frame, row) for row in group]),
        say.listed(list(dict.fromkeys(limits))),
        _beside(frame, group, [_margin(frame, row) for row in group])
        if first.unit != "none"
        else say("word.na"),
        met,
    )


def _beside(frame: Frame, group: list[Condition], texts: list[str]) -> str:
    pairs = zip(group, texts, strict=True)
    return frame.say.listed([
        frame.say("conditions.of_model", model=frame.model(row.subject), value=text) if row.subject else text
        for row, text in pairs
    ])  # fmt: skip


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
        _margin(frame, row),
        _met(frame, row),
    )


def _margin(frame: Frame, row: Condition) -> str:
    text = frame.say.number(row.margin, "pp" if row.unit == "share" else row.unit)
    unsigned = row.margin is not None and row.margin > 0 and not text.startswith("+")
    return f"+{text}" if unsigned else text


def _label(frame: Frame, row: Condition) -> str:
    say = frame.say
    label = say.name("condition", row.name.value)
    if row.subject and row.name is not ConditionName.LIFECYCLE:
        label = say("conditions.subject", label=label, subject=_subject(frame, row))
    if say.has(f"kind.{row.name.value}"):
        label = say("conditions.tagged", label=label, kind=say(f"kind.{row.name.value}"))
    if row.detail:
        label = say("conditions.detail", label=label, detail=say.reasons(row.detail[:_MOST_DETAIL]))
    return label


def _subject(frame: Frame, row: Condition) -> str:
    if row.name is ConditionName.ASSUMPTIONS_KNOWN:
        return frame.field(row.subject)
    return frame.model(row.subject)


def _value(frame: Frame, row: Condition) -> str:
    say = frame.say
    if row.unit == "none" and row.met is None:
        return say("word.unknown")
    if row.unit == "none":
        return say(f"conditions.fact_{'met' if row.met else 'unmet'}")
    if row.value is None:
        return say("word.not_measured" if row.name in _MEASURED else "word.not_estimable")
    if row.unit == "share" and row.limit is not None:
        return numbers.share_apart(row.value, row.limit)
    return say.number(row.value, row.unit)


def _limit(frame: Frame, row: Condition) -> str:
    say = frame.say
    if row.limit is None:
        return say("conditions.fact_limit" if row.unit == "none" else "word.no_limit")
    value = say.number(row.limit, row.unit)
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
