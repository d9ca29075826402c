"""The levers: at rest they say what the decision says, and P by quadrature is what the draws estimate."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from evalharness.core.assumption_fields import Channel
from evalharness.core.assumptions import Assumption, Assumptions, Dist, Status
from evalharness.core.decision import Branch, ConditionName, Decision, Ruling
from evalharness.core.levers import Levers, Setting
from evalharness.core.pricing import RateCard
from evalharness.core.study import Study
from evalharness.decide import bench_of, decide, study_levers
from evalharness.decide.controls import control_checks
from evalharness.decide.pull import pull
from evalharness.decide.quadrature import nodes_of
from evalharness.decide.stakes import DRAWS, Stakes
from evalharness.decide.upgrade_case import UpgradeCase, resting_case

FIVE_SIGMA = 5.0
ON = dt.date(2026, 12, 1)
"""The date of the studies."""


def ranged(name: str, dist: Dist, **parameters: float) -> Assumption:
    return Assumption(name=name, status=Status.RANGE, dist=dist, source="test", **parameters)


DOUBT = {
    "satisfaction_per_quality": ranged("satisfaction_per_quality", Dist.PERT, low=0.1, mid=0.5, high=1.0),
    "value_per_satisfied_session": ranged("value_per_satisfied_session", Dist.LOGNORMAL90, low=0.5, high=10),
    "baseline_satisfaction": ranged("baseline_satisfaction", Dist.BETA, alpha=15, beta=5),
    "latency_penalty": ranged("latency_penalty", Dist.TRIANGULAR, low=0.0, mid=0.01, high=0.05),
    "one_off_cost": ranged("one_off_cost", Dist.TRIANGULAR, low=50, mid=100, high=300),
    "ops_delta_per_month": ranged("ops_delta_per_month", Dist.NORMAL, mean=5.0, sd=4.0),
}
"""Every distribution once."""


@pytest.fixture
def doubtful(assume: Callable[..., Assumptions]) -> Assumptions:
    pairs = (("satisfaction_per_quality", "value_per_satisfied_session", -0.4),)
    return assume(**DOUBT, options={"correlations": pairs})


def case_of(study: Study, card: RateCard, assumptions: Assumptions, decision: Decision) -> UpgradeCase:
    bench = bench_of(study, card, assumptions)
    context = decision.upgrade.context
    stakes = Stakes(bench, assumptions, bench.upgrade_pair(context))
    return resting_case(stakes, context, control_checks(bench))


def rest(levers: Levers) -> Setting:
    return Setting(on=levers.on, months=levers.months, threshold=levers.threshold)


def levers_for(study: Study, card: RateCard, assumptions: Assumptions) -> tuple[Levers, Decision]:
    decision = decide(study, card, assumptions)
    levers = study_levers(study, card, assumptions, decision)
    assert levers is not None
    return levers, decision


def test_at_rest_they_say_what_the_decision_says(study, scores, card, doubtful) -> None:
    levers, decision = levers_for(study(scores(gain=0.6)), card, doubtful)
    upgrade = decision.upgrade
    setting, found = levers.checks[0]
    assert setting == rest(levers)
    assert found.ruling == upgrade.verdict.ruling.value
    assert found.branch == upgrade.branch
    rows = {row.name.value: row for row in upgrade.verdict.conditions}
    for name, value, met in found.conditions:
        assert met == rows[name].met
        if name != ConditionName.ROI_PROBABILITY.value and value is not None:
            assert value == pytest.approx(rows[name].value, rel=1e-9)
    assert upgrade.money is not None
    assert upgrade.fieller is not None
    assert found.roi == pytest.approx(upgrade.money.roi)
    assert (found.roi_low, found.roi_high) == pytest.approx((upgrade.fieller.low, upgrade.fieller.high))
    assert found.npv == pytest.approx(upgrade.money.npv)
    assert [roi for _, roi in found.path] == pytest.approx([row.roi for row in upgrade.money.path])


CHANNELS = [(gain, channel) for gain in (0.0, 0.3, 0.6, 1.2) for channel in Channel]


@pytest.mark.parametrize("given", CHANNELS, ids=str)
def test_the_quadrature_is_what_the_draws_estimate(study, scores, card, assume, given) -> None:
    """Within five standard errors of the 50,000 draws, with bends: faster in some means, a ceiling nearby."""
    gain, channel = given
    human = ranged("cost_human_session", Dist.LOGNORMAL90, low=1, high=20)
    assumptions = assume(**DOUBT, cost_human_session=human, channel=channel)
    made = study(scores(n=40, gain=gain, sd=1.5), latency_ms={"flash-raw": 900.0, "pro-raw": 1400.0})
    levers, decision = levers_for(made, card, assumptions)
    draws = decision.upgrade.monte_carlo
    assert draws is not None
    found = levers.checks[0][1].probability
    assert found is not None
    error = math.sqrt(max(draws.probability * (1 - draws.probability), 1e-4) / DRAWS)
    assert abs(found - draws.probability) < FIVE_SIGMA * error


def test_the_quadrature_keeps_both_bends(study, scores, card, assume) -> None:
    """A ceiling that binds in most draws, latency that is on both sides of zero, savings in some draws."""
    changes = DOUBT | {
        "satisfaction_per_quality": ranged("satisfaction_per_quality", Dist.PERT, low=0.5, mid=1.5, high=3),
        "latency_penalty": ranged("latency_penalty", Dist.TRIANGULAR, low=0.0, mid=0.2, high=0.6),
        "baseline_satisfaction": ranged("baseline_satisfaction", Dist.BETA, alpha=30, beta=4),
    }
    made = study(scores(n=30, gain=0.9, sd=1.0))
    rng = np.random.default_rng(5)
    noisy = tuple(
        replace(o, latency_ms=float(rng.integers(300, 1800)), charges=tuple(
            replace(c, usage=replace(c.usage, output_tokens=int(rng.integers(10, 900)))) for c in o.charges))
        for o in made.outcomes
    )  # fmt: skip
    levers, decision = levers_for(replace(made, outcomes=noisy), card, assume(**changes))
    draws = decision.upgrade.monte_carlo
    assert draws is not None
    found = levers.checks[0][1].probability
    assert found == pytest.approx(draws.probability, abs=FIVE_SIGMA * 0.5 / math.sqrt(DRAWS))


def test_a_moved_assumption_is_decided_as_if_it_had_been_stated(study, scores, card, assume, fixed) -> None:
    """Pulling a lever and writing the value into the file are the same."""
    made, start = study(scores(gain=0.6)), assume(**DOUBT)
    decision = decide(made, card, start)
    levers = study_levers(made, card, start, decision)
    assert levers is not None
    values = {"value_per_satisfied_session": 2.5, "satisfaction_per_quality": 0.3}
    setting = replace(rest(levers), values=tuple(values.items()))
    found = pull(case_of(made, card, start, decision), nodes_of(levers), setting)
    written = assume(**DOUBT | {name: fixed(name, value) for name, value in values.items()})
    wanted = decide(made, card, written).upgrade
    assert found.ruling == wanted.verdict.ruling.value
    assert wanted.money is not None
    assert found.npv == pytest.approx(wanted.money.npv)
    rows = {row.name.value: row.value for row in wanted.verdict.conditions}
    assert {n: v for n, v, _ in found.conditions}["tail_guard"] == pytest.approx(rows["tail_guard"])


def test_another_date_horizon_and_threshold_are_decided_as_if_stated(
    study, scores, cards, rate, assume
) -> None:
    change = dt.date(2027, 3, 1)
    card = cards(
        rate("flash", "1", "4", end=change - dt.timedelta(days=1)), rate("flash", "2", "8", start=change),
        rate("pro", "2", "12"),
    )  # fmt: skip
    made, start = study(scores(gain=0.6)), assume(**DOUBT)
    decision = decide(made, card, start)
    levers = study_levers(made, card, start, decision)
    assert levers is not None
    assert [span.starts for span in levers.prices] == [made.on, change]
    later = dt.date(2027, 2, 10)
    found = pull(
        case_of(made, card, start, decision), nodes_of(levers),
        Setting(on=later, months=6, threshold=0.8),
    )  # fmt: skip
    limits = replace(made.experiment.thresholds, roi=0.8)
    there = replace(made, on=later, experiment=replace(made.experiment, thresholds=limits))
    moved = decide(there, cards(*(replace(r, as_of=later) for r in card.rates)), assume(
        **DOUBT, options={"horizon_months": 6}))  # fmt: skip
    assert moved.upgrade.money is not None
    assert found.npv == pytest.approx(moved.upgrade.money.npv)
    assert [cost for cost, _ in found.path] == pytest.approx([row.cost for row in moved.upgrade.money.path])
    assert found.ruling == moved.upgrade.verdict.ruling.value


def test_what_cannot_be_computed_has_no_numbers(study, scores, cards, rate, assume) -> None:
    made = study(scores(gain=0.6))
    unknown = Assumption(name="value_per_satisfied_session", status=Status.UNKNOWN)
    open_end = cards(rate("flash", "1", "4"), rate("pro", "2", "12", end=dt.date(2028, 1, 31)))
    levers, decision = levers_for(made, open_end, assume(**DOUBT | {"value_per_satisfied_session": unknown}))
    assert levers.prices[-1].regime is None
    case = case_of(made, open_end, assume(**DOUBT | {"value_per_satisfied_session": unknown}), decision)
    nodes = nodes_of(levers)
    silent = pull(case, nodes, rest(levers))
    assert (silent.ruling, silent.branch, silent.npv) == (Ruling.INCONCLUSIVE.value, None, None)
    values = (("value_per_satisfied_session", 4.0),)
    assert pull(case, nodes, replace(rest(levers), values=values)).npv is not None
    beyond = replace(rest(levers), on=dt.date(2027, 6, 1), values=values)
    assert pull(case, nodes, beyond).ruling == Ruling.NO_VERDICT.value


def test_one_case_or_no_cost_leaves_nothing_to_move(study, card, assume, scores) -> None:
    one = study({name: column[:1] for name, column in scores(n=2).items()})
    decision = decide(one, card, assume())
    assert study_levers(one, card, assume(), decision) is None
    made = study(scores(n=5))
    free = replace(made, outcomes=tuple(replace(o, charges=()) for o in made.outcomes))
    assert study_levers(free, card, assume(), decide(free, card, assume())) is None


def test_a_cheaper_treatment_is_judged_by_its_own_branch(study, scores, cards, rate, assume) -> None:
    cheap = cards(rate("flash", "3", "12"), rate("pro", "2", "8"))
    doubt = assume(value_per_satisfied_session=DOUBT["value_per_satisfied_session"])
    levers, _ = levers_for(study(scores(gain=0.6)), cheap, doubt)
    found = levers.checks[0][1]
    assert found.branch == Branch.NOT_DEARER.value
    assert "non_inferiority" in [name for name, _, _ in found.conditions]


@pytest.fixture
def pulled(study, scores, card, assume) -> Callable[[Setting], float]:
    """P at a setting of one small study."""
    made, start = study(scores(n=20, gain=0.5)), assume(**DOUBT)
    decision = decide(made, card, start)
    levers = study_levers(made, card, start, decision)
    assert levers is not None
    case, nodes = case_of(made, card, start, decision), nodes_of(levers)
    return lambda setting: pull(case, nodes, setting).probability or 0.0


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(value=1.0, kappa=2.2250738585e-313, ends=(0.0, 1.0))
@drawn(value=st.floats(0.01, 50), kappa=st.floats(0, 3), ends=st.tuples(st.floats(0, 4), st.floats(0.01, 2)))
def test_p_never_grows_with_the_threshold(pulled, value, kappa, ends) -> None:
    values = (("value_per_satisfied_session", value), ("satisfaction_per_quality", kappa))
    first, second = (
        pulled(Setting(on=ON, months=12, threshold=r, values=values)) for r in (ends[0], sum(ends))
    )
    assert 0 <= second <= first + 1e-12 <= 1 + 1e-12
