"""The upgrade judged again at another setting of the levers: the same rules, P by the quadrature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from evalharness.core.assumptions import Assumption, Assumptions, Dist, Status
from evalharness.core.decision import Binding, Condition, Ruling
from evalharness.core.errors import PricingError
from evalharness.core.levers import Pulled, Setting
from evalharness.decide.assess import Assessment, assess
from evalharness.decide.bench import Bench
from evalharness.decide.binding import upgrade_binding
from evalharness.decide.cells import FloatArray
from evalharness.decide.quadrature import Nodes, chance_of
from evalharness.decide.rulings import lifecycle_condition
from evalharness.decide.stakes import Stakes
from evalharness.decide.tornado import tornado
from evalharness.decide.upgrade_case import UpgradeCase, proof_rows, statistical_ruling

DIGITS = 12
"""Significant digits of per-case numbers, in the page as here: a list price times whole tokens has fewer."""
_MOVED = "moved in the what-if panel"


def stated(values: FloatArray) -> FloatArray:
    """Return numbers as the page states them."""
    return np.array([float(f"{value:.{DIGITS}g}") for value in values.ravel()]).reshape(values.shape)


class PulledStakes(Stakes):
    """Stakes whose per-case numbers are those of the page."""

    @cached_property
    def latency_s(self) -> FloatArray:
        """Added seconds of each case."""
        return stated(super().latency_s)

    def cost_on(self, day: dt.date, *, cache_neutral: bool = False) -> FloatArray | None:
        """Return token cost differences at one day's prices, shape (n,), USD."""
        found = super().cost_on(day, cache_neutral=cache_neutral)
        return None if found is None else stated(found)


def moved_stakes(stakes: Stakes, setting: Setting) -> PulledStakes:
    """Return the stakes with the levers where a setting has them."""
    return PulledStakes(
        _limited(stakes.bench, setting.threshold),
        pinned(stakes.assumptions, dict(setting.values), setting.months),
        stakes.pair,
    )


def _limited(bench: Bench, threshold: float) -> Bench:
    study, experiment = bench.study, bench.study.experiment
    thresholds = replace(experiment.thresholds, roi=threshold)
    return replace(bench, study=replace(study, experiment=replace(experiment, thresholds=thresholds)))


def pinned(assumptions: Assumptions, values: Mapping[str, float], months: int) -> Assumptions:
    """Return the assumptions with some of them known exactly, over a horizon."""
    fields = tuple(
        Assumption(
            name=field.name, status=Status.KNOWN, dist=Dist.FIXED, mid=values[field.name], unit=field.unit,
            source=_MOVED,
        )
        if field.name in values
        else field
        for field in assumptions.fields
    )  # fmt: skip
    kept = tuple(
        (first, second, r)
        for first, second, r in assumptions.correlations
        if first not in values and second not in values
    )
    return replace(assumptions, fields=fields, correlations=kept, horizon_months=months)


def pull(case: UpgradeCase, nodes: Nodes, setting: Setting) -> Pulled:
    """Judge the upgrade at a setting.

    Evidence and guardrails are the decision's own: levers move what is assumed, never what was measured.

    Args:
        case: The upgrade as it was decided.
        nodes: Of the quadrature.
        setting: Where the levers stand.

    Raises:
        BadInput: If a value lies outside its field's domain.
    """
    stakes = moved_stakes(case.stakes, setting)
    try:
        found = assess(stakes, setting.on, {}, simulate=False)
    except PricingError:
        return Pulled(ruling=Ruling.NO_VERDICT.value, branch=None, binding=None)
    if found is None or found.joint is None:
        return Pulled(ruling=case.final(Ruling.INCONCLUSIVE)[0].value, branch=None, binding=None)
    chance = chance_of(
        nodes, found.joint, found.values, found.path.shares, stakes.exchange,
        moved=frozenset(name for name, _ in setting.values), threshold=stakes.limits.roi,
    )  # fmt: skip
    return _pulled(case, stakes, replace(found, chance=chance))


def _pulled(case: UpgradeCase, stakes: Stakes, found: Assessment) -> Pulled:
    bench = stakes.bench
    model = bench.cells.arms[stakes.pair.minuend].model
    lifecycle = lifecycle_condition(bench, model, stakes.exchange.months)
    proof = proof_rows(stakes, found, None)
    ruling, _ = statistical_ruling(stakes, found, proof, None)
    moved = replace(
        case, stakes=stakes, found=found, standing=found, field=None, proof=proof, lifecycle=lifecycle
    )
    final = moved.final(ruling)[0]
    conditions = (*case.evidence, *proof, *case.guardrails, lifecycle)
    rows = tornado(
        stakes.assumptions, {}, found.joint, tuple(found.path.shares.tolist()), stakes.exchange,
        threshold=found.threshold,
    ) if found.joint is not None else ()  # fmt: skip
    binding = upgrade_binding(final, conditions, field=None, tornado=rows, found=found)
    return _figures(found, final, binding, (*proof, lifecycle))


def _figures(
    found: Assessment, final: Ruling, binding: Binding | None, conditions: tuple[Condition, ...]
) -> Pulled:
    money, fieller = found.money, found.fieller
    return Pulled(
        ruling=final.value, branch=found.branch.value,
        binding=binding.condition.value if binding else None,
        binding_field=binding.field if binding else None,
        binding_also=binding.also.value if binding and binding.also else None,
        conditions=tuple((row.name.value, row.value, row.met) for row in conditions),
        quality=found.quality.value, benefit=money.benefit, cost=money.cost, roi=money.roi,
        roi_kind=fieller.kind if fieller else None, roi_low=fieller.low if fieller else None,
        roi_high=fieller.high if fieller else None, npv=money.npv, payback_months=money.payback_months,
        probability=found.chance.probability if found.chance else None,
        path=tuple((row.cost, row.roi) for row in money.path),
    )  # fmt: skip
