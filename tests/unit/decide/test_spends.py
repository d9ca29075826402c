"""What the study spent: answers, refused tries, and what may be on the bill without counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evalharness.core.call import Attempt, Call, CallError, Reply
from evalharness.core.job import Cell, Purpose
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.study import BOUNDED, RETRY, SHARED
from evalharness.core.usage import Usage
from evalharness.core.wire.response import parse_response
from evalharness.decide.spends import spends_of

RESERVE = Usage(input_tokens=500, output_tokens=100)
BODY = {
    "candidates": [{"content": {"parts": [{"text": "ok"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15},
    "modelVersion": "m-simulated",
}


def planned(arm: str, key: str) -> PlannedCell:
    return PlannedCell(
        cell=Cell(case_id="c", arm=arm, repeat=0), answer_key=key, model="m", persona="moon",
        route_reason="r", prompt_tokens=1, context_tokens=1, raw_context_tokens=1, dropped=(),
    )  # fmt: skip


def attempt(*, unconfirmed: bool) -> Attempt:
    return Attempt(at="2026-11-23T10:00:00Z", status=429, reason="r", latency_ms=1.0, unconfirmed=unconfirmed)


def call(key: str, **changes: Any) -> Call:
    reply = Reply(
        body=BODY, host="h", headers={}, latency_ms=1.0, recorded_at="2026-11-23T10:00:00Z",
        delivery=Delivery.LIVE, client="t/1",
    )  # fmt: skip
    made = Call(
        key=key, purpose=Purpose.ANSWER, model="m", attempts=(), reply=reply, error=None,
        origin=Origin.SIMULATED, reserve=RESERVE,
    )  # fmt: skip
    return replace(made, **changes)


def spent(*calls: Call, plan: tuple[PlannedCell, ...] = (planned("a", "k"), planned("b", "k"))) -> dict:
    table = {made.key: made for made in calls}
    completions = {key: parse_response(made.reply.body) for key, made in table.items() if made.reply}
    return {(s.arm, s.purpose): s for s in spends_of(plan, table, completions)}


def test_an_answer_shared_by_two_arms_is_paid_once_by_the_first() -> None:
    found = spent(call("k"))
    assert [*found] == [("a", "answer")]
    assert found["a", "answer"].usage == Usage(input_tokens=10, output_tokens=5)


def test_refused_tries_are_counted_and_cost_nothing_unconfirmed_ones_their_reserve() -> None:
    tries = (attempt(unconfirmed=False), attempt(unconfirmed=True), attempt(unconfirmed=True))
    found = spent(call("k", attempts=tries))
    assert found["a", RETRY].calls == 1
    assert found["a", RETRY].usage.total_tokens == 0
    assert found["a", BOUNDED].calls == 2
    assert found["a", BOUNDED].usage == Usage(input_tokens=1000, output_tokens=200)
    assert found["a", BOUNDED].largest_input_tokens == 500


def test_an_answer_without_counts_is_booked_at_its_reserve() -> None:
    reply = replace(call("k").reply, body={"candidates": [], "promptFeedback": {"blockReason": "OTHER"}})
    found = spent(call("k", reply=reply))
    assert [*found] == [("a", BOUNDED)]
    assert found["a", BOUNDED].usage == RESERVE


def test_a_call_without_an_answer_and_without_doubt_costs_nothing() -> None:
    error = CallError(status=404, reason="NOT_FOUND", message="no", retryable=False)
    found = spent(call("k", reply=None, error=error, attempts=(attempt(unconfirmed=False),)))
    assert [*found] == [("a", RETRY)]


def test_a_call_that_no_cell_names_is_everybodys() -> None:
    """A judge's calls are planned elsewhere; their dollars stand in the total all the same."""
    found = spent(call("k"), call("j", purpose=Purpose.JUDGE))
    assert found[SHARED, "judge"].calls == 1
