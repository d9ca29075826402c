"""A regression to plant: Sena drops one fact in twenty cases. `gate_study.py` and the tests plant it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from evalharness.app.project import Project
from evalharness.core.case import Case, Context, KeyFact, Turn
from evalharness.core.gate import Snapshot
from evalharness.core.plan import Plan
from evalharness.core.ports import Compressor
from evalharness.core.sena import Budget, Compressed
from evalharness.core.text import find_any, find_form
from evalharness.gateway.sena import COMPRESSORS
from evalharness.gateway.sena.sentences import split_text

PLANTED_CASES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetful:
    """Sena that drops one fact in some cases, known by their messages."""

    inner: Compressor
    drops: Mapping[str, KeyFact]
    name: str = "forgetful"
    version: str = "1"

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Compress, then leave out every sentence that carries the fact."""
        done = self.inner.compress(context, message=message, budget=budget)
        fact = self.drops.get(message)
        return done if fact is None else replace(done, context=_without(done.context, fact))


def _without(context: Context, fact: KeyFact) -> Context:
    notes = (_left(note, fact) for note in context.notes)
    turns = (Turn(role=turn.role, text=_left(turn.text, fact)) for turn in context.turns)
    return Context(
        profile=_left(context.profile, fact),
        notes=tuple(note for note in notes if note.strip()),
        turns=tuple(turn for turn in turns if turn.text.strip()),
    )


def _left(text: str, fact: KeyFact) -> str:
    return "".join(sentence for sentence, _ in split_text(text) if not _carries(sentence, fact))


def _carries(sentence: str, fact: KeyFact) -> bool:
    parts = [part for form in fact.forms if isinstance(form, tuple) for part in form]
    return find_any(fact.forms, sentence) or sum(find_form(part, sentence) for part in parts) > 1


def plant(project: Project, *, seed: int, found: Callable[[Case, KeyFact], bool]) -> dict[str, KeyFact]:
    """Choose one fact in each of twenty cases that Sena keeps today and an answer uses; by message.

    Args:
        project: The experiment.
        seed: Of the choice.
        found: Whether the blessed answers use a fact.
    """
    choice = random.Random(seed)  # noqa: S311 - a choice of cases, not a secret
    order = list(project.dataset.cases)
    choice.shuffle(order)
    inner, drops = COMPRESSORS[project.experiment.sena.method](), {}
    for case in order:
        kept = inner.compress(case.context, message=case.message, budget=project.experiment.sena.budget)
        text = _text(kept.context)
        facts = [
            fact for fact in case.key_facts
            if find_any(fact.forms, text) and found(case, fact)
            and not find_any(fact.forms, _text(_without(kept.context, fact)))
        ]  # fmt: skip
        if facts and len(drops) < PLANTED_CASES:
            drops[case.message] = choice.choice(facts)
    return drops


def _text(context: Context) -> str:
    return "\n".join([context.profile, *context.notes, *(turn.text for turn in context.turns)])


def planted_project(project: Project, drops: Mapping[str, KeyFact]) -> Project:
    """Return the experiment with a Sena that forgets these facts, its plan already made."""
    method = project.experiment.sena.method
    forgetful = Forgetful(inner=COMPRESSORS[method](), drops=drops)
    planted = Project(project.file)
    table = dict(COMPRESSORS)
    try:
        COMPRESSORS[method] = lambda *_: forgetful  # type: ignore[index] # put back below
        _: Plan = planted.plan
    finally:
        COMPRESSORS[method] = table[method]  # type: ignore[index]
    return planted


def uses(snapshot: Snapshot) -> Callable[[Case, KeyFact], bool]:
    """Return whether both Sena arms of a baseline use a fact."""
    cells = [cell for cell in snapshot.cells if cell.arm.endswith("-sena")]
    found = {(cell.case, cell.arm): cell.found_facts for cell in cells}
    arms = {cell.arm for cell in cells}

    def used(case: Case, fact: KeyFact) -> bool:
        return all(fact.id in found.get((case.id, arm), ()) for arm in arms)

    return used
