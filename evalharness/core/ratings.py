"""What users said of sessions: satisfied or not, and in their own words."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.decision.estimates import Estimate

SATISFIED_STARS = 4
"""Stars, of five, from which a session counts as satisfied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One session's rating."""

    session: str
    satisfied: bool
    stars: int | None
    """1 to 5; None where thumbs were given."""
    comment: str = ""
    case_id: str | None = None
    """The case that the session was about, where it links to one."""
    arm: str | None = None
    """The arm that answered; None for the service as it is today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of satisfied sessions."""

    satisfied: int
    ratings: int
    low: float
    """Two-sided 95 %, Clopper-Pearson."""
    high: float

    @property
    def value(self) -> float:
        """Satisfied sessions among those rated."""
        return self.satisfied / self.ratings


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentGroup:
    """Comments that share a keyword."""

    keyword: str
    """Empty for comments that share none."""
    also: tuple[str, ...]
    """Other words that are frequent in the group."""
    sessions: tuple[str, ...]
    satisfied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsFit:
    """What ratings say of the assumptions."""

    today: Share | None
    """Sessions answered by the service as it is, or by the control arm; None without any."""
    treatment: Share | None
    """Sessions answered by the treatment arm."""
    kappa: Estimate | None
    """Satisfied-share points for each quality-share point, two-sided 95 %; None with a reason beside it."""
    why_no_kappa: str
    """Empty if there is one."""
    linked: int
    """Sessions that link to a scored cell."""
