"""How the service behaved: times, failures and tries of each arm, held against the programme's targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from evalharness.core.decision import ArmOperations, Level, Operations, Timing
from evalharness.core.experiment import ServiceTargets
from evalharness.core.reporting import Rollout
from evalharness.core.study import ArmCalls
from evalharness.decide.bench import NEVER_ASKED, Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.severe import clopper_pearson_upper


def operations_of(bench: Bench) -> Operations:
    """Describe every arm, in the order of the experiment."""
    experiment = bench.study.experiment
    calls = {row.arm: row for row in bench.study.calls}
    arms = enumerate(bench.cells.arms)
    return Operations(
        targets=experiment.targets,
        arms=tuple(_arm(bench, index, calls.get(arm.name) or _none(arm.name)) for index, arm in arms),
    )


def timing(values: FloatArray) -> Timing | None:
    """Return mean and quantiles of times, shape (n,), ms; None without any."""
    if not values.size:
        return None
    p50, p95, p99 = (float(q) for q in np.quantile(values, [0.5, 0.95, 0.99]))
    return Timing(n=int(values.size), mean=float(values.mean()), p50=p50, p95=p95, p99=p99)


def latency_level(mean_ms: float, targets: ServiceTargets, rollout: Rollout) -> Level:
    """Return where a mean latency stands."""
    if mean_ms > rollout.rollback_mean_latency_ms:
        return Level.ROLLBACK
    return Level.TARGET if mean_ms < targets.mean_latency_ms else Level.ABOVE


def error_level(rate: float, targets: ServiceTargets, rollout: Rollout) -> Level:
    """Return where an error rate stands."""
    if rate > rollout.rollback_error_rate:
        return Level.ROLLBACK
    if rate < targets.error_rate:
        return Level.TARGET
    return Level.CANARY if rate < targets.canary_error_rate else Level.ABOVE


def _arm(bench: Bench, arm: int, calls: ArmCalls) -> ArmOperations:
    cells, name = bench.cells, bench.cells.arms[arm].name
    targets, rollout = bench.study.experiment.targets, bench.study.experiment.rollout
    failures = bench.failures(arm)
    causes = Counter(o.cause or "unknown" for o in bench.study.outcomes if o.arm == name and o.failed)
    for cause in NEVER_ASKED:
        causes.pop(cause, None)
    latency = cells.latency_ms[arm][cells.answered[arm] & ~np.isnan(cells.latency_ms[arm])]
    found, rate = timing(latency), None if failures is None else failures[0] / failures[1]
    return ArmOperations(
        arm=name, requests=bench.asked(arm), delivered=calls.delivered, latency=found,
        latency_level=None if found is None else latency_level(found.mean, targets, rollout),
        first_token=timing(np.array(calls.first_token_ms, dtype=np.float64)),
        errors=_counted(causes.items()), error_rate=rate,
        error_rate_high=None if failures is None else clopper_pearson_upper(*failures, bench.confidence),
        error_confidence=bench.confidence,
        error_level=None if rate is None else error_level(rate, targets, rollout),
        calls=calls.calls, live_calls=calls.live, retries=_counted(calls.tries),
        unconfirmed=calls.unconfirmed, not_called=bench.never_asked(arm),
    )  # fmt: skip


def _counted(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts, key=lambda item: (-item[1], item[0])))


def _none(arm: str) -> ArmCalls:
    return ArmCalls(arm=arm, calls=0, delivered=(), live=0, tries=(), unconfirmed=0, first_token_ms=())
