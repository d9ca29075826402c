"""What the page's scripts read: levers, words, and the index of the cases."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from evalharness.core.decision import Condition, ConditionKind, ConditionName
from evalharness.core.levers import SCORES, Levers
from evalharness.core.visible import clean
from evalharness.render.conditions import condition_cells, upgrade_conditions
from evalharness.render.frame import Frame
from evalharness.render.page.cases import CHUNK, Explorer

_GROUPS: Final = frozenset({
    "word", "number", "unit", "unit_name", "sign", "ruling", "conditions", "kind", "input", "page",
    "persona_name", "language_name", "category_name", "severity_name", "difficulty_name",
})  # fmt: skip
_MESSAGES: Final = frozenset({"verdict.table"})
_CONDITION: Final = "condition."
_JUDGES: Final = ConditionName.JUDGES_AGREE
_NAME = 80


def page_data(frame: Frame, levers: Levers | None, explorer: Explorer) -> dict[str, Any]:
    """Return everything that scripts need but the cases themselves."""
    draws = frame.upgrade.monte_carlo
    return {
        "words": _words(frame),
        "numbers": _signs(frame),
        "defaults": frame.say.defaults,
        "levers": None if levers is None else {**asdict(levers), "scores": SCORES},
        "fixed": _fixed(frame),
        "fixed_rows": _fixed_rows(frame),
        "in_report": [row.name.value for row in upgrade_conditions(frame)],
        "rest": _at_rest(frame),
        "draws": 0 if draws is None else draws.draws,
        "would_be": not frame.is_google or frame.upgrade.verdict.would_be,
        "origin": frame.say.name("origin", frame.decision.evidence.origin.value),
        "severe": frame.decision.thresholds.severe_loss,
        "arms": [_arm(frame, arm.name) for arm in explorer.arms],
        "index": explorer.index(),
        "left_out": explorer.left_out,
        "chunk": CHUNK,
    }


def _words(frame: Frame) -> dict[str, str]:
    """Return the messages that scripts fill in; names of conditions are said here, particles and all."""
    messages = frame.say.messages
    chosen = {
        key: text
        for key, text in messages.items()
        if key in _MESSAGES or key.partition(".")[0] in _GROUPS
    }  # fmt: skip
    said = {key: frame.say(key) for key in messages if key.startswith(_CONDITION)}
    return chosen | said


def _signs(frame: Frame) -> dict[str, Any]:
    """Return how the language writes money and percentages; scripts round and group by the same rules."""
    before, _, behind = frame.numerals.currency(1, "USD", 0).partition("1")
    words = frame.say.messages
    return {"usd": [before, behind], "percent": words["number.percent"], "between": words["number.between"]}


def _unmoved(frame: Frame) -> list[Condition]:
    """Return the conditions that no lever moves: evidence that does not hold, the judges, the guardrails."""
    evidence = [
        row
        for row in frame.upgrade.verdict.conditions
        if row.kind is ConditionKind.EVIDENCE and row.met is False
    ]
    rows = upgrade_conditions(frame)
    return evidence + [row for row in rows if row.kind is ConditionKind.GUARDRAIL or row.name is _JUDGES]


def _fixed(frame: Frame) -> dict[str, list[str]]:
    rows = [row for row in _unmoved(frame) if row.met is False]
    return {
        "evidence": [row.name.value for row in rows if row.kind is ConditionKind.EVIDENCE],
        "judges": [row.name.value for row in rows if row.name is _JUDGES],
        "guardrails": [row.name.value for row in rows if row.kind is ConditionKind.GUARDRAIL],
    }


def _fixed_rows(frame: Frame) -> list[dict[str, Any]]:
    """Return their rows as the report has them; `first` ones stand before what levers move."""
    return [
        {
            "name": row.name.value,
            "first": row.kind is ConditionKind.EVIDENCE,
            "cells": condition_cells(frame, row),
            "met": row.met,
        }
        for row in _unmoved(frame)
    ]


def _at_rest(frame: Frame) -> dict[str, Any]:
    """Return what the report says itself, which holds while nothing is moved."""
    verdict, draws = frame.upgrade.verdict, frame.upgrade.monte_carlo
    found: dict[str, Any] = {
        "ruling": verdict.ruling.value,
        "binding": verdict.binding.condition.value if verdict.binding else None,
        "binding_field": verdict.binding.field if verdict.binding else None,
        "binding_also": verdict.binding.also if verdict.binding else None,
    }
    return found if draws is None else found | {"probability": draws.probability}


def _arm(frame: Frame, name: str) -> dict[str, str]:
    arm = next(arm for arm in frame.decision.arms if arm.name == name)
    return {
        "id": clean(name, limit=_NAME), "name": frame.arm_name(name),
        "kind": f"{arm.role.value} {arm.context.value}",
    }  # fmt: skip
