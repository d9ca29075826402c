"""What else could be deployed: each other arm, and the treatment only where it pays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evalharness.core.decision import Choice
from evalharness.core.experiment import Arm, ContextMode, GatewaySettings, Role
from evalharness.decide.assess import Assessment, assess, roi_interval
from evalharness.decide.cells import BoolArray, FloatArray
from evalharness.decide.contrasts import net_values, to_beat
from evalharness.decide.money import CaseMoney, overhead_per_request
from evalharness.decide.slices import dimensions, label
from evalharness.decide.stakes import Stakes

_HALVES = 2


def choices(stakes: Stakes, found: Assessment | None) -> tuple[Choice, ...]:
    """Value every main arm, every alternative, and the policies "treatment only for ...", by the same money.

    Args:
        stakes: The pair that is compared.
        found: Its assessment; None while an assumption is unknown: then nothing has a value.

    Returns:
        Arms in the order of the experiment, alternatives after the main ones, then one policy for each
        dimension of the slices.
    """
    if found is None:
        return ()
    return (*_arms(stakes, found), *_policies(stakes, found))


def _arms(stakes: Stakes, found: Assessment) -> Iterator[Choice]:
    """Yield each main arm against the control without compression, all requests alike."""
    bench = stakes.bench
    base = bench.arms.control[ContextMode.RAW]
    others = [i for i, arm in enumerate(bench.cells.arms) if arm.role is Role.ALTERNATIVE]
    for arm in (*bench.arms.all, *others):
        pair = bench.pair(arm, base)
        if arm == base or not pair.design.n:
            continue
        other = Stakes(bench, stakes.assumptions, pair)
        costs = other.cost_path(other.path(found.on))
        assessed = None if costs is None else assess(other, found.on, {}, simulate=False)
        if assessed is None:
            continue
        mixed = _changes(bench.cells.arms[arm], bench.cells.arms[base], bench.study.experiment.gateway) > 1
        everything = np.ones(pair.design.n, dtype=np.bool_)
        switches = bench.cells.arms[arm].model != bench.cells.arms[base].model
        yield _choice(
            other, assessed, everything, name="arm", only_for=(), combination=mixed, switches=switches
        )


def _changes(arm: Arm, base: Arm, gateway: GatewaySettings) -> int:
    """Return in how many of model, context and thinking an arm differs from another."""
    thinks = [each.thinking_level or gateway.thinking_level for each in (arm, base)]
    return sum((arm.model != base.model, arm.context is not base.context, thinks[0] != thinks[1]))


def _policies(stakes: Stakes, found: Assessment) -> Iterator[Choice]:
    """Yield, for each dimension, the treatment only for the values where it pays.

    A policy chosen and valued on the same cases flatters itself. So it is chosen on one half, valued on the
    other, and the other way round; what it would be on all cases is named beside that value.
    """
    cases = [stakes.bench.cells.cases[i] for i in stakes.pair.index]
    half = _halves(stakes)
    weights = stakes.pair.design.weights
    for dimension in dimensions(cases) if stakes.pair.design.units >= 2 * _HALVES else ():
        labels = np.array([label(case, dimension) for case in cases])
        chosen = np.zeros(len(labels), dtype=np.bool_)
        for valued in range(_HALVES):
            pays = _paying(labels, found.case, weights, half != valued, stakes.limits.roi)
            chosen |= (half == valued) & np.isin(labels, sorted(pays))
        everything = np.ones(len(labels), dtype=np.bool_)
        everywhere = _paying(labels, found.case, weights, everything, stakes.limits.roi)
        yield _choice(stakes, found, chosen, name=dimension, only_for=tuple(sorted(everywhere)))


def _halves(stakes: Stakes) -> FloatArray:
    """Return 0 or 1 for each case: independent units dealt out by the study's seed."""
    design, seed = stakes.pair.design, stakes.bench.study.experiment.seed
    unit = np.arange(design.n) if design.clusters is None else design.clusters
    names, position = np.unique(unit, return_inverse=True)
    order = np.random.default_rng([seed & 0xFFFFFFFFFFFFFFFF, 0x5E6]).permutation(len(names))
    dealt: FloatArray = (order % _HALVES)[position].astype(np.float64)
    return dealt


def _paying(
    labels: np.ndarray[tuple[int], np.dtype[np.str_]],
    money: CaseMoney,
    weights: FloatArray,
    over: BoolArray,
    threshold: float,
) -> set[str]:
    """Return the values whose mean B − (1 + r)C is positive over some of the cases."""
    found = set()
    for value in np.unique(labels[over]):
        inside = over & (labels == value)
        benefit, cost, share = money.benefit[inside], money.cost[inside], weights[inside]
        if np.average(net_values(benefit, cost, to_beat(cost, share, threshold)), weights=share) > 0:
            found.add(str(value))
    return found


def _choice(
    stakes: Stakes,
    found: Assessment,
    chosen: BoolArray,
    *,
    name: str,
    only_for: tuple[str, ...],
    combination: bool = False,
    switches: bool = True,
) -> Choice:
    design = stakes.pair.design
    # Ops and the one-off cost are paid whole, however few requests the treatment answers; they are what
    # another model costs, so an arm of the control's own model pays none of them.
    stated = float(overhead_per_request(found.values, stakes.exchange))
    overhead = stated if switches else 0.0
    benefit = np.where(chosen, found.case.benefit, 0.0)
    cost = np.where(chosen, found.case.cost - stated, 0.0) + overhead * bool(chosen.any())
    shift = stakes.shift(found.case.value_per_point, -found.case.value_per_point)
    if stakes.correction is not None:
        shift = shift * chosen[stakes.correction.people.at]
    net = stakes.corrected(net_values(benefit, cost, 0.0), shift)
    mean_cost = float(np.average(cost, weights=design.weights))
    threshold = to_beat(cost, design.weights, stakes.limits.roi)
    interval = None
    if design.units >= 2 and bool(chosen.any()):
        joint = stakes.joint(np.stack([benefit, cost], axis=1), shift)
        interval = roi_interval(joint, stakes.bench.confidence)
    return Choice(
        name=name, arm=stakes.bench.cells.arms[stakes.pair.minuend].name, only_for=only_for,
        combination=combination, cross_fitted=name != "arm",
        share=float(np.average(chosen, weights=design.weights)),
        net=net,
        net_at_threshold=stakes.corrected(net_values(benefit, cost, threshold), shift),
        roi=net.value / mean_cost if mean_cost > 0 else None,
        interval=interval,
    )  # fmt: skip
