"""What each cell was asked and answered, in digests and key facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evalharness.core.case import Case
from evalharness.core.plan import PlannedCell
from evalharness.core.score import Completed, Record, Score, Scored
from evalharness.core.text import find_any
from evalharness.core.wire.request import ModelRequest
from evalharness.decide.context_tokens import cell_id
from evalharness.decide.gate.identity import DIGITS, short_digest

FACTS = "key_facts"
"""The scorer whose details name the key facts that an answer uses, whichever scorer is primary."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """One case in one arm, by repeat."""

    asked: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    sent: str = ""
    """Key facts that the request of the first repeat holds; repeats differ in their draw only."""


def see(
    plan: Sequence[PlannedCell],
    records: Iterable[Record],
    scores: Iterable[Score],
    *,
    requests: Mapping[str, ModelRequest],
    cases: Mapping[str, Case],
) -> dict[tuple[str, str], Seen]:
    """Return what was seen, by arm and case.

    Args:
        plan: The run's cells.
        records: Their answers.
        scores: Those of the key-fact scorer are used.
        requests: By call key.
        cases: The dataset, by id; imported cells may name cases that are not there.
    """
    texts = {(r.arm, r.case_id, r.repeat): r.answer.text for r in records if isinstance(r, Completed)}
    found = {
        (score.arm, score.case_id, score.repeat): score.detail
        for score in scores
        if isinstance(score, Scored) and score.scorer.partition("/")[0] == FACTS
    }
    seen: dict[tuple[str, str], Seen] = defaultdict(Seen)
    for planned in sorted(plan, key=cell_id):
        cell = planned.cell
        place = (cell.arm, cell.case_id, cell.repeat)
        row = seen[cell.arm, cell.case_id]
        text = texts.get(place, "")
        row.asked.append(_short_key(planned.answer_key))
        row.texts.append(text)
        row.answers.append(short_digest(text) if text else "")
        row.found.append(" ".join(found.get(place, ())))
        if len(row.asked) == 1:
            row.sent = _sent(cases.get(cell.case_id), requests.get(planned.answer_key or ""))
    return dict(seen)


def _short_key(key: str | None) -> str:
    digest, _, draw = (key or "").partition("-")
    return f"{digest[:DIGITS]}-{draw}" if key else ""


def _sent(case: Case | None, request: ModelRequest | None) -> str:
    if case is None or request is None:
        return ""
    text = "\n".join(message.text for message in request.messages)
    return " ".join(fact.id for fact in case.key_facts if find_any(fact.forms, text))
