"""How the service behaved while the study was made: times, failures and tries of each arm."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from evalharness.core.experiment import ServiceTargets
from evalharness.core.provenance import Delivery


class Level(StrEnum):
    """Where a measure stands among the programme's targets."""

    TARGET = "target"
    """As good as the programme wants it."""
    CANARY = "canary"
    """Good enough for a canary (error rate)."""
    ABOVE = "above"
    """Worse than wanted, not as bad as what rolls a release back."""
    ROLLBACK = "rollback"
    """Bad enough to roll a release back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Mean and quantiles of a time in ms; quantiles are interpolated linearly between observations."""

    n: int
    """Observations: with n below 100, p99 lies between the two largest."""
    mean: float
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmOperations:
    """One arm."""

    arm: str
    requests: int
    """Cells whose answer was asked for."""
    delivered: tuple[tuple[Delivery, int], ...]
    """Pairs (how answers were reached, answers). Times of replayed answers are those of their recording."""
    latency: Timing | None
    """Time that a request waits, the compressor's part included; None without an answer."""
    latency_level: Level | None
    """Of the mean."""
    first_token: Timing | None
    """Time to the first visible text, the wait for the compressor included, on the client's clock; None if no
    answer was streamed."""
    errors: tuple[tuple[str, int], ...]
    """Requests that the provider did not answer, by cause, most frequent first."""
    error_rate: float | None
    """Their share of the requests that were made; None if none was, or nobody can know which failed."""
    error_rate_high: float | None
    """Its one-sided Clopper-Pearson bound: what as many requests can rule out."""
    error_confidence: float
    error_level: Level | None
    """Of the rate itself, not of its bound."""
    calls: int
    """Calls that the arm stands on, compressor included; one that several arms share counts in each."""
    live_calls: int
    """Those that were made for this run. What a recording took to make is not recorded, so `retries` and
    `unconfirmed` tell of these calls alone."""
    retries: tuple[tuple[str, int], ...]
    """Tries that gave no answer, by cause, most frequent first: rate_limited (429), server_error (5xx),
    timeout, dropped, malformed, or the provider's reason."""
    unconfirmed: int
    """Those of them that may be on the bill though no token counts came back."""
    not_called: int = 0
    """Cells that a run which was stopped did not come to: they tell nothing of the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Every arm against the programme's targets."""

    targets: ServiceTargets = field(default_factory=ServiceTargets)
    arms: tuple[ArmOperations, ...] = ()
