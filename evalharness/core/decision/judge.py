"""What the judges found, and how far they can be trusted: against each other, themselves and length."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.decision.estimates import Estimate
from evalharness.core.provenance import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeContrast:
    """Two arms by one judge's rubric points, whatever the primary scorer is."""

    name: str
    """pro-flash|raw, pro-flash|sena, sena-raw|flash, sena-raw|pro"""
    minuend: str
    subtrahend: str
    quality: Estimate
    """Points."""
    length_adjusted: Estimate | None
    """What would be left between answers of equal length: the intercept of the differences regressed on the
    difference in log length, points. None where lengths are unknown or do not vary."""
    slope: float | None
    """Points that go with each unit of log length; times ln 2 it is the points per doubling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfAgreement:
    """One judge over its own repeats of the same questions."""

    answers: int
    """Answers judged at least twice."""
    mean_difference: float
    """Mean absolute difference of two repeats, points; 0 is perfect."""
    correlation: float | None
    """Pearson's, first repeat against second; None if one of them does not vary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRow:
    """One judge of the panel."""

    name: str
    model: str
    family: str
    client: str
    primary: bool
    """Whether a rubric score that decides is this judge's."""
    prompts: str
    """Folder of its prompts; its last part is their version."""
    prompts_sha256: str
    """Of all templates that asked, first 12 hex digits; several versions are comma-separated."""
    repeats: int
    same_family: bool
    """Whether it is of a judged model's own family: such judges favour their kin."""
    judges_itself: bool
    """Whether it is one of the judged models."""
    origin: Origin
    """Who really answered the judge's calls; the weakest of them."""
    answers: int
    """Answers that it was to judge: cells that were answered."""
    scored: int
    unscored: int
    """Answers without points: counted, never 0."""
    causes: tuple[tuple[str, int], ...]
    """Why answers have no points, most frequent first."""
    judgements: int
    """Replies wanted: answers x repeats."""
    repaired: int
    """Judgements whose first reply could not be read and whose second could."""
    criteria: int
    """Criteria marked, over all judgements."""
    voided: int
    """Criteria whose quoted passage is not in the answer: they count for nothing."""
    contrasts: tuple[JudgeContrast, ...]
    self_agreement: SelfAgreement | None
    """None with one repeat."""
    against_primary: float | None
    """Pearson's correlation with the primary judge over answers; None for the primary itself, or if one of
    them does not vary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairwiseRow:
    """Direct comparison of two arms by one judge, each pair in both orders."""

    judge: str
    minuend: str
    subtrahend: str
    pairs: int
    """Pairs compared in both orders."""
    wins: int
    """Pairs in which both orders prefer the minuend."""
    losses: int
    ties: int
    """Pairs called equal in both orders, and those in which the orders disagree."""
    flips: int
    """Pairs in which the orders disagree."""
    unscored: int
    """Pairs without a verdict in one of the orders: counted, never a tie."""
    causes: tuple[tuple[str, int], ...]
    win_rate: Estimate | None
    """wins / (wins + losses), exact (Clopper-Pearson): position bias makes ties, not wins. None if no pair
    is decided."""
    flip_rate: Estimate | None
    """Flips over pairs, exact. None if nothing was compared."""
    tie_rate: Estimate | None
    first_share: float | None
    """Of the replies that name an answer, the share that names the first one; 0.5 is no position bias."""
    uplift: Estimate | None
    """Mean over pairs of +1 for a win, -1 for a loss, 0 for a tie."""
    length_adjusted: Estimate | None
    """The same between answers of equal length, as for the rubric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerAgreement:
    """A deterministic scorer against the primary judge's rubric points."""

    scorer: str
    """Name and version."""
    answers: int
    """Answers that have both."""
    pearson: float | None
    """None if one of them does not vary."""
    spearman: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAudit:
    """The panel of judges."""

    judges: tuple[JudgeRow, ...]
    """The primary first."""
    decides: bool
    """Whether the primary judge's points are the score that the verdicts stand on, or a part of it."""
    pairwise: tuple[PairwiseRow, ...]
    scorers: tuple[ScorerAgreement, ...]
    """Sorted by name."""
