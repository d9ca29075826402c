"""The study that simulated data are put into: everything but scores and costs, with a value known exactly."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache

import numpy as np

from evalharness.core.assumption_fields import SPECS, Channel
from evalharness.core.assumptions import Assumption, Assumptions, Dist, Status
from evalharness.core.experiment import (
    Arm,
    ContextMode,
    DroppedCells,
    Experiment,
    GatewaySettings,
    Limits,
    Role,
    ScorerChoice,
    SenaSettings,
    Thresholds,
)
from evalharness.core.pricing import RateCard
from evalharness.core.provenance import Origin
from evalharness.core.study import CaseFacts, Outcome, Study
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray, IntArray, cells_of
from evalharness.decide.characteristics.noise import CASES
from evalharness.decide.costs import CostTable
from evalharness.decide.design import Design, sampling_of
from evalharness.decide.labelled import Correction
from evalharness.decide.pairing import Pair, completeness, main_arms
from evalharness.decide.pricepath import PricePath
from evalharness.decide.stakes import Stakes

VALUE_PER_POINT = 0.05
"""V of ASSUMED: κ·ρ·value / (requests per session · scale width) = 0.5·0.5·4 / (4·5) USD."""
SCORE_RANGE = 5.0
_ON = dt.date(2026, 1, 1)
_VALUES = {
    "requests_per_month": 6000.0,
    "requests_per_session": 4.0,
    "satisfaction_per_quality": 0.5,
    "realisation": 0.5,
    "baseline_satisfaction": 0.5,
    "latency_penalty": 0.0,
    "value_per_satisfied_session": 4.0,
    "ops_delta_per_month": 0.0,
    "one_off_cost": 0.0,
    "discount_rate": 0.1,
}
ASSUMED = Assumptions(
    preset="operating characteristics",
    channel=Channel.SESSIONS,
    fields=tuple(
        Assumption(
            name=spec.name, status=Status.KNOWN, dist=Dist.FIXED, mid=_VALUES[spec.name], source="stated"
        )
        for spec in SPECS
        if spec.name in _VALUES
    ),
)
"""Assumptions of no width: what is left to err is the sample."""


@cache
def bench(thresholds: Thresholds) -> Bench:
    """Return a bench of CASES complete cases in a control and a treatment arm; its numbers are never used."""
    study = _study(thresholds)
    cells = cells_of(study)
    arms = main_arms(study.experiment.arms)
    return Bench(
        study=study, cells=cells, arms=arms, sampling=sampling_of(study, cells.cases, ASSUMED),
        complete=completeness(cells, arms), costs=CostTable(cells, RateCard(name="none", rates=())),
        confidence=thresholds.confidence,
    )  # fmt: skip


def pair_of(first: FloatArray, second: FloatArray, clusters: IntArray | None) -> Pair:
    """Return two arms' scores as the rules take them, shape (n,) each."""
    n = len(first)
    design = Design(weights=np.ones(n), clusters=clusters)
    return Pair(
        minuend=1, subtrahend=0, index=np.arange(n), design=design, first=first, second=second
    )  # fmt: skip


class SimulatedStakes(Stakes):
    """The stakes of one simulated study: its costs are given instead of priced."""

    def __init__(
        self, thresholds: Thresholds, pair: Pair, cost: FloatArray, correction: Correction | None = None
    ) -> None:
        """Take scores, cost differences, shape (n,), USD per request, and what people's grades change."""
        super().__init__(bench(thresholds), ASSUMED, pair)
        self._cost = cost
        self._correction = correction

    @property
    def correction(self) -> Correction | None:
        """What people's grades change; None if nobody graded."""
        return self._correction

    def cost_path(self, path: PricePath, *, cache_neutral: bool = False) -> FloatArray:  # noqa: ARG002
        """Return the given costs at every set of prices, shape (n, regimes)."""
        return np.repeat(self._cost[:, None], len(path.days), axis=1)


def _study(thresholds: Thresholds) -> Study:
    names = [f"case-{k:03d}" for k in range(CASES)]
    arms = (
        Arm(name="flash", model="flash", context=ContextMode.RAW, role=Role.CONTROL),
        Arm(name="pro", model="pro", context=ContextMode.RAW, role=Role.TREATMENT),
    )
    return Study(
        experiment=_experiment(arms, thresholds),
        cases=tuple(CaseFacts(case_id=name, persona="-", language="-", category="-") for name in names),
        outcomes=tuple(
            Outcome(
                case_id=name, arm=arm.name, repeat=0, quality=2.5, latency_ms=1.0,
                imported_cost_usd=Decimal(0),
            )
            for name in names
            for arm in arms
        ),
        spends=(), origin=Origin.SIMULATED, deliveries=frozenset(), on=_ON, pilot=False,
    )  # fmt: skip


def _experiment(arms: tuple[Arm, ...], thresholds: Thresholds) -> Experiment:
    return Experiment(
        name="operating-characteristics", seed=1, dataset="", arms=arms, deploy_context=ContextMode.RAW,
        repeats=1, gateway=GatewaySettings(router="", personas="", max_output_tokens=1),
        sena=SenaSettings(method="", budget=1.0), scorer=ScorerChoice(name="simulated"),
        thresholds=thresholds, dropped_cells=DroppedCells.WORST, rate_card="", assumptions="", cassettes="",
        limits=Limits(),
    )  # fmt: skip
