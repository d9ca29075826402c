"""Properties that always hold: METHOD §7, all seven."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalharness.core.decision import Ruling
from evalharness.core.experiment import Role
from evalharness.core.pricing import RateCard
from evalharness.decide import bench_of, decide
from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design

FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
gains = st.floats(-0.5, 1.0)
seeds = st.integers(0, 10_000)


@FEW
@given(gain=gains, seed=seeds, factor=st.floats(0.01, 100))
def test_1_more_traffic_leaves_the_run_rate_roi(*, study, scores, card, assume, gain, seed, factor) -> None:
    made = study(scores(n=30, gain=gain, seed=seed))
    small = decide(made, card, assume()).upgrade
    large = decide(made, card, assume(requests_per_month=6000.0 * factor)).upgrade
    assert small.money.roi_at_run_date == pytest.approx(large.money.roi_at_run_date)
    assert small.verdict.ruling is large.verdict.ruling


@FEW
@given(gain=gains, seed=seeds, rate=st.sampled_from([Decimal("1400"), Decimal("0.9"), Decimal("7")]))
def test_2_another_currency_changes_no_verdict(*, study, scores, card, assume, gain, seed, rate) -> None:
    made = study(scores(n=30, gain=gain, seed=seed))
    other = RateCard(name="other", rates=tuple(
        replace(
            r, input_usd_per_mtok=r.input_usd_per_mtok * rate,
            output_usd_per_mtok=r.output_usd_per_mtok * rate,
        )
        for r in card.rates
    ))  # fmt: skip
    here = decide(made, card, assume(one_off_cost=30.0, ops_delta_per_month=2.0)).upgrade
    there = decide(made, other, assume(
        one_off_cost=30.0 * float(rate), ops_delta_per_month=2.0 * float(rate),
        value_per_satisfied_session=4.0 * float(rate),
    )).upgrade  # fmt: skip
    assert here.verdict.ruling is there.verdict.ruling
    assert here.money.roi == pytest.approx(there.money.roi)
    assert here.monte_carlo.probability == pytest.approx(there.monte_carlo.probability, abs=1e-3)


@FEW
@given(gain=st.floats(-1.5, 1.5), seed=seeds)
def test_3_swapped_arms_negate_and_never_approve_both_ways(
    *, study, scores, card, assume, gain, seed
) -> None:
    made = study(scores(n=30, gain=gain, seed=seed))
    swap = {Role.CONTROL: Role.TREATMENT, Role.TREATMENT: Role.CONTROL}
    arms = tuple(replace(arm, role=swap[arm.role]) for arm in made.experiment.arms)
    swapped = replace(made, experiment=replace(made.experiment, arms=arms))
    one, other = (decide(s, card, assume()).upgrade for s in (made, swapped))
    assert one.quality.value == pytest.approx(-other.quality.value)
    assert one.cost.value == pytest.approx(-other.cost.value)
    assert one.quality.low == pytest.approx(-other.quality.high)
    assert not (one.verdict.ruling is Ruling.APPROVE and other.verdict.ruling is Ruling.APPROVE)


@FEW
@given(constant=st.floats(-0.5, 0.5), seed=seeds)
def test_4_a_constant_on_both_arms_leaves_the_difference(
    *, study, scores, card, assume, constant, seed
) -> None:
    made = {
        k: [min(4.0, max(1.0, q)) for q in column] for k, column in scores(n=30, gain=0.3, seed=seed).items()
    }
    shifted = {k: [q + constant for q in column] for k, column in made.items()}
    one, other = (decide(study(s), card, assume()).upgrade for s in (made, shifted))
    assert one.quality.low == pytest.approx(other.quality.low)
    assert one.net_at_threshold.low == pytest.approx(other.net_at_threshold.low)
    assert one.verdict.ruling is other.verdict.ruling


@FEW
@given(gain=gains, seed=seeds, order=seeds)
def test_5_permuting_cases_changes_nothing(*, study, scores, card, assume, gain, seed, order) -> None:
    made = study(scores(n=30, gain=gain, seed=seed))
    rng = np.random.default_rng(order)
    shuffled = replace(
        made,
        cases=tuple(made.cases[i] for i in rng.permutation(len(made.cases))),
        outcomes=tuple(made.outcomes[i] for i in rng.permutation(len(made.outcomes))),
    )
    one, other = (decide(s, card, assume()) for s in (made, shuffled))
    assert one == other  # cases are sorted by id on the way in, so not even the bootstrap differs


@FEW
@given(gain=gains, seed=seeds, copies=st.integers(2, 5), as_repeats=st.booleans())
def test_6_copies_of_a_row_narrow_nothing(
    *, study, scores, card, assume, gain, seed, copies, as_repeats
) -> None:
    made = study(scores(n=30, gain=gain, seed=seed))
    outcomes = tuple(replace(o, repeat=k if as_repeats else 0) for o in made.outcomes for k in range(copies))
    one, other = (decide(s, card, assume()) for s in (made, replace(made, outcomes=outcomes)))
    for field in ("quality", "cost", "net_at_threshold", "net", "tail_guard", "bca"):
        a, b = getattr(one.upgrade, field), getattr(other.upgrade, field)
        assert (a.low, a.high, a.n) == pytest.approx((b.low, b.high, b.n))
    assert one.upgrade.verdict.ruling is other.upgrade.verdict.ruling


@FEW
@given(gain=gains, seed=seeds, cheap=st.booleans())
def test_7_probability_falls_with_the_threshold(*, study, scores, card, assume, gain, seed, cheap) -> None:
    tokens = {"pro-raw": (500, 100 + seed % 3)} if cheap else {}
    made = study(scores(n=30, gain=gain, seed=seed), tokens=tokens)
    curve = [p for _, p in decide(made, card, assume()).upgrade.monte_carlo.curve]
    assert curve == sorted(curve, reverse=True)


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40), clustered=st.booleans())
def test_7_bounds_fall_with_confidence(values: list[float], clustered: bool) -> None:
    n = len(values)
    groups = np.arange(n) // 2 if clustered and n > 2 else None
    design = Design(weights=np.ones(n), clusters=groups)
    lows = [
        mean_estimate(np.array(values), design, unit="points", confidence=c).low
        for c in (0.6, 0.9, 0.95, 0.99)
    ]
    assert all(a >= b - 1e-9 for a, b in pairwise(lows))


def test_zero_width_assumptions_make_contrast_and_monte_carlo_agree(study, scores, card, assume) -> None:
    """METHOD §1: then P(ROI > r) is one minus the one-sided p value of the contrast."""
    for gain in (0.1, 0.2, 0.3):
        found = decide(study(scores(gain=gain, sd=0.8)), card, assume()).upgrade
        assert found.monte_carlo.assumption_sd == 0
        assert found.monte_carlo.probability == pytest.approx(1 - found.net_at_threshold.p_greater, abs=0.006)
        assert found.monte_carlo.sample_sd == pytest.approx(6000 * found.net_at_threshold.se, rel=0.02)


def test_the_bench_knows_its_confidence(study, scores, card, assume) -> None:
    assert bench_of(study(scores(n=4)), card, assume()).confidence == pytest.approx(0.95)
