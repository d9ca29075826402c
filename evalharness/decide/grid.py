"""The 2 x 2 of model and context: simple effects and their interaction; and each arm on its own."""

from __future__ import annotations

import numpy as np

from evalharness.core.decision import ArmSummary, Estimate, TwoByTwo
from evalharness.core.experiment import ContextMode
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import mean_or_value
from evalharness.decide.costs import billed_tokens
from evalharness.decide.pairing import MainArms, case_means, case_quality


def two_by_two(bench: Bench) -> TwoByTwo:
    """Report every simple effect; comparing pro with sena to flash without would mix two of them."""
    arms = bench.arms
    contrasts = tuple(
        bench.contrast(name, first, second)
        for name, first, second in simple_effects(arms)
        if bench.pair(first, second).design.n
    )
    interaction = None
    raw, sena = arms.pair(ContextMode.RAW), arms.pair(ContextMode.SENA)
    if raw is not None and sena is not None:
        pair_raw, pair_sena = bench.pair(*raw), bench.pair(*sena)
        # Under DROP the two pairs may have lost different cases.
        both, at_raw, at_sena = np.intersect1d(pair_raw.index, pair_sena.index, return_indices=True)
        if len(both):
            interaction = mean_or_value(
                pair_sena.quality[at_sena] - pair_raw.quality[at_raw],
                bench.sampling.design.take(both),
                unit="points",
                confidence=bench.confidence,
            )
    return TwoByTwo(contrasts=contrasts, interaction=interaction)


def simple_effects(arms: MainArms) -> tuple[tuple[str, int, int], ...]:
    """Return (name, minuend, subtrahend) of every difference in one thing: model, or context."""
    found: list[tuple[str, int, int]] = []
    for context in (ContextMode.RAW, ContextMode.SENA):
        pair = arms.pair(context)
        if pair is not None:
            found.append((f"pro-flash|{context}", *pair))
    for label, side in (("flash", arms.control), ("pro", arms.treatment)):
        if ContextMode.RAW in side and ContextMode.SENA in side:
            found.append((f"sena-raw|{label}", side[ContextMode.SENA], side[ContextMode.RAW]))
    return tuple(found)


def arm_summaries(bench: Bench) -> tuple[ArmSummary, ...]:
    """Describe each arm on its own, in the order of the experiment."""
    billed = billed_tokens(bench.cells)
    on = bench.study.on
    priced, neutral = bench.costs.at(on), bench.costs.at(on, cache_neutral=True)
    return tuple(_summary(bench, i, billed[i], priced[i], neutral[i]) for i in range(len(bench.cells.arms)))


def _summary(
    bench: Bench, arm: int, billed: FloatArray, priced: FloatArray, neutral: FloatArray
) -> ArmSummary:
    cells, experiment = bench.cells, bench.study.experiment
    facts = cells.arms[arm]
    planned = cells.planned(arm)
    rows = cells.rows[arm][planned]
    scored = int((~np.isnan(cells.quality[arm][planned])).sum())
    failed = int(cells.failed[arm][planned].sum())
    failures = bench.failures(arm)
    latency = cells.latency_ms[arm][cells.answered[arm] & ~np.isnan(cells.latency_ms[arm])]
    quality = case_quality(cells, arm, experiment.dropped_cells, experiment.scorer)
    weights = bench.sampling.design.weights
    keep = np.flatnonzero(~np.isnan(quality) & (weights > 0))
    return ArmSummary(
        name=facts.name, model=facts.model, context=facts.context, role=facts.role,
        thinking_level=facts.thinking_level,
        cells=rows.size, scored=scored, failed=failed, unscored=rows.size - scored - failed,
        causes=cells.causes[arm],
        quality=mean_or_value(quality[keep], bench.sampling.design.take(keep), unit="points",
                              confidence=bench.confidence) if len(keep) else None,
        latency_mean_ms=float(latency.mean()) if latency.size else None,
        latency_p95_ms=float(np.quantile(latency, 0.95)) if latency.size else None,
        error_rate=None if failures is None else failures[0] / failures[1],
        context_tokens=weighted_mean(case_means(cells.context_net[arm]), weights),
        billed_tokens=weighted_mean(case_means(billed), weights),
        usd_per_request=weighted_mean(case_means(priced), weights),
        usd_per_request_cache_neutral=weighted_mean(case_means(neutral), weights),
        cost=_known_mean(case_means(priced), bench),
    )  # fmt: skip


def _known_mean(values: FloatArray, bench: Bench) -> Estimate | None:
    known = np.flatnonzero(~np.isnan(values) & (bench.sampling.design.weights > 0))
    if not len(known):
        return None
    design = bench.sampling.design.take(known)
    return mean_or_value(values[known], design, unit="usd_per_request", confidence=bench.confidence)


def weighted_mean(values: FloatArray, weights: FloatArray) -> float | None:
    """Return the weighted mean of the known values, None if none with weight is known."""
    known = ~np.isnan(values) & (weights > 0)
    return float(np.average(values[known], weights=weights[known])) if known.any() else None
