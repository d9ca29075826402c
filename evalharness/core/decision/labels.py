"""What people's labels say of the judge, and what they change."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.decision.estimates import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmBias:
    """How people's grades differ from the judge's scores in one arm."""

    arm: str
    bias: Estimate
    """mean(h − f), points: positive where people grade higher than the judge."""
    mean_grade: float
    """Of the graded answers, on the experiment's scale."""
    mean_score: float
    """The judge's, of the same answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Quadratic-weighted kappa of two ways of grading the same answers, in whole grades from 0 to 5."""

    first: str
    second: str
    kappa: float | None
    """At most 1, higher is better, 0 is chance; None if either gave the same grade to everything."""
    low: float | None
    high: float | None
    """Two-sided 95 %, asymptotic."""
    n: int
    """Answers graded in both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAudit:
    """People against the primary scorer, on randomly drawn pairs of answers.

    Its bounds are two-sided 95 % (confidence .975 each): it describes the scorer and decides nothing. The
    verdict applies the same correction to its own contrasts at its own confidence.
    """

    treatment_arm: str
    control_arm: str
    pairs: int
    """Graded, each by at least one person."""
    frame: int
    """Cases that could have been drawn: both arms answered."""
    raters: tuple[str, ...]
    """Sorted."""
    applied: bool
    """Whether the upgrade verdict is corrected by these labels; the bias allowance then falls away."""
    why_not: str
    """Empty if applied, else too_few (below min_labels) or other_contrast (not the arms that are judged)."""
    trust: float
    """λ of PPI++ for the score difference: 1 takes the judge's scores in full, 0 only people's grades."""
    judged: Estimate
    """Score difference of all cases by the judge alone, points."""
    people: Estimate
    """Score difference of the graded pairs by people alone, points."""
    corrected: Estimate
    """PPI++ estimate from both, points."""
    bias_difference: Estimate
    """mean(h − f) of the score difference, points: negative where the judge flatters the treatment."""
    arms: tuple[ArmBias, ...]
    """Treatment, control."""
    scorer: Agreement
    """People (each rater's grades) with the primary scorer, rounded to whole grades."""
    between: tuple[Agreement, ...]
    """Each two raters who graded the same pairs; empty with one rater."""
