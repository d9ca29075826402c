"""Arms on their own, against each other, and the controls of the study."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.decision.estimates import Estimate, SevereLosses
from evalharness.core.experiment import ContextMode, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """One arm on its own."""

    name: str
    model: str
    context: ContextMode
    role: Role
    thinking_level: str | None
    """Of an alternative arm with its own; None for the gateway's."""
    cells: int
    """Cells planned: cases x repeats."""
    scored: int
    failed: int
    """Provider errors."""
    unscored: int
    """Answered, but without a score."""
    causes: tuple[tuple[str, int], ...]
    """Why cells have no score, with counts, most frequent first."""
    quality: Estimate | None
    """Mean score over cases, dropped-cell rule applied, in points."""
    latency_mean_ms: float | None
    latency_p95_ms: float | None
    error_rate: float | None
    """Share of the requests that were made; None if none was, or nobody can know which failed."""
    context_tokens: float | None
    """Mean net context tokens a request."""
    billed_tokens: float | None
    """Mean of all tokens billed a request, compressor included."""
    usd_per_request: float | None
    """As billed, at the decision's date."""
    usd_per_request_cache_neutral: float | None
    cost: Estimate | None = None
    """usd_per_request with its interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two arms on the same cases."""

    name: str
    """pro-flash|raw, pro-flash|sena, sena-raw|flash, sena-raw|pro, aa-control, damaged-control"""
    minuend: str
    subtrahend: str
    quality: Estimate
    """Points."""
    cost: Estimate | None
    """USD per request at the decision's date."""
    severe: SevereLosses


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo:
    """Model x context: simple effects and their interaction."""

    contrasts: tuple[Contrast, ...]
    interaction: Estimate | None
    """(PS - PR) - (FS - FR) in points; None without all four arms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCheck:
    """An A/A or damaged arm against the arm it copies."""

    role: Role
    arm: str
    against: str
    difference: Estimate
    """Points. For A/A the bounds are two-sided 95 % (confidence .975 each)."""
    passed: bool
    """A/A: zero inside the interval, and not vacuous. Damaged: the loss is detected (upper bound below
    zero)."""
    severe: SevereLosses
    vacuous: bool = False
    """A/A: every score and every bill is the other arm's own. It is the same answer again, and controls
    nothing."""
