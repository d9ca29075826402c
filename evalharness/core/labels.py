"""What people said of answers: two grades a pair, given blind."""

from __future__ import annotations

from dataclasses import dataclass

GRADES = (0, 5)
"""Lowest and highest grade that a person gives; whole numbers, higher is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """One person's grades of one pair, unblinded."""

    rater: str
    treatment: int
    control: int
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPair:
    """A case on which people graded both answers of the primary contrast."""

    case_id: str
    repeat: int
    treatment: str
    """Arm, as the experiment names it."""
    control: str
    grades: tuple[Grade, ...]
    """At least one; several people's are averaged."""
