"""Cases: what a mentee asks, what the service already knows, and what a good answer must use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from evalharness.core.text import Form

Language: TypeAlias = Literal["ko", "en"]
Persona: TypeAlias = Literal["moon", "square", "earth", "pen"]
Speaker: TypeAlias = Literal["mentee", "mentor"]


class Category(StrEnum):
    """What a mentoring service is asked about."""

    CAREER_CHOICE = "career_choice"
    SKILL_PLAN = "skill_plan"
    CODE_DESIGN_REVIEW = "code_design_review"
    WRITING_PORTFOLIO = "writing_portfolio"
    TEAM_CONFLICT = "team_conflict"
    MOTIVATION_BURNOUT = "motivation_burnout"
    RESEARCH_STUDY = "research_study"
    INTERVIEW = "interview"
    LEADERSHIP = "leadership"
    LIFE_WORK_BALANCE = "life_work_balance"


class Difficulty(StrEnum):
    """What makes a case hard."""

    EASY = "easy"
    CONTEXT = "context"
    """Needs the context throughout."""
    MULTI_FACT = "multi_fact"
    """Needs several facts of the context combined."""
    CONTRADICTORY = "contradictory"
    """An earlier statement is corrected or outdated later."""
    UNANSWERABLE_PART = "unanswerable_part"
    """Part of the question cannot be known; a good answer says so."""
    EMOTIONAL = "emotional"
    ADVERSARIAL = "adversarial"
    """The context contains an instruction to the assistant."""


class Severity(StrEnum):
    """The harm that a wrong answer does."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class MustNotKind(StrEnum):
    """Why a claim must not be made."""

    OUTDATED = "outdated"
    CONTRADICTED = "contradicted"
    INJECTED = "injected"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One utterance of the earlier conversation."""

    role: Speaker
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the service holds about the mentee, oldest turn first."""

    profile: str = ""
    notes: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all."""
        return not (self.profile or self.notes or self.turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFact:
    """A piece of the context that a good answer must use."""

    id: str
    fact: str
    forms: tuple[Form, ...]
    """Surface forms, any of which shows that the fact was used."""
    where: tuple[str, ...]
    """Places in the context: profile, notes[i] or turns[i]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MustNot:
    """A claim that a bad answer would make."""

    claim: str
    forms: tuple[Form, ...]
    kind: MustNotKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of a case's rubric, scored 0–5, higher is better."""

    criterion: str
    anchors: tuple[tuple[int, str], ...]
    """Pairs (score, what an answer of that score looks like), at least for 0, 3 and 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One prompt of the benchmark."""

    id: str
    language: Language
    persona: Persona
    """The label: the persona that serves the message best."""
    persona_reason: str
    category: Category
    difficulty: Difficulty
    severity: Severity
    severity_reason: str
    setting: str
    message: str
    context: Context
    key_facts: tuple[KeyFact, ...]
    must_not: tuple[MustNot, ...]
    rubric: tuple[Criterion, ...]
    reference_answer: str
    source: str
    licence: str
    pair_id: str | None = None
    """Shared by the two members of a translation pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """All cases, sorted by id, and the hash of what they say."""

    cases: tuple[Case, ...]
    """Of a real dataset, without anything personal that was found in them (core.privacy)."""
    sha256: str
    real: bool | None = None
    """Whether people wrote it; None if nothing says."""
    names: tuple[str, ...] = ()
    """Names of people that are looked for in texts."""
    allowed: frozenset[str] = frozenset()
    """Texts in the form of personal data that belong to nobody."""
    redacted: tuple[tuple[str, int], ...] = ()
    """Pairs (kind, pieces replaced) over all cases, sorted."""
