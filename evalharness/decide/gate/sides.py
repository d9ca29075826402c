"""The same cases before and now, arm by arm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from evalharness.core.gate import CellFacts, Snapshot
from evalharness.decide.cells import BoolArray, FloatArray
from evalharness.decide.design import Design

FEWEST = 5
"""Cases that a stratum needs: two that happen to drop alike have no spread, and would prove anything."""
Cells = dict[tuple[str, str], CellFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One arm on the cases that baseline and run share."""

    arm: str
    before: tuple[CellFacts, ...]
    """Of the baseline, sorted by case."""
    after: tuple[CellFacts, ...]
    """Of the run, the same cases."""
    design: Design

    @property
    def anew(self) -> BoolArray:
        """Which cases were asked or answered otherwise than when they were blessed, shape (n,)."""
        pairs = zip(self.before, self.after, strict=True)
        return np.array([(a.asked, a.answers) != (b.asked, b.answers) for a, b in pairs], dtype=np.bool_)

    def take(self, keep: BoolArray) -> Side:
        """Return some of the cases."""
        index = np.flatnonzero(keep)
        return Side(
            arm=self.arm,
            before=tuple(self.before[i] for i in index),
            after=tuple(self.after[i] for i in index),
            design=self.design.take(index),
        )

    def known(self, value: Callable[[CellFacts], float | None]) -> tuple[FloatArray, FloatArray, Design]:
        """Return a value before and now, and the design, on the cases that have it on both sides."""
        pairs = [(value(a), value(b)) for a, b in zip(self.before, self.after, strict=True)]
        keep = np.array([a is not None and b is not None for a, b in pairs], dtype=np.bool_)
        column = np.array([pairs[i] for i in np.flatnonzero(keep)], dtype=np.float64).reshape(-1, 2)
        return column[:, 0], column[:, 1], self.design.take(keep)


def by_place(snapshot: Snapshot) -> Cells:
    """Return a snapshot's cells by arm and case."""
    return {(cell.arm, cell.case): cell for cell in snapshot.cells}


def side_of(arm: str, cases: Iterable[tuple[str, int]], *, before: Cells, now: Cells, design: Design) -> Side:
    """Pair an arm's cells.

    Args:
        arm: Its name.
        cases: Ids of comparable cases, sorted, with their position in the design.
        before: The baseline's cells.
        now: The run's.
        design: Of all the run's cases; those of no weight are left out.
    """
    pairs = [
        (before[arm, case], now[arm, case], i)
        for case, i in cases
        if (arm, case) in before and (arm, case) in now and design.weights[i] > 0
    ]
    index = np.array([i for _, _, i in pairs], dtype=np.int64)
    return Side(
        arm=arm, before=tuple(a for a, _, _ in pairs), after=tuple(b for _, b, _ in pairs),
        design=design.take(index),
    )  # fmt: skip


def stratified(design: Design, anew: BoolArray) -> Design:
    """Return the design with cases asked anew in a stratum of their own.

    Which cases were asked anew is known and not drawn, so the spread between them and the others is no
    uncertainty. Clusters take precedence; a stratum of a few cases is given up.
    """
    labels = anew.astype(np.int64)
    if design.strata is not None:
        labels = 2 * design.strata + labels
    if design.clusters is not None or not _usable(labels):
        labels = anew.astype(np.int64)
    if design.clusters is not None or not _usable(labels):
        return design
    return Design(weights=design.weights, strata=labels)


def _usable(labels: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> bool:
    found, counts = np.unique(labels, return_counts=True)
    return len(found) > 1 and int(counts.min()) >= FEWEST
