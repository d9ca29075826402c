"""What the gate tolerates, as the experiment declares it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Policy(StrEnum):
    """What an inconclusive check does to the exit code."""

    WARN = "warn"
    FAIL = "fail"


class CaseChange(StrEnum):
    """What happens when cases differ from those that were blessed."""

    INTERSECT = "intersect"
    """The cases that are the same are compared, and the others are named."""
    REBLESS = "rebless"
    """The gate fails until somebody blesses the new cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A mean score below which one persona or language must not fall, in any gated arm."""

    dimension: str
    """persona | language"""
    value: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """[gate] of the experiment file.

    Shares are of the baseline's mean; None leaves a thing uncompared.
    """

    arms: tuple[str, ...] = ()
    """Arms that are compared; empty for all control and treatment arms."""
    alpha: float = 0.05
    """Chance of a false alarm by the answers' scores over all arms together (Holm)."""
    tolerance: float = 0.05
    """Points of mean score that may be lost: a regression is a loss beyond it."""
    margin: float = 0.5
    """Points: a pass must exclude a loss as large as this, else it is inconclusive. At least tolerance."""
    floors: tuple[Floor, ...] = ()
    cost_per_request: float | None = 0.10
    """Tolerated rise of the list price of a request."""
    tokens: float | None = 0.10
    """Tolerated rise of the tokens billed for a request, compressor included."""
    latency: float | None = 0.50
    """Tolerated rise of the service time; compared in live runs only."""
    max_dropped: float = 0.02
    """Largest share of gated cells that may lack a score, of a run and of what is blessed."""
    inconclusive: Policy = Policy.WARN
    changed_cases: CaseChange = CaseChange.INTERSECT
    smoke: tuple[str, ...] = ()
    """Ids of the cases that `run --smoke` runs: the one subset that the gate accepts."""
