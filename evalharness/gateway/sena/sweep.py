"""Method × budget, measured offline: how much is kept of what matters, for how many tokens."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evalharness.core.case import Case
from evalharness.core.ports import Clock, Compressor
from evalharness.gateway.sena.trial import CountTokens, Trial, try_case

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Table = npt.NDArray[np.float64]

BUDGETS = (0.4, 0.5, 0.55, 0.6, 0.64, 0.66, 0.67, 0.68, 0.69, 0.7, 0.75, 0.8, 0.9)
CONTROLS = ("truncate", "random")
CONFIDENCE = 0.95
_RESAMPLES = 4000
_SEED = 20261123


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One method at one budget, over all cases."""

    method: str
    budget: float
    facts_kept: float
    """Share of all key facts that a surface form still shows; higher is better."""
    facts_kept_low: float
    """One-sided lower 95 % bound: the lower of Clopper–Pearson and a bootstrap over cases, pairs together."""
    reduction: float
    """Share of the context tokens, as sent, that is saved; higher is better."""
    reduction_low: float
    """One-sided lower 95 % bound, bootstrap over cases."""
    by_language: tuple[tuple[str, float], ...]
    """Pairs (language, facts kept)."""
    by_difficulty: tuple[tuple[str, float], ...]
    overruns: int
    """Cases whose protected content exceeds the budget."""
    is_pareto: bool = False
    """Whether no other point keeps as much for fewer tokens, or more for as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A grid of trials and what it comes to."""

    trials: tuple[Trial, ...]
    """Sorted by method, budget, case; answers to the same contexts are to be joined by these three."""
    points: tuple[Point, ...]


def run_sweep(
    cases: Sequence[Case], compressors: Iterable[Compressor], budgets: Sequence[float], count: CountTokens
) -> Sweep:
    """Try every method at every budget on every case."""
    trials: list[Trial] = []
    points: list[Point] = []
    for compressor in compressors:
        for budget in budgets:
            tried = [try_case(compressor, case, budget, count) for case in cases]
            trials += tried
            points.append(point_of(cases, tried))
    return Sweep(trials=tuple(trials), points=_with_pareto(points))


def measure_speed(compressor: Compressor, cases: Sequence[Case], clock: Clock) -> float:
    """Return milliseconds for each 1,000 context tokens, on this machine, after loading.

    The median over the cases: a machine that does other things at times must not count against a method.
    """
    # Models load with the first context; that is not what compressing costs.
    compressor.compress(cases[0].context, message=cases[0].message, budget=0.5)
    speeds: list[float] = []
    for case in cases:
        started = clock.monotonic()
        done = compressor.compress(case.context, message=case.message, budget=0.7)
        speeds.append((clock.monotonic() - started) * 1e6 / max(done.original_tokens, 1))
    return statistics.median(speeds)


def paired_difference(
    cases: Sequence[Case], better: Sequence[Trial], worse: Sequence[Trial]
) -> tuple[float, float, float]:
    """Return how much more one method keeps than another: share of facts, with a two-sided 95 % interval."""
    import numpy as np  # noqa: PLC0415 - slow to load, and only measuring needs it

    columns = [[b.kept - w.kept, b.facts] for b, w in zip(better, worse, strict=True)]
    table = _by_pair(cases, columns)
    spread = _ratios(table)
    low, high = np.quantile(spread, [0.025, 0.975])
    return float(table[:, 0].sum() / table[:, 1].sum()), float(low), float(high)


def point_of(cases: Sequence[Case], trials: Sequence[Trial]) -> Point:
    """Return what the trials of one method at one budget come to, in the order of the cases."""
    import numpy as np  # noqa: PLC0415

    facts = _by_pair(cases, [[trial.kept, trial.facts] for trial in trials])
    tokens = _by_pair(cases, [[trial.kept_tokens, trial.original_tokens] for trial in trials])
    kept, total = facts.sum(axis=0)
    resampled = float(np.quantile(_ratios(facts), 1 - CONFIDENCE))
    return Point(
        method=trials[0].method,
        budget=trials[0].budget,
        facts_kept=kept / total,
        # Where nothing is lost the bootstrap sees no risk at all; the exact bound does.
        facts_kept_low=min(resampled, _clopper_pearson_low(int(kept), int(total))),
        reduction=1 - tokens[:, 0].sum() / tokens[:, 1].sum(),
        reduction_low=1 - float(np.quantile(_ratios(tokens), CONFIDENCE)),
        by_language=_shares(cases, trials, lambda case: case.language),
        by_difficulty=_shares(cases, trials, lambda case: case.difficulty.value),
        overruns=sum(trial.overrun_tokens > 0 for trial in trials),
    )


def _by_pair(cases: Sequence[Case], rows: Sequence[Sequence[float]]) -> Table:
    """Add up rows of translation pairs: they are one draw of nature, not two."""
    import numpy as np  # noqa: PLC0415

    groups: dict[str, list[float]] = {}
    for case, row in zip(cases, rows, strict=True):
        known = groups.setdefault(case.pair_id or case.id, [0.0] * len(row))
        groups[case.pair_id or case.id] = [a + b for a, b in zip(known, row, strict=True)]
    return np.array([groups[name] for name in sorted(groups)])


def _ratios(table: Table) -> Table:
    """Return resampled ratios of the first column's sum to the second's."""
    import numpy as np  # noqa: PLC0415

    # The same resamples for every point, so that points are compared on the same draws.
    rng = np.random.default_rng(_SEED)
    draws = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=_RESAMPLES)
    sums = draws @ table
    ratios: Table = sums[:, 0] / sums[:, 1]
    return ratios


def _clopper_pearson_low(kept: int, total: int) -> float:
    from scipy.special import betaincinv  # noqa: PLC0415

    return float(betaincinv(kept, total - kept + 1, 1 - CONFIDENCE)) if kept else 0.0


def _shares(
    cases: Sequence[Case], trials: Sequence[Trial], key: Callable[[Case], str]
) -> tuple[tuple[str, float], ...]:
    groups: dict[str, list[Trial]] = {}
    for case, trial in zip(cases, trials, strict=True):
        groups.setdefault(key(case), []).append(trial)
    return tuple(
        (name, sum(t.kept for t in groups[name]) / max(1, sum(t.facts for t in groups[name])))
        for name in sorted(groups)
    )


def _with_pareto(points: Sequence[Point]) -> tuple[Point, ...]:
    def dominated(point: Point) -> bool:
        return any(
            other.facts_kept >= point.facts_kept
            and other.reduction >= point.reduction
            and (other.facts_kept, other.reduction) != (point.facts_kept, point.reduction)
            for other in points
        )

    return tuple(replace(point, is_pareto=not dominated(point)) for point in points)
