"""The number of further prompts that is promised must settle the verdict about as often as it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evalharness.core.assumptions import Assumption, Dist, Status
from evalharness.core.decision import Advice, BindingKind, Ruling
from evalharness.core.experiment import Thresholds
from evalharness.decide import decide
from evalharness.decide.evsi import evsi

POWER, REPLICAS = 0.80, 40
TOLERANCE = 3 * (POWER * (1 - POWER) / REPLICAS) ** 0.5


def scores(n: int, *, gain: float, sd: float, seed: int) -> dict[str, list[float]]:
    """Differences of exactly this mean and SD where seed is 0, else drawn with them."""
    rng = np.random.default_rng(seed)
    noise = rng.uniform(-1, 1, n) * 3**0.5
    if not seed:
        noise = (noise - noise.mean()) / noise.std(ddof=1)
    lift = gain + sd * noise
    return {
        "flash-raw": [2.5] * n, "flash-sena": [2.5] * n, "pro-raw": list(2.5 + lift), "pro-sena": [2.5] * n,
    }  # fmt: skip


def ranged(name: str, low: float, mid: float, high: float) -> Assumption:
    return Assumption(
        name=name, status=Status.RANGE, dist=Dist.PERT, low=low, mid=mid, high=high, source="test"
    )


@pytest.mark.parametrize(
    ("changes", "tail"), [({}, 0.5), ({}, 1.0), ({"value_per_satisfied_session": (3.6, 4.0, 4.4)}, 0.5)],
    ids=["contrasts", "whole tail", "assumptions too"],
)  # fmt: skip
def test_the_promised_number_settles_four_of_five_studies(study, card, assume, changes, tail) -> None:
    stated = assume(**{name: ranged(name, *values) for name, values in changes.items()})
    limits = Thresholds(bias_allowance=0.0, tail_share=tail)
    found = decide(study(scores(60, gain=0.25, sd=0.45, seed=0), thresholds=limits), card, stated).upgrade
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    total = found.next.cases_for_power
    assert total is not None
    assert total > 60
    approved = sum(
        decide(
            study(scores(total, gain=0.25, sd=0.45, seed=seed), thresholds=limits), card, stated
        ).upgrade.verdict.ruling is Ruling.APPROVE
        for seed in range(1, REPLICAS + 1)
    )  # fmt: skip
    assert abs(approved / REPLICAS - POWER) <= TOLERANCE


def test_no_number_is_promised_that_the_assumptions_would_not_let_settle(study, card, assume) -> None:
    """A value that may be three times as large or as small leaves P below its limit whatever is measured."""
    vague = ranged("value_per_satisfied_session", 0.5, 4.0, 8.0)
    small = study(scores(12, gain=0.3, sd=0.9, seed=0))
    found = decide(small, card, assume(value_per_satisfied_session=vague)).upgrade
    assert found.verdict.binding.kind is BindingKind.SAMPLE
    assert found.net_at_threshold.value > 0
    assert found.next.cases_for_power is None
    assert found.next.advice in {Advice.MEASURE_VALUE, Advice.STATE_ASSUMPTION}
    assert found.next.field == "value_per_satisfied_session"
    huge = study(scores(20_000, gain=0.3, sd=0.9, seed=0))
    ruled = decide(huge, card, assume(value_per_satisfied_session=vague)).upgrade.verdict
    assert ruled.ruling is Ruling.INCONCLUSIVE


def test_an_allowance_larger_than_the_gain_asks_for_labels_not_prompts(study, card, assume) -> None:
    limits = Thresholds(bias_allowance=0.2)
    found = decide(study(scores(20, gain=0.3, sd=0.8, seed=0), thresholds=limits), card, assume()).upgrade
    assert found.verdict.binding.kind is BindingKind.SAMPLE
    assert (found.next.advice, found.next.cases_for_power) == (Advice.CALIBRATE_JUDGE, None)


def test_sessions_are_not_counted_as_prompts(study, card, assume) -> None:
    """A hundred cases of twenty sessions: what is to be run is prompts, and more than there are cases."""
    made = study(
        scores(100, gain=0.3, sd=0.9, seed=0), facts=lambda i: {"cluster": f"s{i // 5}"}
    )  # fmt: skip
    found = decide(made, card, assume()).upgrade
    alone = decide(replace(made, cases=tuple(replace(c, cluster=None) for c in made.cases)), card, assume())
    assert found.net_at_threshold.n == 20
    spread = found.net_at_threshold.se / alone.upgrade.net_at_threshold.se
    assert found.next.cases_for_power == pytest.approx(
        alone.upgrade.next.cases_for_power * spread**2, rel=0.1
    )
    # A second hundred doubles the study; it is not five times as large.
    row = next(row for row in found.next.evsi if row.more_prompts == 100)
    horizon = 12 * 6000
    net, se = (horizon * found.net_at_threshold.value, horizon * found.net_at_threshold.se)
    assert row.value == pytest.approx(evsi(net, se, n_before=100, n_more=100))
