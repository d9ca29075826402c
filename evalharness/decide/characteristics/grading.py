"""Simulated judges and people: what each sees of a true quality difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalharness.core.experiment import Thresholds
from evalharness.decide.cells import BoolArray, FloatArray, IntArray
from evalharness.decide.characteristics.noise import CASES
from evalharness.decide.characteristics.setting import VALUE_PER_POINT
from evalharness.decide.contrasts import net_values
from evalharness.decide.design import Design
from evalharness.decide.distributions import t_quantile
from evalharness.decide.labelled import Correction
from evalharness.decide.ppi import People

_UNSEEN = -2.5
"""A blind judge sees no loss beyond this many points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """People's grades in many studies, m cases each."""

    at: IntArray
    """Graded cases, shape (studies, m)."""
    shift: FloatArray
    """What people add to the judged difference of each, shape (studies, m), points."""

    def correction(self, study: int) -> Correction:
        """Return the labels of one study as a decision takes them."""
        people = People(at=self.at[study], known=np.zeros(CASES, dtype=np.bool_))
        shift = self.shift[study]
        return Correction(people=people, minuend=shift, subtrahend=np.zeros(len(shift)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A judge with noise of its own, and people who grade some of the cases."""

    cases: int = 40
    """Drawn at random and graded."""
    judge_sd: float = 0.3
    """Spread of the judge's error on a case's difference, points, its bias aside."""
    people_sd: float = 0.4
    """Spread of people's error on a case's difference, points."""
    blind: bool = False
    """Whether the judge misses catastrophes and scores their cases like the others."""

    def judge(self, rng: np.random.Generator, truth: FloatArray, bias: float) -> FloatArray:
        """Return differences as judged, shape (studies, cases)."""
        seen = truth
        if self.blind:
            others = np.where(truth < _UNSEEN, np.nan, truth)
            seen = np.where(truth < _UNSEEN, np.nanmean(others), truth)
        judged: FloatArray = seen + bias + rng.normal(0, self.judge_sd, truth.shape)
        return judged

    def grade(self, rng: np.random.Generator, truth: FloatArray, judged: FloatArray) -> Labels:
        """Return people's grades of cases drawn at random in each study."""
        at = np.sort(rng.random(truth.shape).argsort(axis=1)[:, : self.cases], axis=1)
        human = np.take_along_axis(truth, at, axis=1) + rng.normal(0, self.people_sd, at.shape)
        return Labels(at=at, shift=human - np.take_along_axis(judged, at, axis=1))


def corrected_bounds(
    labels: Labels, judged: FloatArray, cost: FloatArray, clusters: IntArray | None, limits: Thresholds
) -> BoolArray:
    """Tell for which studies the corrected lower bounds of both net benefits exceed 0, shape (studies,)."""
    design = Design(weights=np.ones(judged.shape[1]), clusters=clusters)
    reach = [t_quantile(limits.confidence, df) for df in range(1, judged.shape[1])]

    def gains(study: int, threshold: float) -> bool:
        correction = labels.correction(study)
        values = net_values(VALUE_PER_POINT * judged[study], cost[study], threshold)
        found = correction.rectified(values, design, VALUE_PER_POINT * correction.quality)
        return found.value > reach[int(found.df) - 1] * found.se

    return np.array([gains(k, 0.0) and gains(k, limits.roi) for k in range(len(judged))])
