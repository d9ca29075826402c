"""What the upgrade is assessed with: arms, assumptions, their draws, and what people's labels correct."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import numpy as np

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import Estimate
from evalharness.core.experiment import Thresholds
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import MeanVector, mean_or_value, mean_vector, net_values
from evalharness.decide.draws import draw_all
from evalharness.decide.labelled import Correction, Labelled, labelled_of
from evalharness.decide.money import CaseMoney, Exchange
from evalharness.decide.pairing import Pair, filled_differences
from evalharness.decide.ppi import rectified_vector
from evalharness.decide.pricepath import PricePath, price_path
from evalharness.decide.sena import retention_margins
from evalharness.decide.tail import guarded_estimate, net_benefit_pseudo_case, retention_pseudo_case

DRAWS = 50_000


class Stakes:
    """What stays the same however often the upgrade is assessed: arms, assumptions and their draws."""

    def __init__(self, bench: Bench, assumptions: Assumptions, pair: Pair) -> None:
        """Pair the arms once; draw the assumptions when first needed."""
        self.bench = bench
        self.assumptions = assumptions
        self.pair = pair
        experiment = bench.study.experiment
        self.limits: Thresholds = experiment.thresholds
        self.exchange = Exchange(
            channel=assumptions.channel,
            scale_width=experiment.scorer.width,
            months=assumptions.horizon_months,
        )
        self.models = bench.costs.models((pair.minuend, pair.subtrahend))

    @cached_property
    def draws(self) -> dict[str, float | FloatArray]:
        """Draws of every stated assumption, the same for each day and corner."""
        return draw_all(self.assumptions, draws=DRAWS, seed=self.bench.study.experiment.seed)

    @cached_property
    def latency_s(self) -> FloatArray:
        """Added seconds of each case; zeros while latency is unmeasured."""
        added = filled_differences(self.pair, self.bench.cells.latency_ms)
        return np.zeros(self.pair.design.n) if added is None else added / 1000

    def path(self, on: dt.date) -> PricePath:
        """Return the price path from a day."""
        return price_path(self.bench.card, self.models, on, self.exchange.months)

    def cost_on(self, day: dt.date, *, cache_neutral: bool = False) -> FloatArray | None:
        """Return token cost differences at one day's prices, shape (n,), USD; None if none is known."""
        return filled_differences(self.pair, self.bench.costs.at(day, cache_neutral=cache_neutral))

    def cost_path(self, path: PricePath, *, cache_neutral: bool = False) -> FloatArray | None:
        """Return token cost differences at each set of prices, shape (n, regimes)."""
        columns = [self.cost_on(day, cache_neutral=cache_neutral) for day in path.days]
        known = [column for column in columns if column is not None]
        return np.stack(known, axis=1) if len(known) == len(columns) else None

    @cached_property
    def labelled(self) -> Labelled | None:
        """People's grades of this pair, None if there are hardly any."""
        return labelled_of(self.bench, self.pair)

    @cached_property
    def correction(self) -> Correction | None:
        """What people's grades change; None while there are too few: then the bias allowance holds."""
        found = self.labelled
        if found is None or found.m < self.limits.min_labels:
            return None
        return Correction.of(found, self.pair)

    @cached_property
    def people_add(self) -> float:
        """Points by which people's labels change the mean of the score difference; 0 without a correction."""
        if self.correction is None:
            return 0.0
        found = self.correction.rectified(self.pair.quality, self.pair.design, self.correction.quality)
        return found.value - float(np.average(self.pair.quality, weights=self.pair.design.weights))

    def estimate(self, values: FloatArray, unit: str = "usd_per_request") -> Estimate:
        """Estimate a mean over the pair's cases, as judged."""
        return mean_or_value(values, self.pair.design, unit=unit, confidence=self.bench.confidence)

    def shift(self, minuend: float, subtrahend: float) -> FloatArray:
        """Return what people add to a contrast of each graded case, shape (m,); empty without a correction.

        Args:
            minuend: Units of the contrast for each point that people add to the minuend's score.
            subtrahend: Units for each point that they add to the subtrahend's.
        """
        if self.correction is None:
            return np.zeros(0)
        shift: FloatArray = minuend * self.correction.minuend + subtrahend * self.correction.subtrahend
        return shift

    def corrected(self, values: FloatArray, shift: FloatArray, unit: str = "usd_per_request") -> Estimate:
        """Estimate a mean over the pair's cases, corrected by people's labels where there are enough.

        Args:
            values: One per case as judged, shape (n,).
            shift: What people add to the graded ones (see shift).
            unit: Of the values.
        """
        if self.correction is None:
            return self.estimate(values, unit)
        return self.correction.estimate(
            values, self.pair.design, shift, unit=unit, confidence=self.bench.confidence
        )

    def guarded(
        self, values: FloatArray, shift: FloatArray, pseudo: float, unit: str = "usd_per_request"
    ) -> Estimate:
        """Do as corrected, with the tail guard's pseudo-case."""
        design, confidence = self.pair.design, self.bench.confidence
        if self.correction is None:
            return guarded_estimate(values, design, pseudo=pseudo, unit=unit, confidence=confidence)
        return self.correction.guarded(values, design, shift, pseudo=pseudo, unit=unit, confidence=confidence)

    def points(self) -> Estimate:
        """Estimate the score difference, corrected where labels allow it."""
        return self.corrected(self.pair.quality, self.shift(1.0, -1.0), "points")

    def net(self, case: CaseMoney, threshold: float) -> Estimate:
        """Estimate mean(B − (1 + threshold)·C), USD per request, corrected where labels allow it."""
        shift = self.shift(case.value_per_point, -case.value_per_point)
        return self.corrected(net_values(case.benefit, case.cost, threshold), shift)

    def guarded_net(self, case: CaseMoney, threshold: float, share: float) -> Estimate:
        """Estimate the same with a pseudo-case that loses a share of the score range at the dearest cost."""
        per_point = case.value_per_point
        pseudo = net_benefit_pseudo_case(
            case.cost, value_per_point=per_point, score_range=self.exchange.scale_width, share=share,
            threshold=threshold,
        )  # fmt: skip
        values = net_values(case.benefit, case.cost, threshold)
        return self.guarded(values, self.shift(per_point, -per_point), pseudo)

    def retention(self) -> tuple[Estimate, Estimate]:
        """Estimate how much of the subtrahend's quality is kept, points, without and with the tail guard."""
        scale = self.bench.study.experiment.scorer
        retained = 1 - self.limits.quality_loss
        kept = retention_margins(
            self.pair.first, self.pair.second, retained=retained, origin=scale.scale_low
        )  # fmt: skip
        pseudo = retention_pseudo_case(
            score_range=scale.width, share=self.limits.tail_share, retained=retained
        )  # fmt: skip
        shift = self.shift(1.0, -retained)
        return self.corrected(kept, shift, "points"), self.guarded(kept, shift, pseudo, "points")

    def joint(self, columns: FloatArray, shift: FloatArray) -> MeanVector:
        """Estimate several means together; the first column is a quality contrast and is corrected.

        Args:
            columns: Shape (n, k).
            shift: What people add to the first column of the graded cases.
        """
        design = self.pair.design
        if self.correction is None:
            return mean_vector(columns, design)
        found = self.correction.rectified(columns[:, 0], design, shift)
        return rectified_vector(found, columns[:, 1:], design)
