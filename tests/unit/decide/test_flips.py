"""Where the money conditions turn: what is told is what deciding at that value says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from evalharness.core.assumptions import Assumption, Assumptions, Dist, Status
from evalharness.core.decision import Branch, Condition, ConditionKind, ConditionName, Decision
from evalharness.core.pricing import RateCard
from evalharness.core.study import Study
from evalharness.decide import decide

MONEY = {
    ConditionName.NET_AT_THRESHOLD,
    ConditionName.NET,
    ConditionName.TAIL_GUARD,
    ConditionName.ROI_PROBABILITY,
    ConditionName.NPV,
    ConditionName.BIAS_ALLOWANCE,
}


def ranged(name: str, dist: Dist, **parameters: float) -> Assumption:
    return Assumption(name=name, status=Status.RANGE, dist=dist, source="test", **parameters)


@pytest.fixture
def doubtful(assume: Callable[..., Assumptions]) -> Callable[..., Assumptions]:
    def make(**changes: object) -> Assumptions:
        doubt = {
            "value_per_satisfied_session": ranged(
                "value_per_satisfied_session", Dist.LOGNORMAL90, low=0.5, high=10
            ),
            "satisfaction_per_quality": ranged(
                "satisfaction_per_quality", Dist.PERT, low=0.3, mid=0.5, high=0.8
            ),
        }
        return assume(**{**doubt, **changes})

    return make


def money_rows(decision: Decision) -> tuple[Condition, ...]:
    return tuple(row for row in decision.upgrade.verdict.conditions if row.name in MONEY)


def held_at(study: Study, card: RateCard, assumptions: Assumptions, name: str, value: float) -> bool:
    """Decide with one assumption stated as exactly that value: do all money conditions hold?"""
    fixed = Assumption(name=name, status=Status.KNOWN, dist=Dist.FIXED, mid=value, source="test")
    fields = tuple(fixed if field.name == name else field for field in assumptions.fields)
    pairs = tuple(pair for pair in assumptions.correlations if name not in pair[:2])
    rows = money_rows(decide(study, card, replace(assumptions, fields=fields, correlations=pairs)))
    assert {row.name for row in rows} == MONEY
    return all(row.met for row in rows)


@pytest.mark.parametrize("correlation", [None, -0.4])
def test_from_the_value_on_every_money_condition_holds(study, scores, card, doubtful, correlation) -> None:
    pair = ("satisfaction_per_quality", "value_per_satisfied_session", correlation)
    assumptions = doubtful(options={"correlations": (pair,) if correlation else ()})
    measured = study(scores(gain=0.6))
    decision = decide(measured, card, assumptions)
    found = next(row for row in decision.upgrade.flips if row.name == "value_per_satisfied_session")
    assert found.holds  # its own doubt is all that stands in the way
    assert found.value is not None
    assert held_at(measured, card, assumptions, found.name, found.value)
    assert not held_at(measured, card, assumptions, found.name, found.value * 0.99)
    even = next(row for row in decision.upgrade.break_evens if row.name == found.name)
    assert even.value is not None
    assert not held_at(measured, card, assumptions, found.name, even.value)  # the mean alone is no proof


def test_a_mean_too_low_must_rise(study, scores, card, doubtful) -> None:
    low = ranged("value_per_satisfied_session", Dist.LOGNORMAL90, low=0.2, high=2)
    assumptions, measured = doubtful(value_per_satisfied_session=low), study(scores(gain=0.6))
    found = decide(measured, card, assumptions).upgrade.flips[0]
    assert not found.holds
    assert found.value is not None
    assert found.current is not None
    assert found.value > found.current
    assert held_at(measured, card, assumptions, found.name, found.value)
    assert not held_at(measured, card, assumptions, found.name, found.value * 0.99)


def test_where_all_hold_it_is_how_far_they_keep_holding(study, scores, card, doubtful) -> None:
    sure = ranged("value_per_satisfied_session", Dist.TRIANGULAR, low=30, mid=40, high=50)
    assumptions, measured = doubtful(value_per_satisfied_session=sure), study(scores(gain=1.0))
    decision = decide(measured, card, assumptions)
    assert all(row.met for row in money_rows(decision))
    found = next(row for row in decision.upgrade.flips if row.name == "value_per_satisfied_session")
    assert found.holds
    assert found.value is not None
    assert found.current is not None
    assert found.value < found.current
    assert held_at(measured, card, assumptions, found.name, found.value)
    assert not held_at(measured, card, assumptions, found.name, found.value * 0.99)


def test_where_nothing_is_dearer_no_chance_of_a_return_is_asked_for(
    study, scores, cards, rate, doubtful
) -> None:
    """Pro saves money on average, but what it costs once may be more than it ever saves."""
    cheap, measured = cards(rate("flash", "3", "12"), rate("pro", "2", "8")), study(scores(gain=0.6))
    little = ranged("value_per_satisfied_session", Dist.LOGNORMAL90, low=0.001, high=0.002)
    money = decide(measured, cheap, doubtful(value_per_satisfied_session=little)).upgrade.money
    assert money.cost < 0
    most = 3 * 0.9 * -money.cost * money.months
    once = ranged("one_off_cost", Dist.TRIANGULAR, low=0.0, mid=0.0, high=most)
    assumptions = doubtful(value_per_satisfied_session=little, one_off_cost=once)
    found = decide(measured, cheap, assumptions).upgrade
    assert found.branch is Branch.NOT_DEARER
    assert found.monte_carlo.probability < 0.9
    proof = [row.met for row in found.verdict.conditions if row.kind is ConditionKind.PROOF]
    assert all(proof)
    assert [row.holds for row in found.flips] == [True] * len(found.flips) != []


def test_what_no_value_turns_is_said_with_the_reach(study, scores, card, doubtful) -> None:
    decision = decide(study(scores(gain=0.0)), card, doubtful())
    assert decision.upgrade.flips
    for row in decision.upgrade.flips:
        assert row.value is None
        assert row.current is not None
        assert row.reach == pytest.approx(10 * row.current)


def test_a_single_unknown_is_the_one_that_is_moved(study, scores, card, doubtful) -> None:
    unknown = Assumption(name="value_per_satisfied_session", status=Status.UNKNOWN)
    assumptions, measured = doubtful(value_per_satisfied_session=unknown), study(scores(gain=0.6))
    (found,) = decide(measured, card, assumptions).upgrade.flips
    assert (found.name, found.current) == ("value_per_satisfied_session", None)
    assert found.value is not None
    assert held_at(measured, card, assumptions, found.name, found.value)
    assert not held_at(measured, card, assumptions, found.name, found.value * 0.99)


def test_two_unknowns_have_no_value_of_one_alone(study, scores, card, doubtful) -> None:
    names = ("value_per_satisfied_session", "satisfaction_per_quality")
    unknown = {name: Assumption(name=name, status=Status.UNKNOWN) for name in names}
    assert decide(study(scores(gain=0.6)), card, doubtful(**unknown)).upgrade.flips == ()
