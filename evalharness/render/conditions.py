"""Section 2: every condition of both verdicts, with value, limit, margin and whether it is met."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from evalharness.core.decision import Condition, ConditionKind, ConditionName
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Inline, Link, Paragraph, Span, Strong, Table
from evalharness.render.escape import LIMIT
from evalharness.render.frame import Frame

_LOW_IS_GOOD: Final = frozenset({ConditionName.LATENCY, ConditionName.ERRORS, ConditionName.RATES_FRESH})
_MEASURED: Final = frozenset({ConditionName.LATENCY, ConditionName.ERRORS, ConditionName.SATISFACTION})
_MOST_DETAIL = 2
_MOST_UNMET = 2
_COLUMNS = ("verdict", "condition", "value", "limit", "margin", "met")
_EVIDENCE: Final = ConditionKind.EVIDENCE


def conditions_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out the conditions: whether the evidence may be judged, then the upgrade's rows, then Sena's."""
    met = [row for _, row in _evidence(frame) if row.met]
    said = frame.say("conditions.evidence", n=len(met), total=len(_evidence(frame)))
    return (Paragraph(((said, *frame_link(frame)),)), conditions_table(frame))


def frame_link(frame: Frame) -> tuple[Span, ...]:
    """Return the end of a sentence that sends the reader to the appendix."""
    return (" ", Link(frame.say("appendix.link"), f"appendix{frame.suffix}.md"), frame.say("word.stop"))


def conditions_table(frame: Frame) -> Table:
    """Return one row for each condition that decides, unmet evidence first."""
    say = frame.say
    rows = _unmet_evidence(frame, [pair for pair in _evidence(frame) if not pair[1].met])
    rows += [_row(frame, "upgrade", row) for row in upgrade_conditions(frame)]
    sena = frame.decision.sena.verdict.conditions if frame.decision.sena else ()
    rows += _sena_rows(frame, [row for row in sena if row.kind is not _EVIDENCE])
    headers = tuple(say(f"conditions.{column}") for column in _COLUMNS)
    return Table(headers=headers, align="llrrrl", rows=tuple(rows))


def upgrade_conditions(frame: Frame) -> list[Condition]:
    """Return the upgrade's conditions that have a row, in the order of the rows; evidence is apart."""
    # A fact that holds (all assumptions stated, say) is evidence for the appendix, not a row for a director.
    return [
        row
        for row in frame.upgrade.verdict.conditions
        if row.kind is not _EVIDENCE and not (row.unit == "none" and row.met)
    ]


def condition_cells(frame: Frame, row: Condition) -> tuple[str, str, str, str]:
    """Return a condition's name, value, limit and margin as its row says them."""
    return _label(frame, row), value_text(frame, row), limit_text(frame, row), _margin(frame, row)


def evidence_items(frame: Frame) -> tuple[str, ...]:
    """Return every check of the evidence with its outcome, then every other fact, told apart from them."""
    facts = [
        row for row in frame.upgrade.verdict.conditions if row.kind is not _EVIDENCE and row.unit == "none"
    ]
    keyed = [("evidence_item", row) for _, row in _evidence(frame)] + [("fact_item", row) for row in facts]
    return tuple(
        frame.say(f"conditions.{key}", check=_short(frame, row), met=_met(frame, row)) for key, row in keyed
    )


def unmeasured(frame: Frame) -> list[str]:
    """Return the guardrails for which there is no value."""
    rows = frame.upgrade.verdict.conditions
    named = [
        frame.say.name("condition", row.name.value)
        for row in rows
        if row.kind is ConditionKind.GUARDRAIL and row.value is None and row.unit != "none"
    ]
    return list(dict.fromkeys(named))


def value_text(frame: Frame, row: Condition) -> str:
    """Write a condition's value; what a month is stands in its name."""
    say = frame.say
    if row.unit == "none" and row.met is None:
        return say("word.unknown")
    if row.unit == "none":
        return say(f"conditions.fact_{'met' if row.met else 'unmet'}")
    if row.value is None:
        return say("word.not_measured" if row.name in _MEASURED else "word.not_estimable")
    if row.name is ConditionName.ROI_PROBABILITY:
        return frame.numerals.probability(row.value, row.limit)
    if row.unit == "share" and row.limit is not None:
        return frame.numerals.share_apart(row.value, row.limit)
    return _amount(frame, row.value, row.unit)


def limit_text(frame: Frame, row: Condition) -> str:
    """Write a condition's limit with the side on which it must be."""
    say = frame.say
    if row.limit is None:
        return say("conditions.fact_limit" if row.unit == "none" else "word.no_limit")
    sign = "max" if row.name in _LOW_IS_GOOD else "min"
    key = f"sign.{sign}_strict" if row.strict else f"sign.{sign}"
    unit = "probability" if row.name is ConditionName.ROI_PROBABILITY else row.unit
    return say(key, value=_amount(frame, row.limit, unit))


