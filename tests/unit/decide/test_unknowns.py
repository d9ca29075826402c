"""Unknown assumptions."""

from __future__ import annotations

import datetime as dt

import pytest

from evalharness.core.assumption_fields import SPECS
from evalharness.core.assumptions import Assumption, Dist, Status
from evalharness.core.decision import BindingKind, ConditionName, ReasonCode, Ruling
from evalharness.decide import decide


def unknown(name: str, low: float | None = None, high: float | None = None) -> Assumption:
    return Assumption(name=name, status=Status.UNKNOWN, low=low, high=high)


def test_an_unknown_gives_its_break_even_instead_of_a_verdict(study, scores, card, assume) -> None:
    found = decide(
        study(scores()), card, assume(value_per_satisfied_session=unknown("value_per_satisfied_session"))
    ).upgrade
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    binding = found.verdict.binding
    assert (binding.kind, binding.field) == (BindingKind.ASSUMPTION, "value_per_satisfied_session")
    assert (found.money, found.net, found.monte_carlo) == (None, None, None)
    needed = next(b for b in found.break_evens if b.name == "value_per_satisfied_session")
    # 2.5 x 0.0034 USD a request, 4 requests a session, ρκ/width = 0.05 satisfied share a point.
    assert needed.value == pytest.approx(2.5 * 0.0034 * 4 / (0.05 * found.quality.value))
    assert (needed.current, needed.direction, needed.unit) == (None, "at_least", "USD/session")
    assert next(b for b in found.break_evens if b.name == "value_per_point").value is not None


def test_stated_bounds_that_agree_carry_a_verdict(study, scores, card, assume) -> None:
    name = "value_per_satisfied_session"
    found = decide(study(scores()), card, assume(**{name: unknown(name, 3.0, 9.0)})).upgrade
    assert found.verdict.ruling is Ruling.APPROVE
    assert found.verdict.reasons[0].code is ReasonCode.SAME_ACROSS_BOUNDS
    assert {c.ruling for c in found.corners} == {Ruling.APPROVE}
    assert found.money is None
    # The conditions table stands on the worse corner.
    row = next(c for c in found.verdict.conditions if c.name is ConditionName.NET_AT_THRESHOLD)
    assert row.value == pytest.approx(6000 * (found.quality.value * 0.05 * 3 / 4 - 2.5 * 0.0034), rel=0.2)


def test_stated_bounds_that_disagree_name_the_field(study, scores, card, assume) -> None:
    name = "value_per_satisfied_session"
    found = decide(study(scores()), card, assume(**{name: unknown(name, 0.01, 9.0)})).upgrade
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    assert found.verdict.binding.field == name
    reason = found.verdict.reasons[0]
    assert dict(reason.values) == {
        "field": name, "low": 0.01, "low_ruling": "REJECT", "high": 9.0, "high_ruling": "APPROVE"
    }  # fmt: skip


def test_two_unknowns_give_a_curve_that_breaks_even(study, scores, card, assume) -> None:
    changes = {
        "value_per_satisfied_session": unknown("value_per_satisfied_session"),
        "satisfaction_per_quality": unknown("satisfaction_per_quality", 0.1, 1.0),
    }
    found = decide(study(scores()), card, assume(**changes)).upgrade
    curve = found.curve
    assert (curve.x, curve.y) == ("satisfaction_per_quality", "value_per_satisfied_session")
    products = {round(x * y, 9) for x, y in curve.points}
    assert len(products) == 1  # V is their product times what is known
    assert (curve.points[0][0], curve.points[-1][0]) == (0.1, 1.0)


def test_every_assumption_unknown_still_says_what_quality_must_be_worth(study, scores, card, assume) -> None:
    found = decide(study(scores()), card, assume(**{s.name: unknown(s.name) for s in SPECS})).upgrade
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    assert found.verdict.binding.field == "requests_per_month"
    assert [b.name for b in found.break_evens] == ["value_per_point_tokens_only"]
    assert found.break_evens[0].value == pytest.approx(2.5 * 0.0034 / found.quality.value)
    assert found.next.advice == "state_assumption"
    assert all(s.quality is not None for s in found.slices)


def test_more_unknowns_than_can_be_cornered_claim_nothing(study, scores, card, assume) -> None:
    names = [s.name for s in SPECS if s.channels and "sessions" in s.channels][:6]
    changes = {name: unknown(name, 0.2, 0.4) for name in names}
    verdict = decide(study(scores()), card, assume(**changes)).upgrade.verdict
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert verdict.reasons[0].code is ReasonCode.UNKNOWN_ASSUMPTION


def test_later_dates_keep_the_ranges_of_what_is_known(study, scores, assume, cards, rate) -> None:
    """Only the unknown stands at its corner; the other assumptions still vary in the Monte Carlo."""
    card = cards(
        rate("flash", "1", "4"),
        rate("pro", "2", "12", end=dt.date(2027, 5, 31)),
        rate("pro", "2.01", "12", start=dt.date(2027, 6, 1)),
    )
    wide = Assumption(
        name="value_per_satisfied_session", status=Status.RANGE, dist=Dist.LOGNORMAL90, low=0.2, high=20,
        source="test",
    )  # fmt: skip
    changes = {"value_per_satisfied_session": wide, "realisation": unknown("realisation", 0.49, 0.51)}
    found = decide(study(scores()), card, assume(**changes)).upgrade
    assert [r.ruling for r in found.dates] == [Ruling.INCONCLUSIVE, Ruling.INCONCLUSIVE]
