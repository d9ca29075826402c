"""The same traffic under another choice: service tier, cached prompt, thinking, Sena, personas, local."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from evalharness.core.errors import PricingError
from evalharness.core.experiment import ContextMode, Role
from evalharness.core.finance import Finance, MonthlyBudget
from evalharness.core.forecast import ArmForecast, Forecast, WhatIf
from evalharness.core.pricing import Tier
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.forecast import Months, Volume, months_of
from evalharness.decide.grid import weighted_mean
from evalharness.decide.pairing import case_means

HOURS_A_MONTH = 730
"""24 hours times 365 days, over 12 months."""
_TIERS: tuple[Tier, ...] = ("batch", "flex", "priority")
_SLOW = {"batch": "answers within 24 hours", "flex": "answers in 1 to 15 minutes, may be refused"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPrompts:
    """The part of each case's prompt that many requests share: the persona's instructions."""

    tokens: Mapping[str, int]
    """Approximate tokens by case id."""
    texts: Mapping[str, str]
    """Which shared text a case uses, by case id; equal texts are one cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choices:
    bench: Bench
    volume: Volume
    months: Months
    finance: Finance | None
    shared: SharedPrompts


def with_what_ifs(
    bench: Bench, found: Forecast, volume: Volume, finance: Finance | None, shared: SharedPrompts
) -> Forecast:
    """Return the forecast with what each arm would cost under other choices, one at a time."""
    choices = _Choices(
        bench=bench, volume=volume, months=months_of(bench, volume), finance=finance, shared=shared
    )
    names = {arm.name: i for i, arm in enumerate(bench.cells.arms)}
    arms = tuple(
        replace(arm, what_ifs=tuple(_what_ifs(choices, arm, names[arm.arm], found))) for arm in found.arms
    )
    return replace(found, arms=arms)


def _what_ifs(choices: _Choices, arm: ArmForecast, position: int, found: Forecast) -> Iterator[WhatIf]:
    for tier in _TIERS:
        yield _tier(choices, arm, position, tier)
    yield _cached(choices, arm, position)
    for factor in () if choices.finance is None else choices.finance.thinking:
        yield _thinking(choices, arm, position, factor)
    yield from _levels(choices, arm, position)
    yield from _sena(choices.bench, arm, position, found)
    yield from _personas(choices, arm, position)
    if choices.finance is not None and choices.finance.budget is not None:
        yield _local_first(arm, choices.finance.budget, choices.volume)


def _tier(choices: _Choices, arm: ArmForecast, position: int, tier: Tier) -> WhatIf:
    costs = choices.bench.costs
    try:
        monthly = _monthly(
            choices, {day: case_means(costs.arm_at_tier(day, position, tier)) for day in choices.months.days}
        )
    except PricingError as error:
        return _none(tier, "all requests", error.message)
    return _said(arm, tier, "all requests", monthly, _SLOW.get(tier, "dearer, and served first"))


def _thinking(choices: _Choices, arm: ArmForecast, position: int, factor: float) -> WhatIf:
    costs = choices.bench.costs
    monthly = _monthly(
        choices, {day: case_means(costs.thinking(day, factor)[position]) for day in choices.months.days}
    )
    why = "thinking tokens only; what it does to the answers is not measured"
    return _said(arm, "thinking", f"{factor:g} times the thinking tokens", monthly, why)


def _levels(choices: _Choices, arm: ArmForecast, position: int) -> Iterator[WhatIf]:
    """Yield other thinking levels that were measured: this arm's cost times the ratio on shared cases."""
    bench, mine = choices.bench, choices.bench.cells.arms[position]
    for i, other in enumerate(bench.cells.arms):
        if other.role is not Role.ALTERNATIVE or other.thinking_level is None:
            continue
        if (other.model, other.context) != (mine.model, mine.context):
            continue
        ratios = [_ratio(choices, position, i, day) for day in choices.months.firsts]
        if any(ratio is None for ratio in ratios):
            continue
        monthly = [month.cost.usd * (ratio or 0.0) for month, ratio in zip(arm.months, ratios, strict=True)]
        cases = int(bench.cells.planned(i).sum())
        why = f"measured: arm {other.name}, against this arm on {cases} cases"
        yield _said(arm, "thinking", f"level {other.thinking_level}", monthly, why)


def _ratio(choices: _Choices, mine: int, other: int, day: dt.date) -> float | None:
    usd = choices.bench.costs.at(day)
    own, theirs = case_means(usd[mine]), case_means(usd[other])
    weights = np.where(np.isnan(own) | np.isnan(theirs), 0.0, choices.bench.sampling.design.weights)
    if not weights.any():
        return None
    mean = weighted_mean(own, weights)
    return (weighted_mean(theirs, weights) or 0.0) / mean if mean else None


def _sena(bench: Bench, arm: ArmForecast, position: int, found: Forecast) -> Iterator[WhatIf]:
    mine = bench.cells.arms[position]
    wanted = ContextMode.RAW if mine.context is ContextMode.SENA else ContextMode.SENA
    twin = next((a.name for a in bench.cells.arms if a.role is mine.role and a.context is wanted), None)
    other = next((entry for entry in found.arms if entry.arm == twin), None)
    if other is None:
        return
    monthly = [month.cost.usd for month in other.months]
    label = "off" if wanted is ContextMode.RAW else "on"
    yield _said(
        arm, "sena", label, monthly, f"measured: arm {other.arm}, the compressor's own calls included"
    )


