"""Exploratory: where the upgrade pays and where it does not, with Holm over all slices together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evalharness.core.decision import Estimate, Slice
from evalharness.core.study import CaseFacts
from evalharness.decide.assess import Assessment
from evalharness.decide.cells import FloatArray, IntArray
from evalharness.decide.contrasts import mean_estimate, net_values, to_beat
from evalharness.decide.stakes import Stakes

_CROSSED = ("persona", "language")
_DIMENSIONS = (*_CROSSED, "category", "persona_language")


def holm(p_values: list[float]) -> list[float]:
    """Return Holm-adjusted p values in the order given.

    The k-th smallest of m is multiplied by m − k + 1, and none may fall below the one before it. A test holds
    it to statsmodels' multipletests, which is not imported here because it imports pandas.

    References:
        Holm (1979), Scandinavian Journal of Statistics 6.
    """
    raw = np.array(p_values, dtype=np.float64)
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(p) for p in adjusted]


def label(case: CaseFacts, dimension: str) -> str:
    """Return the value that a case has in a dimension; persona_language gives such as earth/ko."""
    if dimension == "persona_language":
        return f"{case.persona}/{case.language}"
    return str(getattr(case, dimension))


def dimensions(cases: Sequence[CaseFacts]) -> tuple[str, ...]:
    """Return the dimensions in which cases differ; persona by language where they differ in both.

    A dimension of one value is no slice but the whole again, and testing it costs the others their power.
    """
    varied = {name for name in _DIMENSIONS if len({label(case, name) for case in cases}) > 1}
    if not varied.issuperset(_CROSSED):
        varied.discard("persona_language")
    return tuple(name for name in _DIMENSIONS if name in varied)


def slices(stakes: Stakes, assessed: Assessment | None) -> tuple[Slice, ...]:
    """Estimate quality and net benefit within each persona, language, category, and persona x language.

    Only dimensions in which the cases differ.

    Args:
        stakes: The pair that is compared.
        assessed: Benefit and cost of each case; None while an assumption is unknown.

    Returns:
        Slices in order of dimension and value. No slice has a verdict: ten uncorrected slices at the boundary
        approve somewhere 40 % of the time.
    """
    cases = [stakes.bench.cells.cases[i] for i in stakes.pair.index]
    found = [
        _slice(stakes, dimension, value, keep, assessed)
        for dimension in dimensions(cases)
        for value, keep in _groups(stakes, dimension)
    ]
    tested = [(i, p) for i, row in enumerate(found) if (p := _p_value(row)) is not None]
    adjusted = dict(zip([i for i, _ in tested], holm([p for _, p in tested]), strict=True))
    return tuple(
        Slice(
            dimension=row.dimension, value=row.value, n=row.n, quality=row.quality,
            net_at_threshold=row.net_at_threshold, p_holm=adjusted.get(i),
        )
        for i, row in enumerate(found)
    )  # fmt: skip


def _groups(stakes: Stakes, dimension: str) -> list[tuple[str, IntArray]]:
    cases = stakes.bench.cells.cases
    labels = np.array([label(cases[i], dimension) for i in stakes.pair.index])
    return [(str(value), np.flatnonzero(labels == value)) for value in np.unique(labels)]


def _slice(stakes: Stakes, dimension: str, value: str, keep: IntArray, assessed: Assessment | None) -> Slice:
    design = stakes.pair.design.take(keep)

    def estimate(values: FloatArray, unit: str) -> Estimate | None:
        if design.units < 2:
            return None
        return mean_estimate(values, design, unit=unit, confidence=stakes.bench.confidence)

    net = None
    if assessed is not None:
        benefit, cost = assessed.case.benefit[keep], assessed.case.cost[keep]
        net = net_values(benefit, cost, to_beat(cost, design.weights, stakes.limits.roi))
    return Slice(
        dimension=dimension, value=value, n=len(keep),
        quality=estimate(stakes.pair.quality[keep], "points"),
        net_at_threshold=None if net is None else estimate(net, "usd_per_request"), p_holm=None,
    )  # fmt: skip


def _p_value(row: Slice) -> float | None:
    tested = row.net_at_threshold or row.quality
    return None if tested is None else tested.p_greater
