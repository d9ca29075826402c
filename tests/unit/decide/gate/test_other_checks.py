"""Facts that reach the model, floors, spending, coverage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats

from evalharness.core.errors import BadInput
from evalharness.core.gate import CellFacts, CheckKind, CheckStatus, Floor, GateCheck, GateSettings
from evalharness.core.provenance import Delivery
from evalharness.decide.gate import Ground, compare

Ground_ = Callable[..., Ground]


def rows(ground: Ground, kind: CheckKind) -> dict[str, GateCheck]:
    return {f"{row.arm}{row.slice}": row for row in compare(ground).checks if row.kind is kind}


def forgetting(cases: int, arm: str = "pro-sena") -> Callable[[CellFacts], CellFacts]:
    def change(cell: CellFacts) -> CellFacts:
        hit = cell.arm == arm and int(cell.case[1:]) < cases
        return replace(cell, sent="f1 f2 f3 f4", asked=("other-d0",)) if hit else cell

    return change


def test_facts_that_no_longer_reach_the_model_need_no_answer_to_be_seen(ground: Ground_) -> None:
    """One fact of five, in 10 of 40 cases: scores are the same, the requests are not."""
    found = rows(ground(changes=forgetting(10)), CheckKind.CONTEXT)
    lost = np.array([1.0] * 10 + [0.0] * 30)
    row = found["pro-sena"]
    assert (row.status, row.change, row.before) == (CheckStatus.FAIL, -0.25, 5.0)
    assert row.p == pytest.approx(4 * stats.ttest_1samp(lost, 0, alternative="greater").pvalue)
    assert found["pro-raw"].status is CheckStatus.PASS


def test_a_fact_lost_in_two_cases_is_listed_and_fails_nothing(ground: Ground_) -> None:
    found = compare(ground(changes=forgetting(2)))
    assert all(row.status is CheckStatus.PASS for row in found.checks)
    assert [(cell.after.case, cell.unsent, cell.blamed) for cell in found.worse] == [
        ("c0000", ("f5",), False), ("c0001", ("f5",), False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("points", "status"),
    [(2.0, CheckStatus.PASS), (3.1, CheckStatus.INCONCLUSIVE), (4.0, CheckStatus.FAIL)],
)
def test_a_floor_fails_beyond_doubt_and_warns_below(
    ground: Ground_, points: float, status: CheckStatus
) -> None:
    scores = [3.0 + 0.9 * (-1) ** (i // 4) for i in range(40)]
    floor = Floor(dimension="language", value="ko", points=points)
    gate = GateSettings(arms=("pro-raw",), floors=(floor,))
    found = rows(ground({"pro-raw": scores}, gate=gate), CheckKind.FLOOR)
    row = found["pro-rawlanguage ko"]
    assert (row.status, row.n, row.limit) == (status, 20, points)
    assert row.after == pytest.approx(3.0)


def test_floors_need_no_baseline_but_cases(ground: Ground_) -> None:
    floor = Floor(dimension="persona", value="earth", points=1.0)
    found = rows(ground(gate=GateSettings(arms=("pro-raw",), floors=(floor,))), CheckKind.FLOOR)
    assert found["pro-rawpersona earth"].status is CheckStatus.INCONCLUSIVE


def dearer(factor: float) -> Callable[[CellFacts], CellFacts]:
    def change(cell: CellFacts) -> CellFacts:
        swing = factor * (1 + 0.02 * (-1) ** int(cell.case[1:]))
        usd = (Decimal("0.002") * Decimal(str(round(swing, 4)))).quantize(Decimal("1e-9"))
        return replace(cell, tokens=round(1000 * swing, 1), usd=usd, ms=900 * swing)

    return change


@pytest.mark.parametrize(("factor", "status"), [(1.0, CheckStatus.PASS), (1.2, CheckStatus.FAIL)])
def test_cost_and_tokens_may_rise_as_far_as_declared(
    ground: Ground_, factor: float, status: CheckStatus
) -> None:
    found = ground(changes=dearer(factor))
    for kind in (CheckKind.COST, CheckKind.TOKENS):
        row = rows(found, kind)["pro-raw"]
        assert row.status is status
        assert row.change == pytest.approx(factor - 1)
        assert row.bound is not None
        assert row.bound < factor - 1
    assert rows(found, CheckKind.LATENCY) == {}


def test_a_rise_just_beyond_its_limit_is_inconclusive(ground: Ground_) -> None:
    found = ground(n=3, changes=dearer(1.103))
    assert rows(found, CheckKind.TOKENS)["pro-raw"].status is CheckStatus.INCONCLUSIVE


def test_what_is_not_declared_is_not_compared(ground: Ground_) -> None:
    gate = GateSettings(cost_per_request=None, tokens=None)
    found = ground(changes=dearer(2.0), gate=gate)
    assert rows(found, CheckKind.COST) == rows(found, CheckKind.TOKENS) == {}


def test_latency_is_compared_in_live_runs_only(ground: Ground_) -> None:
    live = {"deliveries": (Delivery.LIVE,)}
    found = rows(ground(changes=dearer(2.0), after=live), CheckKind.LATENCY)
    assert found["pro-raw"].status is CheckStatus.FAIL
    mixed = {"deliveries": (Delivery.LIVE, Delivery.REPLAYED)}
    assert rows(ground(changes=dearer(2.0), after=mixed), CheckKind.LATENCY) == {}


def test_a_baseline_without_times_skips_latency(ground: Ground_) -> None:
    found = ground(after={"deliveries": (Delivery.LIVE,)})
    before = replace(found.before, cells=tuple(replace(c, ms=0.0) for c in found.before.cells))
    row = rows(replace(found, before=before), CheckKind.LATENCY)["pro-raw"]
    assert row.status is CheckStatus.SKIPPED


def test_nothing_scored_fails(ground: Ground_) -> None:
    arms = ("flash-raw", "flash-sena", "pro-raw", "pro-sena")
    before = dict.fromkeys((*arms, "flash-again"), [3.0] * 8)
    found = ground(before=before, now=dict.fromkeys(arms, [None] * 8))
    assert rows(found, CheckKind.SCORED)[""].status is CheckStatus.FAIL
    assert rows(found, CheckKind.DROPPED)[""].after == 1.0


@pytest.mark.parametrize(("dropped", "status"), [(1, CheckStatus.PASS), (2, CheckStatus.FAIL)])
def test_dropped_cells_may_be_as_many_as_declared(ground: Ground_, dropped: int, status: CheckStatus) -> None:
    """One of 160 gated cells is within 1 %, two are not."""
    after: list[float | None] = [None] * dropped + [3.0] * (40 - dropped)
    found = ground(now={"pro-raw": after}, gate=GateSettings(max_dropped=0.01))
    row = rows(found, CheckKind.DROPPED)[""]
    assert (row.status, row.after) == (status, dropped / 160)


def test_another_model_that_answers_a_gated_arm_fails(ground: Ground_) -> None:
    for arm, status in (("pro-raw", CheckStatus.FAIL), ("flash-again", CheckStatus.PASS)):
        found = replace(ground(), served_mismatches=(f"{arm}: flash instead of pro",))
        assert rows(found, CheckKind.SERVED)[""].status is status


def test_a_gated_arm_that_the_run_lacks_is_bad_input(ground: Ground_) -> None:
    with pytest.raises(BadInput, match="'nobody'"):
        compare(ground(gate=GateSettings(arms=("nobody",))))


def test_worse_cases_are_blamed_where_a_check_of_their_arm_failed(ground: Ground_) -> None:
    after = [1.0] * 10 + [2.9] + [3.0] * 29
    found = compare(ground(now={"pro-raw": after, "flash-raw": [2.95] + [3.0] * 39}))
    blamed = [(cell.before.arm, cell.before.case, cell.severe) for cell in found.worse if cell.blamed]
    assert len(blamed) == 11
    assert blamed[0] == ("pro-raw", "c0000", True)
    assert blamed[-1] == ("pro-raw", "c0010", False)
    assert [cell.before.arm for cell in found.worse if not cell.blamed] == ["flash-raw"]


def test_drift_is_the_same_questions_asked_live(ground: Ground_) -> None:
    live = {"deliveries": (Delivery.LIVE,)}
    assert compare(ground(now={"pro-raw": [2.0] * 40}, after=live)).drift
    assert not compare(ground()).drift
    assert not compare(ground(after=live, changes=forgetting(1))).drift
