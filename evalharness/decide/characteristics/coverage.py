"""How often the interval of a score difference holds the truth: by the judge, by people, and corrected."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evalharness.decide.cells import FloatArray
from evalharness.decide.characteristics.grading import Graded
from evalharness.decide.characteristics.noise import CASES, Noise, normal, ordinal
from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design
from evalharness.decide.distributions import t_quantile
from evalharness.decide.labelled import Correction

NOMINAL = 0.95
LEAST = 0.93
"""Share of intervals that must hold the truth: NOMINAL less what 40 labels cost, since λ is estimated too."""
TRUTH = 0.3
"""True score difference, points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One kind of judge and people, in many studies."""

    world: str
    labels: int
    studies: int
    judge: float
    """Share of studies whose 95 % interval by the judge alone, on all cases, holds the truth."""
    people: float
    """The same by people alone, on the graded cases."""
    corrected: float
    """The same corrected by PPI++."""
    judge_width: float
    """Mean width of the interval, points."""
    people_width: float
    corrected_width: float

    @property
    def monte_carlo_error(self) -> float:
        """Standard error of the corrected share."""
        return math.sqrt(self.corrected * (1 - self.corrected) / self.studies)

    @property
    def holds(self) -> bool:
        """Whether enough corrected intervals hold the truth."""
        return self.corrected >= LEAST


def coverages(*, studies: int, seed: int) -> Iterator[Coverage]:
    """Simulate judges that flatter the treatment, and people who grade some pairs."""
    for noise, bias, people in (
        (normal(0.6), 0.1, Graded()),
        (normal(0.6), 0.1, Graded(cases=30)),
        (normal(0.6), 0.3, Graded()),
        (normal(0.6), 0.1, Graded(judge_sd=1.0)),
        (ordinal(), 0.1, Graded()),
    ):
        yield _coverage(noise, bias, people, studies=studies, seed=seed)


def _coverage(noise: Noise, bias: float, people: Graded, *, studies: int, seed: int) -> Coverage:
    world = f"judge flatters by {bias:g} point and errs by {people.judge_sd:g}; {noise.name}"
    rng = np.random.default_rng([seed, zlib.crc32(f"coverage/{world}/{people.cases}".encode())])
    truth = noise.draw(rng, studies, TRUTH)
    judged = people.judge(rng, truth, bias)
    labels = people.grade(rng, truth, judged)
    rows = np.array([_intervals(judged[k], labels.correction(k)) for k in range(studies)])
    centres, halves = rows[:, :3], rows[:, 3:]
    held = (np.abs(centres - TRUTH) <= halves).mean(axis=0).tolist()
    widths = (2 * halves).mean(axis=0).tolist()
    return Coverage(
        world=world, labels=people.cases, studies=studies, judge=held[0], people=held[1], corrected=held[2],
        judge_width=widths[0], people_width=widths[1], corrected_width=widths[2],
    )  # fmt: skip


def _intervals(judged: FloatArray, correction: Correction) -> tuple[float, ...]:
    """Return the centres by judge, people and correction, then the half widths."""
    at, confidence = correction.people.at, (1 + NOMINAL) / 2
    found = correction.rectified(judged, Design.simple(CASES), correction.quality)
    half = t_quantile(confidence, found.df) * found.se
    alone = [
        mean_estimate(values, Design.simple(len(values)), unit="points", confidence=confidence)
        for values in (judged, judged[at] + correction.quality)
    ]
    halves = [(one.high or 0.0) - one.value for one in alone]
    return (alone[0].value, alone[1].value, found.value, halves[0], halves[1], half)
