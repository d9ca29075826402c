"""What else could be deployed."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.core.experiment import Arm, ContextMode, Role
from evalharness.decide import decide


def by_name(found):
    return {(row.name, row.arm): row for row in found.choices}


def mixed(n: int = 200, seed: int = 5) -> dict[str, list[float]]:
    """Pro gains a point for even cases (persona moon) and loses half a point for odd ones (pen)."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(1.5, 3.5, n)
    gain = np.where(np.arange(n) % 2 == 0, 1.0, -0.5) + rng.normal(0, 0.3, n)
    pro = np.clip(base + gain, 0, 5)
    return {"flash-raw": list(base), "flash-sena": list(base), "pro-raw": list(pro), "pro-sena": list(pro)}


def test_the_treatment_only_where_it_pays(study, card, assume) -> None:
    found = decide(study(mixed()), card, assume()).upgrade
    everything, routed = by_name(found)["arm", "pro-raw"], by_name(found)["persona", "pro-raw"]
    assert routed.only_for == ("moon",)
    assert routed.cross_fitted
    assert routed.share == pytest.approx(0.5)
    assert routed.net.value > everything.net.value
    assert routed.roi > everything.roi
    assert routed.interval.low < routed.roi < routed.interval.high


def test_an_arm_for_everything_is_valued_as_the_upgrade_is(study, scores, card, assume) -> None:
    found = decide(study(scores()), card, assume(one_off_cost=100.0)).upgrade
    row = by_name(found)["arm", "pro-raw"]
    assert not row.cross_fitted
    assert row.share == 1.0
    assert (row.net, row.net_at_threshold) == (found.net, found.net_at_threshold)
    assert row.interval == found.fieller
    assert row.roi == pytest.approx(found.money.roi)


def test_changing_model_and_context_at_once_is_labelled(study, scores, card, assume) -> None:
    rows = by_name(decide(study(scores()), card, assume()).upgrade)
    assert rows["arm", "pro-sena"].combination
    assert not rows["arm", "pro-raw"].combination
    assert not rows["arm", "flash-sena"].combination
    assert ("arm", "flash-raw") not in rows


def test_alternatives_stand_in_the_same_table_and_in_no_verdict(study, scores, card, assume) -> None:
    """Flash with more thinking and another model: valued like any arm, on the cases they ran."""
    more = Arm(
        name="flash-thinks", model="flash", context=ContextMode.RAW, role=Role.ALTERNATIVE, cases=40,
        thinking_level="high",
    )  # fmt: skip
    both = Arm(
        name="pro-thinks", model="pro", context=ContextMode.RAW, role=Role.ALTERNATIVE, thinking_level="high"
    )
    table = scores()
    plain = decide(study(table), card, assume()).upgrade
    table["flash-thinks"] = [value + 0.3 for value in table["flash-raw"][:40]]
    table["pro-thinks"] = list(table["pro-raw"])
    measured = study(table, arms=(*study(table).experiment.arms, more, both))
    found = decide(measured, card, assume())
    rows = by_name(found.upgrade)
    assert rows["arm", "flash-thinks"].net.n == 40
    assert rows["arm", "flash-thinks"].roi is None  # the same tokens at the same price: nothing dearer
    assert rows["arm", "flash-thinks"].net.value > 0
    assert not rows["arm", "flash-thinks"].combination
    assert rows["arm", "pro-thinks"].combination
    assert found.upgrade.verdict == plain.verdict
    assert {arm.name: arm.thinking_level for arm in found.arms}["flash-thinks"] == "high"


def test_choosing_on_the_same_cases_would_flatter_and_cross_fitting_does_not(study, card, assume) -> None:
    """Pure noise at the boundary: the policy's net benefit beyond the threshold centres on zero or less."""
    values = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        base = np.full(60, 2.5)
        pro = base + 0.17 + rng.normal(0, 0.5, 60)
        table = {
            "flash-raw": list(base),
            "flash-sena": list(base),
            "pro-raw": list(pro),
            "pro-sena": list(pro),
        }
        found = decide(study(table), card, assume()).upgrade
        row = by_name(found)["category", "pro-raw"]
        values.append(
            row.net_at_threshold.value / row.net_at_threshold.se if row.net_at_threshold.se else 0.0
        )
    assert np.mean(values) < 3 / 12**0.5


def test_the_overhead_is_paid_whole_however_few_requests_are_routed(study, card, assume) -> None:
    with_ops = by_name(decide(study(mixed()), card, assume(ops_delta_per_month=60.0)).upgrade)
    without = by_name(decide(study(mixed()), card, assume()).upgrade)
    lost = without["persona", "pro-raw"].net.value - with_ops["persona", "pro-raw"].net.value
    assert lost == pytest.approx(60.0 / 6000.0)


def test_an_arm_of_the_same_model_pays_no_switch(study, scores, card, assume) -> None:
    """Ops and one-off are the upgrade's: compression alone that saves tokens is not made dearer by them."""
    dear = by_name(decide(study(scores()), card, assume(ops_delta_per_month=60.0)).upgrade)
    free = by_name(decide(study(scores()), card, assume()).upgrade)
    paid, unpaid = dear["arm", "flash-sena"], free["arm", "flash-sena"]
    assert paid.net.value == pytest.approx(unpaid.net.value)
    assert paid.roi is None
    assert dear["arm", "pro-sena"].net.value < free["arm", "pro-sena"].net.value


def test_an_unknown_assumption_values_nothing(study, scores, card, assume) -> None:
    from evalharness.core.assumptions import Assumption, Status

    unknown = Assumption(name="value_per_satisfied_session", status=Status.UNKNOWN)
    assert decide(study(scores()), card, assume(value_per_satisfied_session=unknown)).upgrade.choices == ()
