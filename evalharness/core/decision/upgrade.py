"""The upgrade verdict and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evalharness.core.decision.estimates import Estimate, RatioInterval, SevereLosses
from evalharness.core.decision.money import (
    BreakEven,
    BreakEvenCurve,
    Corner,
    DateRow,
    Flip,
    Money,
    MonteCarlo,
    TornadoRow,
)
from evalharness.core.decision.next_step import NextStep
from evalharness.core.decision.verdict import Verdict
from evalharness.core.experiment import ContextMode


class Branch(StrEnum):
    """Which rule of METHOD §2 judged the upgrade."""

    NOT_DEARER = "not_dearer"
    SPANS_ZERO = "cost_spans_zero"
    DEARER = "dearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The main contrast under another choice."""

    name: str
    """dropped_cells_drop | dropped_cells_worst | cache_neutral_cost | run_date_prices | full_tail_share"""
    quality: Estimate
    net_at_threshold: Estimate | None
    """USD per request."""
    holds: bool | None
    """Whether LCB(B - (1 + r)C) > 0 here; None without an estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Exploratory: one persona, language, category, or persona and language together."""

    dimension: str
    """persona | language | category | persona_language (whose values read earth/ko)"""
    value: str
    n: int
    quality: Estimate | None
    """Points; None with fewer than two cases."""
    net_at_threshold: Estimate | None
    """B - (1 + r)C per request, USD; r is 0 where the slice is not dearer."""
    p_holm: float | None
    """Holm-adjusted over all slices; of net_at_threshold if money is known, else of quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that could be deployed, valued over all traffic.

    An arm stands against the control without compression; the treatment for some values only stands against
    the control in the context that the upgrade was judged in.
    """

    name: str
    """arm (another arm for all requests), or a slice's dimension (the treatment for some of its values)"""
    arm: str
    """The arm that answers the requests it is chosen for."""
    only_for: tuple[str, ...]
    """Values for which it is chosen, on all cases; empty for an arm that answers everything."""
    combination: bool
    """Whether more than one of model, context and thinking changes: two effects in one figure, never "the
    upgrade"."""
    cross_fitted: bool
    """Whether it was chosen on one half of the cases and valued on the other, and the other way round."""
    share: float
    """Share of traffic that the arm answered when valued."""
    net: Estimate
    """B - C, USD per request of all traffic, the overhead of the switch included where the model changes."""
    net_at_threshold: Estimate
    """B - (1 + r)C, likewise, r being 0 where the choice is not dearer. Exploratory: the verdict is the
    upgrade's own."""
    roi: float | None
    """B/C - 1 over the horizon; None if it does not cost more."""
    interval: RatioInterval | None
    """Fieller set of the ROI; None without two independent units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeDecision:
    """The upgrade verdict, judged in one context arm."""

    verdict: Verdict
    context: ContextMode
    control_arm: str
    treatment_arm: str
    branch: Branch | None
    """None if cost could not be estimated."""
    quality: Estimate
    """Points."""
    cost: Estimate | None
    """USD per request, mean over the price path, ops and one-off included where known."""
    cost_at_run_date: Estimate | None
    """USD per request at the decision date's prices, tokens only."""
    latency: Estimate | None
    """Added milliseconds; None if unmeasured."""
    net_at_threshold: Estimate | None
    """B - (1 + r)C, USD per request, the decisive contrast; None while an assumption is unknown. Where the
    treatment is not dearer r is 0, here and below: (1 + r)C would credit savings 1 + r times."""
    net: Estimate | None
    """B - C, USD per request."""
    tail_guard: Estimate | None
    """The decisive contrast with the pseudo-case."""
    with_allowance: Estimate | None
    """The decisive contrast after the judge's bias allowance."""
    non_inferiority: Estimate | None
    """mean(q_pro - (1 - loss)·q_flash), points; a condition only where the treatment is not dearer."""
    bca: Estimate | None
    """Cross-check of the decisive contrast; None with a BCA_FELL_BACK mark."""
    fieller: RatioInterval | None
    money: Money | None
    monte_carlo: MonteCarlo | None
    break_evens: tuple[BreakEven, ...]
    curve: BreakEvenCurve | None
    tornado: tuple[TornadoRow, ...]
    corners: tuple[Corner, ...]
    next: NextStep
    dates: tuple[DateRow, ...]
    sensitivities: tuple[Sensitivity, ...]
    slices: tuple[Slice, ...]
    severe: SevereLosses
    flips: tuple[Flip, ...] = ()
    """For the assumptions that move the answer most, or the one that is unknown."""
    choices: tuple[Choice, ...] = ()
    """Other arms, and the treatment only where it pays; empty while an assumption is unknown."""
