"""Judgements: what a judge said of an answer, and which of two answers it preferred."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

RUBRIC = "rubric"
"""Name of the scorer that a judge's rubric points make."""
RUBRIC_TOP = 5
"""Highest points of a criterion; the lowest are 0, and higher is better."""
JUDGE_CAUSE = "judge:"
"""Begins the cause of a cell that has an answer and no score because of its judge: no fault of the arm."""


def rubric_scorer(judge: str) -> str:
    """Return the scorer's name under which a judge's rubric scores stand, without version."""
    return f"{RUBRIC}@{judge}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a judge gave for one criterion."""

    criterion: str
    """c1, c2, … in the order of the case's rubric."""
    points: int
    """0 to 5."""
    quote: str
    """The passage of the answer that the points stand on."""
    stands: bool
    """False where the quoted passage is not in the answer: the criterion is void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judgement of one cell's answer by rubric."""

    case_id: str
    arm: str
    repeat: int
    judge: str
    round: int
    """Which of the judge's repeats."""
    prompts: str
    """The prompts that asked: the first 12 hex digits of the SHA-256 of all their templates."""
    calls: tuple[str, ...]
    """Keys of the calls it stands on: the question, and the repair if there was one."""
    marks: tuple[Mark, ...]
    points: float
    """Mean of the criteria that stand, 0 to 5, higher is better."""

    @property
    def repaired(self) -> bool:
        """Whether the first reply could not be read."""
        return len(self.calls) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """An answer for which a judge gave no points, and why; counted, never 0."""

    case_id: str
    arm: str
    repeat: int
    judge: str
    round: int
    prompts: str
    calls: tuple[str, ...]
    cause: str
    """Begins with `JUDGE_CAUSE`."""
    marks: tuple[Mark, ...] = ()
    """The criteria, where there are some and all are void."""


Judgement: TypeAlias = Judged | Unjudged


class Side(StrEnum):
    """Which of two answers a judge preferred."""

    TREATMENT = "treatment"
    CONTROL = "control"
    TIE = "tie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two answers to one case, compared in both orders by one judge."""

    case_id: str
    judge: str
    treatment: str
    """Name of the arm."""
    control: str
    calls: tuple[str, ...]
    treatment_first: Side
    """Preferred when the treatment's answer was shown first."""
    control_first: Side
    """Preferred when the control's answer was shown first."""

    @property
    def flipped(self) -> bool:
        """Whether the two orders disagree: the item counts as a tie then."""
        return self.treatment_first is not self.control_first

    @property
    def outcome(self) -> Side:
        """What both orders agree on, else a tie."""
        return Side.TIE if self.flipped else self.treatment_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncompared:
    """A pair that a judge did not compare in both orders, and why; counted, never a tie."""

    case_id: str
    judge: str
    treatment: str
    control: str
    calls: tuple[str, ...]
    cause: str


Comparison: TypeAlias = Compared | Uncompared
