"""The engine against clients that misbehave on purpose."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from evalharness.core.call import Call, Reply
from evalharness.core.errors import BudgetExceeded, CassetteMiss, ProviderError
from evalharness.core.experiment import Limits
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.run import Engine

BODY = {
    "candidates": [{"content": {"parts": [{"text": "네"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1, "totalTokenCount": 4},
    "modelVersion": "gemini-3.8-flash",
}


class FixedClock:
    """Time that moves one second at every look."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 11, 23, tzinfo=dt.UTC)

    def monotonic(self) -> float:
        self.seconds += 1
        return self.seconds


class MemoryJournal:
    """A journal that remembers."""

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}

    def completed(self) -> Mapping[str, Call]:
        return {key: call for key, call in self.calls.items() if call.reply is not None}

    def append(self, call: Call) -> None:
        assert call.key not in self.completed(), "bought twice"
        self.calls[call.key] = call


class ScriptedClient:
    """Answers each seed as scripted: bodies are answers, exceptions are raised, the last one repeats."""

    name = "scripted/1"

    def __init__(self, script: Mapping[int, list[Any]] | None = None) -> None:
        self.script = script or {}
        self.asked: Counter[int] = Counter()
        self.running = self.most = 0

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        steps = self.script.get(request.seed, [BODY])
        step = steps[min(self.asked[request.seed], len(steps) - 1)]
        self.asked[request.seed] += 1
        if isinstance(step, Exception):
            raise step
        return Reply(
            body=step,
            host="127.0.0.1",
            headers={},
            latency_ms=5.0,
            recorded_at="2026-11-23T00:00:00Z",
            delivery=Delivery.LIVE,
            client=self.name,
        )

    async def aclose(self) -> None:
        """Nothing to close."""


def job(seed: int) -> Job:
    request = ModelRequest(
        model="gemini-3.8-flash",
        system="",
        messages=(Message(role="user", text="?"),),
        max_output_tokens=8,
        seed=seed,
    )
    cell = Cell(case_id=f"case-{seed}", arm="flash-raw", repeat=0)
    return Job(purpose=Purpose.ANSWER, request=request, draw=0, cells=(cell,))


def cent(_job: Job, _reply: Reply | None) -> Decimal:
    return Decimal("0.01")