def _personas(choices: _Choices, arm: ArmForecast, position: int) -> Iterator[WhatIf]:
    """Yield the treatment for one persona only, the control for the others, for a control arm."""
    bench = choices.bench
    context = bench.cells.arms[position].context
    pair = bench.arms.pair(context)
    if pair is None or pair[1] != position:
        return
    names = np.array([case.persona for case in bench.cells.cases])
    other = bench.cells.arms[pair[0]].name
    for persona in sorted(set(names)):
        by_day: dict[dt.date, FloatArray] = {}
        for day in choices.months.days:
            flash, pro = (case_means(bench.costs.at(day)[i]) for i in (position, pair[0]))
            by_day[day] = np.where(names == persona, pro, flash)
        share = float(np.average(names == persona, weights=bench.sampling.design.weights))
        why = f"{share:.0%} of the requests go to {other}"
        yield _said(arm, "persona", f"{persona} by {other}", _monthly(choices, by_day), why)


def _cached(choices: _Choices, arm: ArmForecast, position: int) -> WhatIf:
    """Keep the shared prompt in an explicit cache: reads are cheaper, storage is paid by the hour."""
    bench, card = choices.bench, choices.bench.card
    model = bench.cells.arms[position].model
    tokens = np.array([choices.shared.tokens.get(case.case_id, 0) for case in bench.cells.cases])
    longest, detail = int(tokens.max()), "the persona's instructions in an explicit cache"
    entry = card.storage_of(model)
    if entry is None or entry.usd_per_mtok_hour is None:
        why = "no storage price on the rate card" if entry is None else entry.source
        return _none("cached_prompt", detail, f"explicit caches cannot be priced for {model}: {why}")
    rate = card.in_force(model, choices.months.firsts[0])
    saved = rate.input_usd_per_mtok - (rate.cached_usd_per_mtok or rate.input_usd_per_mtok)
    even = float(entry.usd_per_mtok_hour / saved) if saved else float("inf")
    rule = (
        f"storage {entry.usd_per_mtok_hour} USD per million tokens and hour ({entry.source}); "
        f"pays from {even:.2g} requests an hour for each cached text"
    )
    if longest < entry.min_tokens:
        short = f"the longest shared prompt has about {longest} tokens, {entry.min_tokens} are the least"
        return _none("cached_prompt", detail, f"{short}; {rule}")
    return _said(arm, "cached_prompt", detail, _with_cache(choices, position, tokens), rule)


def _with_cache(
    choices: _Choices, position: int, tokens: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> list[float]:
    bench, volume = choices.bench, choices.volume
    model, weights = bench.cells.arms[position].model, bench.sampling.design.weights
    entry = bench.card.storage_of(model)
    hourly = float(entry.usd_per_mtok_hour or 0) if entry else 0.0
    sizes = {choices.shared.texts[case.case_id]: tokens[i] for i, case in enumerate(bench.cells.cases)}
    monthly = []
    for k, first in enumerate(choices.months.firsts):
        rate = bench.card.in_force(model, first)
        fresh = float(rate.input_usd_per_mtok)
        saved = fresh - float(rate.cached_usd_per_mtok or rate.input_usd_per_mtok)
        plain = choices.months.blend(
            {day: case_means(bench.costs.at(day)[position]) for day in choices.months.days}, k
        )
        reads = weighted_mean(plain - tokens * saved / 1e6, weights) or 0.0
        keeping = sum(float(size) for size in sizes.values()) / 1e6 * (hourly * HOURS_A_MONTH + fresh)
        monthly.append(volume.requests * reads + keeping)
    return monthly


def _local_first(arm: ArmForecast, budget: MonthlyBudget, volume: Volume) -> WhatIf:
    """Answer locally from the budget's share on: the month never passes it."""
    if budget.local_from is None:
        return _none(
            "local_first", "a local model when the budget is near", "the finance file names no share"
        )
    limit, local = budget.local_from * float(budget.usd), float(budget.local_usd_per_request)
    monthly, moved = [], []
    for month in arm.months:
        over = max(0.0, 1 - limit / month.cost.usd) if month.cost.usd > 0 else 0.0
        moved.append(over)
        monthly.append(min(month.cost.usd, limit) + over * volume.requests * local)
    why = (
        f"{moved[0]:.0%} of the first month's requests and {np.mean(moved):.0%} of all are answered locally; "
        "their quality is not measured here"
    )
    return _said(arm, "local_first", f"from {budget.local_from:.0%} of {budget.usd} USD on", monthly, why)


def _monthly(choices: _Choices, by_day: Mapping[dt.date, FloatArray]) -> list[float]:
    weights = choices.bench.sampling.design.weights
    means = [
        weighted_mean(choices.months.blend(by_day, k), weights) or 0.0 for k in range(choices.volume.months)
    ]
    return [choices.volume.requests * mean for mean in means]


def _said(arm: ArmForecast, name: str, detail: str, monthly: list[float], why: str) -> WhatIf:
    total = float(np.sum(monthly))
    change = total / arm.total.usd - 1 if arm.total.usd else None
    return WhatIf(name=name, detail=detail, month_usd=monthly[0], total_usd=total, change=change, why=why)


def _none(name: str, detail: str, why: str) -> WhatIf:
    return WhatIf(name=name, detail=detail, month_usd=None, total_usd=None, change=None, why=why)
