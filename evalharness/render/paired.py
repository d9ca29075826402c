"""Each case seen from both arms that are compared: scores, answers, and the key facts each used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from evalharness.core.case import Case, KeyFact
from evalharness.core.experiment import DroppedCells
from evalharness.core.score import Completed, Failed, Scored
from evalharness.render.frame import Frame

_FACTS: Final = "key_facts/"
_MUST_NOT: Final = "must_not/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one arm made of a case."""

    score: float
    """Mean over repeats, in points."""
    answer: str
    """The first repeat's text; empty if there is none."""
    cause: str
    """Why there is no text."""
    facts: frozenset[str]
    """Ids of the key facts found in most repeats."""
    claims: tuple[str, ...]
    """Must-not claims made in any repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCase:
    """One case, seen from both arms."""

    case: Case
    control: Side
    treatment: Side

    @property
    def difference(self) -> float:
        """Treatment minus control, in points."""
        return self.treatment.score - self.control.score

    @property
    def lost(self) -> tuple[KeyFact, ...]:
        """Key facts that the control used and the treatment did not, in the case's order."""
        return tuple(
            fact
            for fact in self.case.key_facts
            if fact.id in self.control.facts and fact.id not in self.treatment.facts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedScores:
    """The two scores of one case, in points."""

    case_id: str
    control: float
    treatment: float

    @property
    def difference(self) -> float:
        """Treatment minus control."""
        return self.treatment - self.control


def paired_scores(frame: Frame) -> list[PairedScores]:
    """Return the scores of every case that both compared arms were scored on, by id."""
    cells, upgrade = Cells(frame), frame.upgrade
    found = []
    for case_id in cells.case_ids:
        control = cells.score(case_id, upgrade.control_arm)
        treatment = cells.score(case_id, upgrade.treatment_arm)
        if control is not None and treatment is not None:
            found.append(PairedScores(case_id=case_id, control=control, treatment=treatment))
    return found


def paired_cases(frame: Frame) -> list[PairedCase]:
    """Return every case at hand that both compared arms were scored on, by id."""
    material, upgrade = frame.material, frame.upgrade
    cells = Cells(frame)
    found = []
    for case_id in sorted(material.cases):
        control = cells.side(case_id, upgrade.control_arm)
        treatment = cells.side(case_id, upgrade.treatment_arm)
        if control is not None and treatment is not None:
            found.append(PairedCase(case=material.cases[case_id], control=control, treatment=treatment))
    return found


class Cells:
    """The run's cells by case and arm."""

    def __init__(self, frame: Frame) -> None:
        """Lay out scores, records and what scorers found."""
        self.case_ids = sorted({outcome.case_id for outcome in frame.material.outcomes})
        self._worst = self._missing(frame)
        self._scores: dict[tuple[str, str], list[float | None]] = defaultdict(list)
        for outcome in frame.material.outcomes:
            if outcome.unjudged and outcome.quality is None:
                continue  # no fault of the arm's: it leaves the comparison, as it leaves the contrast
            self._scores[outcome.case_id, outcome.arm].append(outcome.quality)
        self._records = {(r.case_id, r.arm): r for r in reversed(frame.material.records)}
        self._found: dict[tuple[str, str, str], list[tuple[str, ...]]] = defaultdict(list)
        for score in frame.material.scores:
            if isinstance(score, Scored) and score.scorer.startswith((_FACTS, _MUST_NOT)):
                scorer = score.scorer.partition("/")[0] + "/"
                self._found[score.case_id, score.arm, scorer].append(score.detail)

    @staticmethod
    def _missing(frame: Frame) -> float | None:
        """Return what a cell without a score counts as; None if it leaves the comparison."""
        evidence = frame.decision.evidence
        return evidence.scale_low if evidence.dropped_cells is DroppedCells.WORST else None

    def score(self, case_id: str, arm: str) -> float | None:
        """Return an arm's points on a case, repeats averaged; None if it leaves the comparison."""
        found = self._scores.get((case_id, arm), [])
        values = [self._worst if value is None else value for value in found]
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known else None

    def side(self, case_id: str, arm: str) -> Side | None:
        """Return what an arm made of a case, None if it leaves the comparison."""
        score = self.score(case_id, arm)
        if score is None:
            return None
        record = self._records.get((case_id, arm))
        facts = self._found[case_id, arm, _FACTS]
        return Side(
            score=score,
            answer=record.answer.text if isinstance(record, Completed) else "",
            cause=record.cause if isinstance(record, Failed) else "",
            facts=_in_most(facts),
            claims=tuple(
                dict.fromkeys(claim for made in self._found[case_id, arm, _MUST_NOT] for claim in made)
            ),
        )


def _in_most(repeats: list[tuple[str, ...]]) -> frozenset[str]:
    every: Iterable[str] = (fact for found in repeats for fact in found)
    counts: dict[str, int] = defaultdict(int)
    for fact in every:
        counts[fact] += 1
    return frozenset(fact for fact, count in counts.items() if 2 * count > len(repeats))
