"""How much one answer differs from another to the same question: what the A/A arm is there for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from evalharness.core.experiment import Role, Thresholds
from evalharness.core.gate import Snapshot
from evalharness.decide.design import Design
from evalharness.decide.gate.sides import by_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Differences between an A/A arm and the arm that it repeats."""

    arm: str
    sd: float
    """Standard deviation of a case's difference, points."""
    severe: int
    """Cases that drop severely by chance."""
    n: int

    @property
    def severe_share(self) -> float:
        """Share of severe drops."""
        return self.severe / self.n

    def standard_error(self, design: Design) -> float:
        """Return the standard error of a mean difference if every answer of a design were new."""
        weights = design.weights / design.weights.sum()
        return self.sd * math.sqrt(float((weights**2).sum()))


def noise_of(snapshot: Snapshot, limits: Thresholds) -> Noise | None:
    """Measure noise on an A/A arm of a run; None without one, or with fewer than two scored pairs."""
    cells = by_place(snapshot)
    for arm in snapshot.arms:
        if arm.role is not Role.AA:
            continue
        twins = [
            other.arm
            for other in snapshot.arms
            if (other.model, other.context) == (arm.model, arm.context) and other.role is not Role.AA
        ]
        pairs = [
            (cells[twin, cell.case].score, cell.score)
            for twin in twins[:1]
            for cell in snapshot.cells
            if cell.arm == arm.arm and (twin, cell.case) in cells
        ]
        changes = np.array([b - a for a, b in pairs if a is not None and b is not None], dtype=np.float64)
        if len(changes) > 1:
            severe = int((changes <= -limits.severe_loss + 1e-9).sum())
            return Noise(arm=arm.arm, sd=float(changes.std(ddof=1)), severe=severe, n=len(changes))
    return None
