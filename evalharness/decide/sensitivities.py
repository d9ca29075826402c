"""The decisive contrast under other choices: what a careful reader would try next."""

from __future__ import annotations

from collections.abc import Mapping

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import Estimate, Sensitivity
from evalharness.core.experiment import ContextMode, DroppedCells
from evalharness.decide.assess import Assessment, branch_of, return_to_beat
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.money import CaseMoney, case_money
from evalharness.decide.stakes import Stakes


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
        rows.append(_row(swapped, f"dropped_cells_{other}", _on_path(swapped, found)))
    rows.append(_row(stakes, "cache_neutral_cost", _on_path(stakes, found, cache_neutral=True)))
    rows.append(_row(stakes, "run_date_prices", _at_run_date(stakes, found)))
    rows.append(_full_tail(stakes, found))
    return tuple(rows)


def _row(stakes: Stakes, name: str, case: CaseMoney | None) -> Sensitivity:
    if case is None:
        return _shown(stakes, name, None)
    return _shown(
        stakes, name, stakes.net(case, return_to_beat(stakes, branch_of(stakes.estimate(case.cost))))
    )


def _shown(stakes: Stakes, name: str, estimate: Estimate | None) -> Sensitivity:
    return Sensitivity(
        name=name,
        quality=stakes.points(),
        net_at_threshold=estimate,
        holds=None if estimate is None or estimate.low is None else estimate.low > 0,
    )


def _on_path(stakes: Stakes, found: Assessment | None, *, cache_neutral: bool = False) -> CaseMoney | None:
    if found is None:
        return None
    costs = stakes.cost_path(found.path, cache_neutral=cache_neutral)
    return None if costs is None else _case(stakes, found.values, costs @ found.path.shares)


def _at_run_date(stakes: Stakes, found: Assessment | None) -> CaseMoney | None:
    cost = None if found is None else stakes.cost_on(found.on)
    return None if cost is None or found is None else _case(stakes, found.values, cost)


def _case(stakes: Stakes, values: Mapping[str, float], cost: FloatArray) -> CaseMoney:
    return case_money(
        values, stakes.exchange, quality=stakes.pair.quality, cost=cost, latency_s=stakes.latency_s,
        weights=stakes.pair.design.weights, people_add=stakes.people_add,
    )  # fmt: skip


def _full_tail(stakes: Stakes, found: Assessment | None) -> Sensitivity:
    estimate = None if found is None else stakes.guarded_net(found.case, found.threshold, 1.0)
    return _shown(stakes, "full_tail_share", estimate)
