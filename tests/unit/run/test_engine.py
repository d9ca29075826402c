"""The engine against clients that misbehave on purpose."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from types import SimpleNamespace

import pytest

from evalharness.core.call import Reply, Unrecorded
from evalharness.core.errors import BudgetExceeded, CassetteMiss, ProviderError
from evalharness.core.provenance import Delivery, Origin


def test_every_job_is_called_once_with_bounded_concurrency(kit: SimpleNamespace) -> None:
    client, journal = kit.ScriptedClient(), kit.MemoryJournal()
    summary = asyncio.run(kit.engine(client, journal).execute([kit.job(i) for i in range(50)]))
    assert (summary.made, summary.failed, summary.resumed) == (50, 0, 0)
    assert set(client.asked.values()) == {1}
    assert 1 < client.most <= 4
    assert summary.spent_usd == Decimal("0.50")


def test_resume_calls_only_what_is_missing(kit: SimpleNamespace) -> None:
    journal = kit.MemoryJournal()
    asyncio.run(kit.engine(kit.ScriptedClient(), journal).execute([kit.job(i) for i in range(7)]))
    client = kit.ScriptedClient()
    summary = asyncio.run(kit.engine(client, journal).execute([kit.job(i) for i in range(10)]))
    assert (summary.resumed, summary.made) == (7, 3)
    assert set(client.asked) == {7, 8, 9}


def test_retry_waits_as_long_as_the_provider_asks(kit: SimpleNamespace) -> None:
    waits: list[float] = []
    client = kit.ScriptedClient(
        {1: [kit.refused(429, "RESOURCE_EXHAUSTED", retryable=True, after=17.0), kit.BODY]}
    )
    journal = kit.MemoryJournal()
    summary = asyncio.run(kit.engine(client, journal, waits).execute([kit.job(1)]))
    assert waits == [17.0]
    assert summary.retries == 1
    call = journal.calls[kit.job(1).key]
    assert [(attempt.status, attempt.reason) for attempt in call.attempts] == [(429, "RESOURCE_EXHAUSTED")]


def test_retries_end_and_the_failure_is_kept(kit: SimpleNamespace) -> None:
    client = kit.ScriptedClient({1: [kit.refused(503, "UNAVAILABLE", retryable=True)]})
    journal = kit.MemoryJournal()
    summary = asyncio.run(kit.engine(client, journal).execute([kit.job(1), kit.job(2)]))
    call = journal.calls[kit.job(1).key]
    assert (summary.made, summary.failed, client.asked[1]) == (1, 1, 3)
    assert call.reply is None
    assert call.error is not None
    assert (call.error.reason, call.error.retryable, len(call.attempts)) == ("UNAVAILABLE", True, 3)


def test_what_cannot_succeed_later_is_asked_once(kit: SimpleNamespace) -> None:
    client = kit.ScriptedClient({1: [kit.refused(400, "INVALID_ARGUMENT", retryable=False)]})
    summary = asyncio.run(kit.engine(client, kit.MemoryJournal()).execute([kit.job(1), kit.job(2)]))
    assert (client.asked[1], summary.failed, summary.made) == (1, 1, 1)


def test_a_wrong_key_stops_the_run(kit: SimpleNamespace) -> None:
    client = kit.ScriptedClient({1: [kit.refused(400, "API_KEY_INVALID", retryable=False)]})
    with pytest.raises(ProviderError, match="no"):
        asyncio.run(
            kit.engine(client, kit.MemoryJournal(), concurrency=1).execute([kit.job(i) for i in range(1, 9)])
        )
    assert sum(client.asked.values()) == 1


def test_a_200_that_is_no_response_is_tried_again_but_a_blocked_one_is_an_answer(
    kit: SimpleNamespace,
) -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}}
    client = kit.ScriptedClient({1: [{"surprise": 1}, kit.BODY], 2: [blocked]})
    journal = kit.MemoryJournal()
    summary = asyncio.run(kit.engine(client, journal).execute([kit.job(1), kit.job(2)]))
    assert (summary.made, client.asked[1], client.asked[2]) == (2, 2, 1)


@pytest.mark.parametrize("concurrency", [1, 3, 50])
def test_the_budget_is_never_exceeded_and_everything_is_kept(kit: SimpleNamespace, concurrency: int) -> None:
    client, journal = kit.ScriptedClient(), kit.MemoryJournal()
    running = kit.engine(client, journal, concurrency=concurrency, budget_usd=Decimal("0.055"))
    with pytest.raises(BudgetExceeded, match=r"budget of 0\.055 USD"):
        asyncio.run(running.execute([kit.job(i) for i in range(50)]))
    assert len(journal.calls) == 5


def test_a_resumed_run_counts_what_was_spent_before(kit: SimpleNamespace) -> None:
    journal = kit.MemoryJournal()
    asyncio.run(kit.engine(kit.ScriptedClient(), journal).execute([kit.job(i) for i in range(4)]))
    with pytest.raises(BudgetExceeded):
        asyncio.run(
            kit.engine(kit.ScriptedClient(), journal, budget_usd=Decimal("0.05")).execute(
                [kit.job(i) for i in range(9)]
            )
        )
    assert len(journal.calls) == 5


def test_a_cassette_miss_stops_the_run_and_keeps_what_was_read(kit: SimpleNamespace) -> None:
    client, journal = kit.ScriptedClient({3: [CassetteMiss("no recording")]}), kit.MemoryJournal()
    with pytest.raises(CassetteMiss):
        asyncio.run(kit.engine(client, journal, concurrency=1).execute([kit.job(i) for i in range(9)]))
    assert len(journal.calls) == 3


def test_origin_is_derived_from_the_reply(kit: SimpleNamespace) -> None:
    simulated = kit.BODY | {"modelVersion": "gemini-3.8-flash-simulated"}
    journal = kit.MemoryJournal()
    asyncio.run(kit.engine(kit.ScriptedClient({2: [simulated]}), journal).execute([kit.job(1), kit.job(2)]))
    assert journal.calls[kit.job(1).key].origin is Origin.UNVERIFIED
    assert journal.calls[kit.job(2).key].origin is Origin.SIMULATED


def test_an_answer_without_a_recording_is_kept_and_ends_the_run(kit: SimpleNamespace) -> None:
    answered = Reply(
        body=kit.BODY, host="127.0.0.1", headers={}, latency_ms=5.0, recorded_at="2026-11-23T00:00:00Z",
        delivery=Delivery.LIVE, client="scripted/1",
    )  # fmt: skip
    client = kit.ScriptedClient({1: [Unrecorded("disk full", reply=answered)]})
    journal = kit.MemoryJournal()
    with pytest.raises(Unrecorded, match="disk full"):
        asyncio.run(kit.engine(client, journal, concurrency=1).execute([kit.job(1), kit.job(2)]))
    assert [call.reply for call in journal.calls.values()] == [answered]
    done = asyncio.run(kit.engine(client, journal, concurrency=1).execute([kit.job(1), kit.job(2)]))
    assert (done.resumed, done.made, client.asked) == (1, 1, {1: 1, 2: 1})
    assert done.spent_usd == Decimal("0.02")


def test_an_answer_that_must_not_be_kept_is_booked_as_unconfirmed(kit: SimpleNamespace) -> None:
    client, journal = kit.ScriptedClient({1: [Unrecorded("the key is in it"), kit.BODY]}), kit.MemoryJournal()
    with pytest.raises(Unrecorded):
        asyncio.run(kit.engine(client, journal, concurrency=1).execute([kit.job(1)]))
    (call,) = journal.calls.values()
    assert (call.unconfirmed, call.error.retryable, client.asked[1]) == (1, True, 1)
    done = asyncio.run(kit.engine(client, journal, concurrency=1).execute([kit.job(1)]))
    assert done.spent_usd == Decimal("0.02")
    assert done.unconfirmed_usd == Decimal("0.01")
