"""What the case explorer shows: a short row for each case, and all about it in a block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from evalharness.core.case import Case
from evalharness.core.decision import ArmSummary
from evalharness.core.experiment import ContextMode, Role
from evalharness.core.score import Completed, Failed, Score, Scored
from evalharness.core.sena import Dropped
from evalharness.core.study import CaseFacts, Outcome
from evalharness.core.visible import clean, printable, shorten
from evalharness.render.escape import inline_json
from evalharness.render.frame import Frame
from evalharness.render.page.highlight import marks_of
from evalharness.render.page.struck import MOST_SIGNS, struck_context
from evalharness.render.paired import Cells

CHUNK: Final = 50
"""Cases in a block: a page reads the blocks that somebody looks at."""
MOST_CASES: Final = 5_000
"""Cases that a page can hold; more are in the CSV (`evalharness export`)."""
_FACTS, _CLAIMS = "key_facts", "must_not"
_NAME = 80
_EQUAL = 1e-9


class Explorer:
    """The cases of a run, laid out for the page; the same in every language."""

    def __init__(self, frame: Frame) -> None:
        """Index cells once; nothing is taken from the frame's language."""
        material = frame.material
        self._frame = frame
        self._cells = Cells(frame)
        self._facts = {facts.case_id: facts for facts in material.case_facts}
        self.case_ids = self._cells.case_ids[:MOST_CASES]
        self.left_out = len(self._cells.case_ids) - len(self.case_ids)
        self.arms = [arm for arm in _main_arms(frame) if any(o.arm == arm.name for o in material.outcomes)]
        self._records = _by_cell(material.records)
        self._outcomes = _by_cell(material.outcomes)
        self._scores: dict[tuple[str, str, int], list[Score]] = defaultdict(list)
        for score in material.scores:
            self._scores[score.case_id, score.arm, score.repeat].append(score)
        self._dropped = _dropped(frame)
        self._repeats = sorted({outcome.repeat for outcome in material.outcomes})

    def index(self) -> list[list[Any]]:
        """Return [id, persona, language, category, severity, scores by arm, difference, flips] of each case.

        The difference is treatment minus control in the context that is judged; a case flips if compression
        changes which of the two models scores higher.
        """
        return [self._row(case_id) for case_id in self.case_ids]

    def _row(self, case_id: str) -> list[Any]:
        facts, case = self._facts.get(case_id), self._frame.material.cases.get(case_id)
        scores = {arm.name: self._cells.score(case_id, arm.name) for arm in self.arms}
        by_context = [self._difference(scores, mode) for mode in (ContextMode.RAW, ContextMode.SENA)]
        signs = [_sign(value) for value in by_context if value is not None]
        judged = self._difference(scores, self._frame.upgrade.context)
        return [
            clean(case_id, limit=_NAME),
            *(_named(facts, name) for name in ("persona", "language", "category")),
            case.severity.value if case else "",
            [None if value is None else round(value, 4) for value in scores.values()],
            None if judged is None else round(judged, 4),
            int(len(signs) > 1 and signs[0] != signs[1]),
        ]

    def _difference(self, scores: Mapping[str, float | None], mode: ContextMode) -> float | None:
        pair = [self._frame.arm(role, mode) for role in (Role.TREATMENT, Role.CONTROL)]
        values = [scores.get(arm.name) if arm else None for arm in pair]
        return None if values[0] is None or values[1] is None else values[0] - values[1]

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """The cases in blocks of CHUNK, in the order of the index: JSON that stands inside a page."""
        starts = range(0, len(self.case_ids), CHUNK)
        ids = (self.case_ids[start : start + CHUNK] for start in starts)
        return tuple(inline_json([self._case(case_id) for case_id in block]) for block in ids)

    def _case(self, case_id: str) -> dict[str, Any]:
        case = self._frame.material.cases.get(case_id)
        answers = {
            arm.name: [self._answer(case_id, case, arm.name, repeat) for repeat in self._repeats]
            for arm in self.arms
        }
        found: dict[str, Any] = {"answers": answers}
        return found if case is None else found | self._content(case)

    def _content(self, case: Case) -> dict[str, Any]:
        dropped, tokens = self._dropped.get(case.id, ((), ()))
        return {
            "difficulty": case.difficulty.value,
            "harm": _shown(case.severity_reason),
            "setting": _shown(case.setting),
            "message": _shown(case.message),
            "context": struck_context(case.context, dropped),
            "tokens": tokens,
            "facts": [_shown(fact.fact) for fact in case.key_facts],
            "claims": [_shown(claim.claim) for claim in case.must_not],
        }

    def _answer(self, case_id: str, case: Case | None, arm: str, repeat: int) -> dict[str, Any] | None:
        place = (case_id, arm, repeat)
        record, outcome = self._records.get(place), self._outcomes.get(place)
        if record is None and outcome is None:
            return None
        scores = self._scores.get(place, [])
        text = _shown(record.answer.text) if isinstance(record, Completed) else ""
        found: dict[str, Any] = {"text": text, "scores": [_scored(score) for score in scores]}
        if isinstance(record, Completed) and record.answer.truncated:
            found["cut"] = 1
        if isinstance(record, Failed):
            found["cause"] = clean(record.cause, limit=_NAME)
        if case is not None and text:
            facts, claims = _details(scores, _FACTS), _details(scores, _CLAIMS)
            found["found"] = [k for k, fact in enumerate(case.key_facts) if fact.id in facts]
            found["said"] = [k for k, claim in enumerate(case.must_not) if claim.claim in claims]
            found["marks"] = marks_of(text, case, facts, claims)
        return found | (_measured(outcome) if outcome else {})


