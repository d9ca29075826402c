"""Records (one line per cell) and scores (one line per cell and scorer)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from evalharness.core.case import Persona

NOT_CALLED = "not_called"
"""Cause of a cell that a run did not come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The text that a cell's call gave."""

    text: str
    truncated: bool
    """The token limit cut the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A cell with an answer."""

    case_id: str
    arm: str
    repeat: int
    calls: tuple[str, ...]
    """Keys of the calls it stands on, the answer's last."""
    answer: Answer
    persona: Persona
    """The persona that answered (chosen once per case)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A cell without an answer, and why."""

    case_id: str
    arm: str
    repeat: int
    calls: tuple[str, ...]
    cause: str
    persona: Persona


Record: TypeAlias = Completed | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A measured value."""

    case_id: str
    arm: str
    repeat: int
    scorer: str
    """Name and version, such as key_facts/1."""
    value: float
    detail: tuple[str, ...] = ()
    """What the value stands on, such as the ids of the key facts found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """No value, and why; counted, never 0."""

    case_id: str
    arm: str
    repeat: int
    scorer: str
    cause: str


Score: TypeAlias = Scored | Unscored
