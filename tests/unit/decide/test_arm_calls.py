"""What happened to each arm's calls: deliveries, tries by cause, first tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evalharness.core.call import Attempt, Call, CallError, Reply
from evalharness.core.job import Cell, Purpose
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.study import ArmCalls
from evalharness.decide.arm_calls import arm_calls

REPLY = Reply(
    body={}, host="h", headers={"server-timing": "gfet4t7; dur=400"}, latency_ms=450.0,
    recorded_at="2026-11-23T10:00:00Z", delivery=Delivery.LIVE, client="t/1",
)  # fmt: skip


def planned(case: str, arm: str, answer: str | None, compress: str | None = None) -> PlannedCell:
    return PlannedCell(
        cell=Cell(case_id=case, arm=arm, repeat=0), answer_key=answer, compress_key=compress, model="m",
        persona="moon", route_reason="r", prompt_tokens=1, context_tokens=1, raw_context_tokens=1, dropped=(),
    )  # fmt: skip


def call(key: str, *attempts: Attempt, purpose: Purpose = Purpose.ANSWER, **reply: Any) -> Call:
    return Call(
        key=key, purpose=purpose, model="m", attempts=attempts, reply=replace(REPLY, **reply), error=None,
        origin=Origin.SIMULATED,
    )  # fmt: skip


def attempt(status: int | None, reason: str, *, unconfirmed: bool = False) -> Attempt:
    at = "2026-11-23T10:00:00Z"
    return Attempt(at=at, status=status, reason=reason, latency_ms=1.0, unconfirmed=unconfirmed)


def told(plan: list[PlannedCell], *calls: Call, reuse: int = 1) -> dict[str, ArmCalls]:
    return {row.arm: row for row in arm_calls(plan, {c.key: c for c in calls}, reuse=reuse)}


@pytest.mark.parametrize(
    ("status", "reason", "cause"),
    [
        (429, "RESOURCE_EXHAUSTED", "rate_limited"),
        (503, "UNAVAILABLE", "server_error"),
        (500, "INTERNAL", "server_error"),
        (504, "DEADLINE_EXCEEDED", "timeout"),
        (408, "unknown", "timeout"),
        (None, "timeout", "timeout"),
        (None, "connection", "dropped"),
        (200, "malformed", "malformed"),
        (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
    ],
)
def test_causes(status: int | None, reason: str, cause: str) -> None:
    assert attempt(status, reason).cause == cause


def test_tries_are_counted_by_cause_and_unconfirmed_ones_apart() -> None:
    busy, lost = attempt(429, "RESOURCE_EXHAUSTED"), attempt(None, "timeout", unconfirmed=True)
    found = told([planned("1", "a", "k"), planned("2", "a", "l")], call("k", busy, lost), call("l", busy))[
        "a"
    ]
    assert found.tries == (("rate_limited", 2), ("timeout", 1))
    assert (found.unconfirmed, found.calls, found.live) == (1, 2, 2)
    assert found.delivered == ((Delivery.LIVE, 2),)


def test_replayed_answers_are_no_live_calls_and_failed_ones_are() -> None:
    error = CallError(status=503, reason="UNAVAILABLE", message="", retryable=True)
    failed = replace(call("l", attempt(503, "UNAVAILABLE")), reply=None, error=error)
    plan = [planned("1", "a", "k"), planned("2", "a", "l"), planned("3", "a", "not made")]
    found = told(plan, call("k", delivery=Delivery.REPLAYED), failed)["a"]
    assert (found.calls, found.live, found.delivered) == (2, 1, ((Delivery.REPLAYED, 1),))
    assert found.tries == (("server_error", 1),)


def test_a_shared_call_counts_once_in_each_arm() -> None:
    busy = attempt(429, "RESOURCE_EXHAUSTED")
    plan = [planned("1", "a", "k", "c"), planned("1", "b", "l", "c"), planned("2", "a", "m", "c")]
    shared = call("c", busy, purpose=Purpose.COMPRESS)
    found = told(plan, shared, call("k"), call("l"), call("m"))
    assert (found["a"].calls, found["b"].calls) == (3, 2)
    assert found["a"].tries == found["b"].tries == (("rate_limited", 1),)


def test_the_first_token_waits_for_the_share_of_the_compressor() -> None:
    compress = call("c", purpose=Purpose.COMPRESS)
    plan = [
        planned("1", "a", "k", "c"),
        planned("2", "a", "l"),
        planned("3", "a", "m"),
        planned("4", "a", None),
    ]
    found = told(
        plan, compress, call("k", first_token_ms=100.0), call("l", first_token_ms=70.0), call("m"), reuse=4
    )["a"]
    assert found.first_token_ms == (200.0, 70.0)


def test_a_streamed_answer_lasts_until_its_last_byte() -> None:
    """The server's figure is sent ahead of the stream: it tells of the beginning only."""
    assert call("k").service_ms == 400.0
    assert call("k", first_token_ms=100.0).service_ms == 450.0