def _amount(frame: Frame, value: float, unit: str) -> str:
    return frame.say.number(value, "usd" if unit == "usd_per_month" else unit)


def _evidence(frame: Frame) -> list[tuple[str, Condition]]:
    """Return evidence rows once each, with the verdict that they are about."""
    sena = frame.decision.sena.verdict.conditions if frame.decision.sena else ()
    of_sena = {(row.name, row.subject): row for row in sena if row.kind is _EVIDENCE}
    rows: list[tuple[str, Condition]] = []
    for row in frame.upgrade.verdict.conditions:
        if row.kind is _EVIDENCE:
            shared = of_sena.pop((row.name, row.subject), None)
            rows.append(("both" if shared else "upgrade", row))
    return rows + [("sena", row) for row in of_sena.values()]


def _unmet_evidence(frame: Frame, unmet: list[tuple[str, Condition]]) -> list[tuple[Inline, ...]]:
    say = frame.say
    rows = [_row(frame, whose, row) for whose, row in unmet[:_MOST_UNMET]]
    rest = [row for _, row in unmet[_MOST_UNMET:]]
    if rest:
        label = say("conditions.evidence_more", list=say.listed([_label(frame, row) for row in rest]))
        na, limit = say("word.na"), say("conditions.fact_limit")
        whose, unmet_word = say("conditions.both"), Strong(say("word.unmet"))
        rows.append((whose, label, say("conditions.fact_unmet"), limit, na, unmet_word))
    return rows


def _sena_rows(frame: Frame, rows: list[Condition]) -> list[tuple[Inline, ...]]:
    """Return one row for each condition, the models beside each other: both must hold."""
    names = dict.fromkeys(row.name for row in rows)
    groups = [[row for row in rows if row.name is name] for name in names]
    return [_sena_row(frame, group) for group in groups]


def _sena_row(frame: Frame, group: list[Condition]) -> tuple[Inline, ...]:
    say = frame.say
    labels = [_label(frame, replace(row, subject="")) for row in group]
    limits = [limit_text(frame, row) for row in group]
    margins = _beside(frame, group, [_margin(frame, row) for row in group])
    return (
        say("conditions.sena"),
        say.listed(list(dict.fromkeys(labels))),
        _beside(frame, group, [value_text(frame, row) for row in group]),
        say.listed(list(dict.fromkeys(limits))),
        margins if group[0].unit != "none" else say("word.na"),
        _sena_met(frame, group),
    )


def _sena_met(frame: Frame, group: list[Condition]) -> Inline:
    say = frame.say
    unmet = [row for row in group if not row.met]
    if not unmet:
        return say("word.met")
    some = len(unmet) < len(group) and any(row.subject for row in unmet)
    names = say.listed([frame.model(row.subject) for row in unmet], by="comma")
    return Strong(say("word.unmet_for", names=names) if some else say("word.unmet"))


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


def _row(frame: Frame, whose: str, row: Condition) -> tuple[Inline, ...]:
    met = _met(frame, row)
    return (
        frame.say(f"conditions.{whose}"),
        *condition_cells(frame, row),
        Strong(met) if row.met is False else met,
    )


def _margin(frame: Frame, row: Condition) -> str:
    if row.margin is None:
        return frame.say("word.na")
    unit = {"share": "pp"}.get(row.unit, row.unit)
    # A probability is read in hundredths, as the verdict line says it: its margin too.
    unit = "points" if row.name is ConditionName.ROI_PROBABILITY else unit
    text = _amount(frame, row.margin, unit)
    return f"+{text}" if row.margin > 0 and not text.startswith("+") else text


def _label(frame: Frame, row: Condition) -> str:
    say = frame.say
    label = say.name("condition", row.name.value)
    if row.name is ConditionName.ASSUMPTIONS_KNOWN and row.subject:
        label = say("conditions.subject", label=label, subject=frame.field(row.subject))
    elif row.kind is _EVIDENCE and row.subject:
        label = say("conditions.subject", label=label, subject=frame.model(row.subject))
    if say.has(f"kind.{row.name.value}"):
        label = say("conditions.tagged", label=label, kind=say(f"kind.{row.name.value}"))
    if row.detail:
        label = say("conditions.detail", label=label, detail=say.reasons(row.detail[:_MOST_DETAIL]))
    return label


def _met(frame: Frame, row: Condition) -> str:
    if row.met is None:
        return frame.say("word.not_applicable")
    return frame.say("word.met") if row.met else frame.say("word.unmet")