def engine(
    client: ScriptedClient,
    journal: MemoryJournal,
    waits: list[float] | None = None,
    *,
    price: Callable[[Job, Reply | None], Decimal] = cent,
    **limits: Any,
) -> Engine:
    async def sleep(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    return Engine(
        client=client,
        journal=journal,
        limits=Limits(**({"concurrency": 4, "max_attempts": 3} | limits)),
        clock=FixedClock(),
        price=price,
        sleep=sleep,
    )


def refused(status: int, reason: str, *, retryable: bool, after: float | None = None) -> ProviderError:
    return ProviderError("no", status=status, reason=reason, retryable=retryable, retry_after_s=after)


def test_every_job_is_called_once_with_bounded_concurrency() -> None:
    client, journal = ScriptedClient(), MemoryJournal()
    summary = asyncio.run(engine(client, journal).execute([job(i) for i in range(50)]))
    assert (summary.made, summary.failed, summary.resumed) == (50, 0, 0)
    assert set(client.asked.values()) == {1}
    assert 1 < client.most <= 4
    assert summary.spent_usd == Decimal("0.50")


def test_resume_calls_only_what_is_missing() -> None:
    journal = MemoryJournal()
    asyncio.run(engine(ScriptedClient(), journal).execute([job(i) for i in range(7)]))
    client = ScriptedClient()
    summary = asyncio.run(engine(client, journal).execute([job(i) for i in range(10)]))
    assert (summary.resumed, summary.made) == (7, 3)
    assert set(client.asked) == {7, 8, 9}


def test_retry_waits_as_long_as_the_provider_asks() -> None:
    waits: list[float] = []
    client = ScriptedClient({1: [refused(429, "RESOURCE_EXHAUSTED", retryable=True, after=17.0), BODY]})
    journal = MemoryJournal()
    summary = asyncio.run(engine(client, journal, waits).execute([job(1)]))
    assert waits == [17.0]
    assert summary.retries == 1
    call = journal.calls[job(1).key]
    assert [(attempt.status, attempt.reason) for attempt in call.attempts] == [(429, "RESOURCE_EXHAUSTED")]


def test_retries_end_and_the_failure_is_kept() -> None:
    client = ScriptedClient({1: [refused(503, "UNAVAILABLE", retryable=True)]})
    journal = MemoryJournal()
    summary = asyncio.run(engine(client, journal).execute([job(1), job(2)]))
    call = journal.calls[job(1).key]
    assert (summary.made, summary.failed, client.asked[1]) == (1, 1, 3)
    assert call.reply is None
    assert call.error is not None
    assert (call.error.reason, call.error.retryable, len(call.attempts)) == ("UNAVAILABLE", True, 3)


def test_what_cannot_succeed_later_is_asked_once() -> None:
    client = ScriptedClient({1: [refused(400, "INVALID_ARGUMENT", retryable=False)]})
    summary = asyncio.run(engine(client, MemoryJournal()).execute([job(1), job(2)]))
    assert (client.asked[1], summary.failed, summary.made) == (1, 1, 1)


def test_a_wrong_key_stops_the_run() -> None:
    client = ScriptedClient({1: [refused(400, "API_KEY_INVALID", retryable=False)]})
    with pytest.raises(ProviderError, match="no"):
        asyncio.run(engine(client, MemoryJournal(), concurrency=1).execute([job(i) for i in range(1, 9)]))
    assert sum(client.asked.values()) == 1


def test_a_200_that_is_no_response_is_tried_again_but_a_blocked_one_is_an_answer() -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}}
    client = ScriptedClient({1: [{"surprise": 1}, BODY], 2: [blocked]})
    journal = MemoryJournal()
    summary = asyncio.run(engine(client, journal).execute([job(1), job(2)]))
    assert (summary.made, client.asked[1], client.asked[2]) == (2, 2, 1)


@pytest.mark.parametrize("concurrency", [1, 3, 50])
def test_the_budget_is_never_exceeded_and_everything_is_kept(concurrency: int) -> None:
    client, journal = ScriptedClient(), MemoryJournal()
    running = engine(client, journal, concurrency=concurrency, budget_usd=Decimal("0.055"))
    with pytest.raises(BudgetExceeded, match=r"budget of 0\.055 USD"):
        asyncio.run(running.execute([job(i) for i in range(50)]))
    assert len(journal.calls) == 5


def test_a_resumed_run_counts_what_was_spent_before() -> None:
    journal = MemoryJournal()
    asyncio.run(engine(ScriptedClient(), journal).execute([job(i) for i in range(4)]))
    with pytest.raises(BudgetExceeded):
        asyncio.run(
            engine(ScriptedClient(), journal, budget_usd=Decimal("0.05")).execute([job(i) for i in range(9)])
        )
    assert len(journal.calls) == 5


def test_a_cassette_miss_stops_the_run_and_keeps_what_was_read() -> None:
    client, journal = ScriptedClient({3: [CassetteMiss("no recording")]}), MemoryJournal()
    with pytest.raises(CassetteMiss):
        asyncio.run(engine(client, journal, concurrency=1).execute([job(i) for i in range(9)]))
    assert len(journal.calls) == 3


def test_origin_is_derived_from_the_reply() -> None:
    simulated = BODY | {"modelVersion": "gemini-3.8-flash-simulated"}
    journal = MemoryJournal()
    asyncio.run(engine(ScriptedClient({2: [simulated]}), journal).execute([job(1), job(2)]))
    assert journal.calls[job(1).key].origin is Origin.UNVERIFIED
    assert journal.calls[job(2).key].origin is Origin.SIMULATED
