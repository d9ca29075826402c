"""The decisive contrast under other choices: what a careful reader would try next."""

from __future__ import annotations

from collections.abc import Mapping

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import Sensitivity
from evalharness.core.experiment import ContextMode, DroppedCells
from evalharness.decide.assess import Assessment, Stakes
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import net_values
from evalharness.decide.money import case_money
from evalharness.decide.tail import net_benefit_pseudo_case


def sensitivities(
    bench: Bench, assumptions: Assumptions, context: ContextMode, stakes: Stakes, found: Assessment | None
) -> tuple[Sensitivity, ...]:
    """Repeat the decisive contrast with the other dropped-cell rule, cache-neutral and run-date prices.

    The last row is the tail guard with the whole score range, which is safer and dearer in power.
    """
    chosen = bench.study.experiment.dropped_cells
    other = DroppedCells.DROP if chosen is DroppedCells.WORST else DroppedCells.WORST
    swapped = Stakes(bench, assumptions, bench.upgrade_pair(context, other))
    rows = []
    if swapped.pair.design.n:
        rows.append(_row(swapped, f"dropped_cells_{other}", _net_on_path(swapped, found)))
    rows.append(_row(stakes, "cache_neutral_cost", _net_on_path(stakes, found, cache_neutral=True)))
    rows.append(_row(stakes, "run_date_prices", _net_at_run_date(stakes, found)))
    rows.append(_full_tail(stakes, found))
    return tuple(rows)


def _row(stakes: Stakes, name: str, net: FloatArray | None) -> Sensitivity:
    estimate = None if net is None else stakes.estimate(net)
    return Sensitivity(
        name=name,
        quality=stakes.estimate(stakes.pair.quality, "points"),
        net_at_threshold=estimate,
        holds=None if estimate is None or estimate.low is None else estimate.low > 0,
    )


def _net_on_path(
    stakes: Stakes, found: Assessment | None, *, cache_neutral: bool = False
) -> FloatArray | None:
    if found is None:
        return None
    costs = stakes.cost_path(found.path, cache_neutral=cache_neutral)
    return None if costs is None else _net(stakes, found.values, costs @ found.path.shares)


def _net_at_run_date(stakes: Stakes, found: Assessment | None) -> FloatArray | None:
    cost = None if found is None else stakes.cost_on(found.on)
    return None if cost is None or found is None else _net(stakes, found.values, cost)


def _net(stakes: Stakes, values: Mapping[str, float], cost: FloatArray) -> FloatArray:
    case = case_money(
        values, stakes.exchange, quality=stakes.pair.quality, cost=cost, latency_s=stakes.latency_s,
        weights=stakes.pair.design.weights,
    )  # fmt: skip
    return net_values(case.benefit, case.cost, stakes.limits.roi)


def _full_tail(stakes: Stakes, found: Assessment | None) -> Sensitivity:
    quality = stakes.estimate(stakes.pair.quality, "points")
    if found is None:
        return Sensitivity(name="full_tail_share", quality=quality, net_at_threshold=None, holds=None)
    case, threshold = found.case, stakes.limits.roi
    pseudo = net_benefit_pseudo_case(
        case.cost, value_per_point=case.value_per_point, score_range=stakes.exchange.scale_width, share=1.0,
        threshold=threshold,
    )  # fmt: skip
    estimate = stakes.guarded(net_values(case.benefit, case.cost, threshold), pseudo)
    holds = None if estimate.low is None else estimate.low > 0
    return Sensitivity(name="full_tail_share", quality=quality, net_at_threshold=estimate, holds=holds)
