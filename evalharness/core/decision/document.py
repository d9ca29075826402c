"""The whole decision: what decision.json holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from evalharness.core.decision.arms import ArmSummary, ControlCheck, TwoByTwo
from evalharness.core.decision.assumed import AssumptionsView, RateRow
from evalharness.core.decision.compression import SenaDecision
from evalharness.core.decision.labels import LabelAudit
from evalharness.core.decision.ledger import Ledger
from evalharness.core.decision.measures import Measure
from evalharness.core.decision.operations import Operations
from evalharness.core.decision.upgrade import UpgradeDecision
from evalharness.core.experiment import DroppedCells, Thresholds
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.reporting import PROGRAMME_ROLLOUT, Rollout

FORMAT = 2
"""Version of decision.json; a reader refuses any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the numbers stand on."""

    origin: Origin
    deliveries: tuple[Delivery, ...]
    """Sorted."""
    pilot: bool
    scorer: str
    judge: bool
    """False: a deterministic scorer whose score stands in for help."""
    human_labels: int
    """Graded pairs that correct the upgrade verdict; 0 if there are none, or too few, or of other arms."""
    scale_low: float
    scale_high: float
    cases: int
    """Cases planned in every main arm."""
    repeats: int
    quadruples: int
    complete: int
    complete_share: float
    dropped_cells: DroppedCells
    design: str
    """independent | weighted | stratified | clustered"""
    clusters: int | None
    mix: str
    """benchmark | weighted | traffic"""
    looks: int
    confidence: float
    """Of each bound, after division over the looks."""
    agreements: tuple[tuple[str, float, int], ...]
    served_mismatches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that a study decides."""

    format: int = FORMAT
    experiment: str
    seed: int
    on: dt.date
    thresholds: Thresholds
    """The experiment's limits, which every condition compares with."""
    evidence: Evidence
    arms: tuple[ArmSummary, ...]
    grid: TwoByTwo
    controls: tuple[ControlCheck, ...]
    sena: SenaDecision | None
    """None if the experiment has no sena arms."""
    upgrade: UpgradeDecision
    ledger: Ledger
    assumptions: AssumptionsView
    rate_card: str
    rates: tuple[RateRow, ...]
    rollout: Rollout = PROGRAMME_ROLLOUT
    """How an approved change goes live, and what takes it back."""
    operations: Operations = field(default_factory=Operations)
    labels: LabelAudit | None = None
    """None while people have not graded answers."""
    measures: tuple[Measure, ...] = ()
    """What scorers beside the primary one say; they decide nothing."""