def _main_arms(frame: Frame) -> Iterator[ArmSummary]:
    for mode in (ContextMode.RAW, ContextMode.SENA):
        for role in (Role.CONTROL, Role.TREATMENT):
            arm = frame.arm(role, mode)
            if arm is not None:
                yield arm


def _by_cell(rows: tuple[Any, ...]) -> dict[tuple[str, str, int], Any]:
    return {(row.case_id, row.arm, row.repeat): row for row in reversed(rows)}


def _dropped(frame: Frame) -> dict[str, tuple[tuple[Dropped, ...], tuple[int, int]]]:
    """Return by case what the compressed main arm's context lost, and its tokens before and after."""
    arms = [frame.arm(role, ContextMode.SENA) for role in (Role.CONTROL, Role.TREATMENT)]
    names = {arm.name for arm in arms if arm is not None}
    return {
        planned.cell.case_id: (planned.dropped, (planned.raw_context_tokens, planned.context_tokens))
        for planned in reversed(frame.material.plan)
        if planned.cell.arm in names
    }


def _named(facts: CaseFacts | None, name: str) -> str:
    return "" if facts is None else clean(str(getattr(facts, name)), limit=_NAME)


def _sign(value: float) -> int:
    return 0 if abs(value) < _EQUAL else 1 if value > 0 else -1


def _scored(score: Score) -> list[Any]:
    name = clean(score.scorer.partition("/")[0], limit=_NAME)
    if isinstance(score, Scored):
        return [name, round(score.value, 4)]
    return [name, None, clean(score.cause, limit=_NAME)]


def _details(scores: list[Score], scorer: str) -> tuple[str, ...]:
    prefix = f"{scorer}/"
    return next((s.detail for s in scores if isinstance(s, Scored) and s.scorer.startswith(prefix)), ())


def _measured(outcome: Outcome) -> dict[str, Any]:
    usages = [charge.usage for charge in outcome.charges]
    found: dict[str, Any] = {"points": None if outcome.quality is None else round(outcome.quality, 4)}
    if usages:
        found["tokens"] = [sum(u.input_tokens for u in usages), sum(u.output_tokens for u in usages)]
    if outcome.latency_ms is not None:
        found["ms"] = round(outcome.latency_ms)
    return found


def _shown(text: str) -> str:
    return shorten(printable(text), MOST_SIGNS)
