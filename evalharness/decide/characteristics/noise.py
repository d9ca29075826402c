"""Errors of known mean: what makes one case's score differ from the truth on average."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from evalharness.decide.cells import FloatArray, IntArray

CASES = 100
"""Cases of every simulated study."""
LOST_POINTS = 4.0
"""What a catastrophe loses, of 5 points."""
SESSIONS = np.repeat(np.arange(25, dtype=np.int64), 4)
"""25 sessions of 4 cases."""
UNEQUAL_SESSIONS = np.repeat(
    np.arange(20, dtype=np.int64), [1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 8, 9, 11, 14]
)
"""20 sessions of 1 to 14 cases."""

Draw: TypeAlias = Callable[[np.random.Generator, int, float], FloatArray]
"""(generator, studies, mean) → score differences, shape (studies, CASES), points, their true mean exact."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noise:
    """One way in which score differences spread around their mean."""

    name: str
    draw: Draw
    clusters: IntArray | None = None
    """Cluster of each case, declared to the rule; None if cases are independent."""


def normal(sd: float) -> Noise:
    """Return normal differences."""

    def draw(rng: np.random.Generator, studies: int, mean: float) -> FloatArray:
        return mean + rng.normal(0, sd, (studies, CASES))

    return Noise(name=f"normal, sd {sd:g}", draw=draw)


def ordinal() -> Noise:
    """Return whole points from -2 to 2, as a rubric of whole grades gives; |mean| below 0.4."""
    points = np.arange(-2.0, 3.0)

    def draw(rng: np.random.Generator, studies: int, mean: float) -> FloatArray:
        shares = np.array([0.06, 0.20 - mean / 2, 0.48, 0.20 + mean / 2, 0.06])
        picked: FloatArray = points[rng.choice(5, size=(studies, CASES), p=shares)]
        return picked

    return Noise(name="ordinal, whole points", draw=draw)


def heavy_tails(sd: float) -> Noise:
    """Return t with 3 degrees of freedom, cut at 4 points on both sides, so that the mean stays exact."""

    def draw(rng: np.random.Generator, studies: int, mean: float) -> FloatArray:
        error = sd / 3**0.5 * rng.standard_t(3, (studies, CASES))
        return mean + np.clip(error, -4.0, 4.0)

    return Noise(name=f"heavy tails, t(3), sd {sd:g}", draw=draw)


def skewed(sd: float) -> Noise:
    """Return differences with many small gains and a long tail of losses (a mirrored exponential)."""

    def draw(rng: np.random.Generator, studies: int, mean: float) -> FloatArray:
        return mean + sd - rng.exponential(sd, (studies, CASES))

    return Noise(name=f"skewed to losses, sd {sd:g}", draw=draw)


def catastrophes(share: float, sd: float = 0.3) -> Noise:
    """Return differences of which a share loses 4 points and the others make up for it on average."""

    def draw(rng: np.random.Generator, studies: int, mean: float) -> FloatArray:
        lost = rng.random((studies, CASES)) < share
        return _with_losses(rng, lost, share=share, mean=mean, sd=sd)

    return Noise(name=f"{share:.0%} of cases lose 4 points", draw=draw)


def clustered(clusters: IntArray, name: str) -> Noise:
    """Return normal differences that share an error of sd 0.5 within each cluster, sd 0.78 in all."""

    def draw(rng: np.random.Generator, studies: int, mean: float) -> FloatArray:
        shared = rng.normal(0, 0.5, (studies, int(clusters.max()) + 1))[:, clusters]
        return mean + shared + rng.normal(0, 0.6, (studies, CASES))

    return Noise(name=name, draw=draw, clusters=clusters)


def lost_sessions(share: float, sd: float = 0.3) -> Noise:
    """Return differences of which whole sessions lose 4 points: few units carry all the bad news."""

    def draw(rng: np.random.Generator, studies: int, mean: float) -> FloatArray:
        lost = (rng.random((studies, int(SESSIONS.max()) + 1)) < share)[:, SESSIONS]
        return _with_losses(rng, lost, share=share, mean=mean, sd=sd)

    return Noise(name=f"{share:.0%} of 25 sessions lose 4 points", draw=draw, clusters=SESSIONS)


def _with_losses(
    rng: np.random.Generator,
    lost: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    *,
    share: float,
    mean: float,
    sd: float,
) -> FloatArray:
    others = (mean + LOST_POINTS * share) / (1 - share)
    return np.where(lost, -LOST_POINTS, others) + rng.normal(0, sd, lost.shape)
