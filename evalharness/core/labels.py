"""What people say of answers: two grades a pair, given blind, on a random sample of the cases."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.case import Language

GRADES = (0, 5)
"""Lowest and highest grade that a person gives; whole numbers, higher is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPair:
    """One row of a blinded sheet, and what it hides."""

    pair: str
    """The only name of the pair that raters see."""
    case_id: str
    repeat: int
    treatment_is: str
    """a or b: which of the two answers shown is the treatment's."""
    treatment_sha256: str
    """Of the answer's text: grades of a text that has changed since are refused."""
    control_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetKey:
    """What was drawn, and which answer is whose. Raters never see it."""

    format_version: int
    run: str
    """Identity of the run that the answers belong to."""
    seed: int
    treatment: str
    """Arm."""
    control: str
    frame: int
    """Cases that could be drawn: those answered in both arms."""
    pairs: tuple[SheetPair, ...]
    """In the order in which the sheet shows them."""

    @property
    def sheet(self) -> str:
        """Name of the sheet, which hides the run and the arms."""
        return f"{self.run[:8]}-{self.seed}-{len(self.pairs)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetItem:
    """What a rater sees of one pair."""

    pair: str
    language: Language | None
    """Of the case; None where cases are not known."""
    message: str
    history: tuple[tuple[str, str], ...]
    """Pairs (who: profile, note, mentee or mentor; text), oldest first."""
    answer_a: str
    answer_b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenGrade:
    """One rater's two grades of one pair, still blind."""

    pair: str
    rater: str
    score_a: int
    score_b: int
    comment: str = ""


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
