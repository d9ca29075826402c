"""Arms found by role and context, and their cases paired: repeats are averaged per case first."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from evalharness.core.errors import BadInput
from evalharness.core.experiment import Arm, ContextMode, DroppedCells, Role, ScorerChoice
from evalharness.decide.cells import BoolArray, Cells, FloatArray, IntArray
from evalharness.decide.design import Design

_EQUAL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class MainArms:
    """Positions of the main arms in a study's list of arms, by role and context."""

    control: dict[ContextMode, int]
    treatment: dict[ContextMode, int]

    @property
    def all(self) -> tuple[int, ...]:
        """Every main arm, sorted."""
        return tuple(sorted((*self.control.values(), *self.treatment.values())))

    def pair(self, context: ContextMode) -> tuple[int, int] | None:
        """Return (treatment, control) in a context, None if one is missing."""
        if context in self.control and context in self.treatment:
            return self.treatment[context], self.control[context]
        return None


def main_arms(arms: tuple[Arm, ...]) -> MainArms:
    """Find control and treatment arms by role and context.

    Raises:
        BadInput: If two arms claim the same place, or no context has both a control and a treatment.
    """
    found: dict[Role, dict[ContextMode, int]] = {Role.CONTROL: {}, Role.TREATMENT: {}}
    for position, arm in enumerate(arms):
        if arm.role not in found:
            continue
        if arm.context in found[arm.role]:
            raise BadInput(f"arm {arm.name} is a second {arm.role} with context {arm.context}")
        found[arm.role][arm.context] = position
    result = MainArms(control=found[Role.CONTROL], treatment=found[Role.TREATMENT])
    if result.pair(ContextMode.RAW) is None:
        raise BadInput("the experiment needs a control arm and a treatment arm with context raw")
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How many quadruples (one repeat of a case in all main arms) are fully scored."""

    planned: int
    complete: int
    cases: BoolArray
    """Which cases are planned in every main arm, shape (cases,)."""

    @property
    def share(self) -> float:
        """Complete share of the planned quadruples."""
        return self.complete / self.planned if self.planned else 0.0


def completeness(cells: Cells, arms: MainArms) -> Completeness:
    """Count complete quadruples among the cases common to all main arms.

    Cases that an arm on a subset should have run but did not count as planned and incomplete.
    """
    common: BoolArray = np.logical_and.reduce([cells.planned(arm) for arm in arms.all], axis=0)
    subsets = [size for arm in arms.all if (size := cells.arms[arm].cases) is not None]
    cases = max(int(common.sum()), min(subsets, default=0))
    scored: BoolArray = ~np.isnan(cells.quality[list(arms.all)])
    complete = int((scored.all(axis=0) & common[:, None]).sum())
    return Completeness(planned=cases * cells.shape[2], complete=complete, cases=common)


def case_means(values: FloatArray, *, over: BoolArray | None = None) -> FloatArray:
    """Average repeats: shape (cases, repeats) to (cases,), leaving out NaN; NaN where nothing is known."""
    usable = values if over is None else np.where(over, values, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # "mean of empty slice": NaN is the answer then
        means: FloatArray = np.nanmean(usable, axis=1)
    return means


def case_quality(cells: Cells, arm: int, rule: DroppedCells, scale: ScorerChoice) -> FloatArray:
    """Return each case's score in an arm, shape (cases,), repeats averaged.

    Under WORST an unscored or missing repeat counts as the lowest score; under DROP it is left out. A repeat
    for which only the judge had no score is left out under both: it is no fault of the arm. NaN where the arm
    was not to run on the case, or nothing is left.
    """
    quality = cells.quality[arm]
    if rule is DroppedCells.WORST:
        lost = np.isnan(quality) & ~cells.unjudged[arm]
        quality = np.where(lost, scale.scale_low, quality)
    means = case_means(quality)
    means[~cells.planned(arm)] = np.nan
    return means


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two arms on the cases that they share."""

    minuend: int
    subtrahend: int
    index: IntArray
    """Positions of the cases, shape (n,)."""
    design: Design
    first: FloatArray
    """Scores of the minuend, shape (n,)."""
    second: FloatArray

    @property
    def quality(self) -> FloatArray:
        """Score differences, shape (n,), points."""
        return self.first - self.second

    def differences(self, values: FloatArray) -> FloatArray:
        """Return minuend − subtrahend of a cell array (arms, cases, repeats), shape (n,).

        Repeats are averaged per case and arm first. Cases without both sides are NaN.
        """
        first, second = (case_means(values[arm])[self.index] for arm in (self.minuend, self.subtrahend))
        # Two bills of the same money, added up in another order, must not differ by the last bit of a float.
        equal = np.abs(first - second) <= _EQUAL * (np.abs(first) + np.abs(second))
        return np.where(equal, 0.0, first - second)


def pair_arms(
    cells: Cells, minuend: int, subtrahend: int, *, design: Design, rule: DroppedCells, scale: ScorerChoice
) -> Pair:
    """Pair two arms by case; cases of no weight or, under DROP, without both scores leave."""
    first = case_quality(cells, minuend, rule, scale)
    second = case_quality(cells, subtrahend, rule, scale)
    index = np.flatnonzero(~np.isnan(first) & ~np.isnan(second) & (design.weights > 0))
    return Pair(
        minuend=minuend,
        subtrahend=subtrahend,
        index=index,
        design=design.take(index),
        first=first[index],
        second=second[index],
    )


def complete_differences(pair: Pair, values: FloatArray) -> tuple[FloatArray, Design] | None:
    """Return the known differences of a cell array with their design; None if there are none."""
    differences = pair.differences(values)
    known = ~np.isnan(differences)
    if not known.any():
        return None
    return differences[known], pair.design.take(known)


def filled_differences(pair: Pair, values: FloatArray) -> FloatArray | None:
    """Return differences for every case of the pair, those of incomplete cases replaced by the mean.

    Contrasts of money need a cost beside every score, the worst score of a failed cell included; the mean of
    the complete pairs there keeps the mean contrast what the complete pairs say. None if no pair is complete.
    """
    differences = pair.differences(values)
    known = ~np.isnan(differences)
    if not known.any():
        return None
    mean = np.average(differences[known], weights=pair.design.weights[known])
    return np.where(known, differences, mean)
