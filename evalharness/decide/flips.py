"""Where one assumption, known exactly, would turn the money conditions of the verdict: found by deciding."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Final

import numpy as np

from evalharness.core.assumptions import Assumption
from evalharness.core.decision import Branch, BreakEven, ConditionName, Flip, TornadoRow
from evalharness.decide.assess import Assessment, assess, simulated_chance
from evalharness.decide.binding import widest_assumptions
from evalharness.decide.cells import FloatArray
from evalharness.decide.labelled import Correction
from evalharness.decide.pull import pinned
from evalharness.decide.rulings import proof_conditions
from evalharness.decide.stakes import Stakes

MOST: Final = 2
"""Assumptions that are looked at: those that move the answer most."""
REACH: Final = 10.0
"""How far up from its mean an assumption is moved, as a factor, inside its domain; down, to its end."""
DIGITS: Final = 3
"""Significant digits to which the value is found; it is rounded to the side on which the conditions hold."""
_STEPS = 16


def flips(
    stakes: Stakes,
    break_evens: tuple[BreakEven, ...],
    tornado: tuple[TornadoRow, ...],
) -> tuple[Flip, ...]:
    """Return from where on every money condition holds, for the assumptions that move the answer most.

    One assumption is known exactly, all others stay as doubtful as they are stated, and the upgrade is
    decided anew: bounds, tail guard, bias allowance, P and NPV together.

    Args:
        stakes: The upgrade's. A single unknown assumption is the one that is moved.
        break_evens: On which side of its value each assumption pays.
        tornado: What moves the answer most.
    """
    if stakes.pair.design.units < 2:
        return ()
    unknown = [field.name for field in stakes.assumptions.unknowns()]
    if len(unknown) > 1:
        return ()
    known = {row.name: row for row in break_evens}
    names = unknown or widest_assumptions(tornado)[:MOST]
    rows = [_flip(stakes, known[name]) for name in names if name in known]
    return tuple(row for row in rows if row is not None)


def _flip(stakes: Stakes, even: BreakEven) -> Flip | None:
    """Search from the mean; for an unknown from the break-even of the mean, short of which nothing holds."""
    start = even.value if even.current is None else even.current
    if start is None or start <= 0:
        return None

    def holds(value: float) -> bool:
        return _all_hold(stakes, even.name, value)

    now = holds(start)
    field = next(f for f in stakes.assumptions.fields if f.name == even.name)
    steps = _path(field, start, upwards=(even.direction == "at_least") is not now)
    turned = next((k for k, value in enumerate(steps) if holds(value) is not now), None)
    value = None if turned is None else _turn(holds, steps[turned - 1] if turned else start, steps[turned])
    return Flip(
        name=even.name, value=value, current=even.current, reach=steps[-1], unit=even.unit,
        direction=even.direction, holds=now,
    )  # fmt: skip


def _path(field: Assumption, start: float, *, upwards: bool) -> list[float]:
    """Return values from beyond the start to the end of the reach, ascending or descending."""
    spec = field.spec
    if upwards:
        end = min(spec.high, REACH * start)
    else:
        end = start / REACH if spec.positive or not math.isfinite(spec.low) else spec.low
    steps = np.geomspace(start, end, _STEPS) if end > 0 else np.linspace(start, end, _STEPS)
    found: list[float] = steps[1:].tolist()
    return found


def _all_hold(stakes: Stakes, name: str, value: float) -> bool:
    """Decide with an assumption at a value: does every money condition hold?"""
    moved, on = _Pinned(stakes, name, value), stakes.bench.study.on
    bounds = assess(moved, on, {}, simulate=False)
    if bounds is None or not _bounds_hold(moved, bounds):
        return False
    # Last: what 50,000 draws say takes longer than all the rest.
    if bounds.branch is not Branch.DEARER:
        return True
    chance = simulated_chance(moved, bounds)
    return chance is not None and chance >= moved.limits.roi_probability


class _Pinned(Stakes):
    """The same stakes with one assumption known exactly; the others keep their draws."""

    def __init__(self, base: Stakes, name: str, value: float) -> None:
        months = base.assumptions.horizon_months
        super().__init__(base.bench, pinned(base.assumptions, {name: value}, months), base.pair)
        self._base, self._pin = base, (name, value)

    @cached_property
    def correction(self) -> Correction | None:
        """What people's grades change: no assumption does."""
        return self._base.correction

    @cached_property
    def draws(self) -> dict[str, float | FloatArray]:
        """Those of the base, which a decision would draw again; what is correlated is drawn anew."""
        name, value = self._pin
        if any(name in pair[:2] for pair in self._base.assumptions.correlations):
            return super().draws
        return {**self._base.draws, name: value}


def _bounds_hold(stakes: Stakes, found: Assessment) -> bool:
    rows = proof_conditions(stakes, found)
    return all(row.met for row in rows if row.name is not ConditionName.ROI_PROBABILITY)


def _turn(holds: Callable[[float], bool], first: float, second: float) -> float:
    """Return where the conditions begin to hold between two values, to DIGITS and on their good side."""
    good, bad = (second, first) if holds(second) else (first, second)
    step = 10.0 ** (math.floor(math.log10(max(good, bad))) - DIGITS + 1)
    low, high = sorted((good, bad))
    # On the grid of what is printed: the printed value is one at which it was decided.
    near = {True: math.floor(high / step), False: math.ceil(low / step)}
    good_step, bad_step = (near[True], near[False]) if good > bad else (near[False], near[True])
    if not holds(good_step * step):
        return good  # the two lie closer together than the digits
    while abs(good_step - bad_step) > 1:
        middle = (good_step + bad_step) // 2
        good_step, bad_step = (middle, bad_step) if holds(middle * step) else (good_step, middle)
    return good_step * step
