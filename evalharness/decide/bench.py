"""The study laid out for deciding: everything that each verdict starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import Contrast, Estimate
from evalharness.core.experiment import ContextMode, DroppedCells
from evalharness.core.pricing import RateCard
from evalharness.core.score import NOT_CALLED
from evalharness.core.study import Study
from evalharness.decide.cells import BoolArray, Cells, FloatArray
from evalharness.decide.contrasts import mean_or_value
from evalharness.decide.costs import CostTable
from evalharness.decide.design import Design, Sampling
from evalharness.decide.pairing import Completeness, MainArms, Pair, complete_differences, pair_arms
from evalharness.decide.severe import severe_losses

NEVER_ASKED = (NOT_CALLED, f"compress:{NOT_CALLED}")
"""Causes of cells that no request was made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Arrays, arms, design and prices of one study."""

    study: Study
    cells: Cells
    arms: MainArms
    sampling: Sampling
    complete: Completeness
    costs: CostTable
    confidence: float
    """Of each bound, after division over the looks."""

    @property
    def card(self) -> RateCard:
        """Prices."""
        return self.costs.card

    def pair(
        self, minuend: int, subtrahend: int, *, rule: DroppedCells | None = None, main: bool = True
    ) -> Pair:
        """Pair two arms; main contrasts stay on the cases planned in every main arm."""
        experiment = self.study.experiment
        design = self.sampling.design
        if main:
            design = _masked(design, self.complete.cases)
        chosen = rule or experiment.dropped_cells
        return pair_arms(self.cells, minuend, subtrahend, design=design, rule=chosen, scale=experiment.scorer)

    def upgrade_pair(self, context: ContextMode, rule: DroppedCells | None = None) -> Pair:
        """Pair treatment and control in a context.

        Raises:
            KeyError: If the experiment has no such pair.
        """
        found = self.arms.pair(context)
        if found is None:
            raise KeyError(context)
        return self.pair(*found, rule=rule)

    def never_asked(self, arm: int) -> int:
        """Return how many cells of an arm a stopped run did not come to; they are listed as failed."""
        name = self.cells.arms[arm].name
        return sum(o.arm == name and o.failed and o.cause in NEVER_ASKED for o in self.study.outcomes)

    def asked(self, arm: int) -> int:
        """Return how many requests of an arm were made, whatever came of them."""
        return int(self._listed(arm).sum()) - self.never_asked(arm)

    def failures(self, arm: int) -> tuple[int, int] | None:
        """Return how many requests of an arm failed, and of how many; None if nobody can know.

        A cell that was never asked is neither a failure nor an answer.
        """
        asked = self.asked(arm)
        if not self.study.failures_known or not asked:
            return None
        return int(self.cells.failed[arm][self._listed(arm)].sum()) - self.never_asked(arm), asked

    def _listed(self, arm: int) -> BoolArray:
        listed: BoolArray = (self.cells.rows[arm] > 0) & self.cells.planned(arm)[:, None]
        return listed

    def points(self, pair: Pair, *, confidence: float | None = None) -> Estimate:
        """Estimate a pair's score difference, points; n is 0 where no case is in both arms."""
        confidence = confidence or self.confidence
        if not pair.design.n:
            return Estimate(
                value=0.0, low=None, high=None, n=0, confidence=confidence, method="mean", unit="points"
            )
        return mean_or_value(pair.quality, pair.design, unit="points", confidence=confidence)

    def difference(self, pair: Pair, values: FloatArray, unit: str) -> Estimate | None:
        """Estimate a pair's difference in a cell array over complete pairs, None if there are none."""
        known = complete_differences(pair, values)
        if known is None:
            return None
        return mean_or_value(*known, unit=unit, confidence=self.confidence)

    def contrast(self, name: str, minuend: int, subtrahend: int, *, main: bool = True) -> Contrast:
        """Compare two arms in quality and in cost at the decision's date."""
        pair = self.pair(minuend, subtrahend, main=main)
        threshold = self.study.experiment.thresholds.severe_loss
        names = self.cells.arms
        return Contrast(
            name=name,
            minuend=names[minuend].name,
            subtrahend=names[subtrahend].name,
            quality=self.points(pair),
            cost=self.difference(pair, self.costs.at(self.study.on), "usd_per_request"),
            severe=severe_losses(pair.quality, threshold_points=threshold, confidence=self.confidence),
        )


def _masked(design: Design, cases: BoolArray) -> Design:
    weights = np.where(cases, design.weights, 0.0)
    return Design(weights=weights, clusters=design.clusters, strata=design.strata)
