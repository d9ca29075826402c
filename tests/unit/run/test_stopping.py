"""When a run, or one model of it, goes no further."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evalharness.core.call import Reply
from evalharness.core.errors import BudgetExceeded, Interrupted, ProviderError
from evalharness.core.wire.request import ModelRequest
from evalharness.run.lane import next_reset
from evalharness.store.journal import FileJournal

PRO = "gemini-3.1-pro-preview"


def test_a_spent_daily_quota_stops_its_model_only_and_says_when_it_resets(kit: SimpleNamespace) -> None:
    spent = kit.refused(429, "RESOURCE_EXHAUSTED", retryable=False)
    jobs = [kit.job(i, PRO if i % 2 else "gemini-3.8-flash") for i in range(20)]
    client, journal = kit.ScriptedClient({i: [spent] for i in range(1, 20, 2)}), kit.MemoryJournal()
    with pytest.raises(ProviderError) as stopped:
        asyncio.run(kit.engine(client, journal, concurrency=2).execute(jobs))
    assert sum(client.asked[i] for i in range(1, 20, 2)) <= 2
    assert all(client.asked[i] == 1 for i in range(0, 20, 2))
    assert f"daily quota of {PRO} is spent" in str(stopped.value)
    assert "2026-11-23 08:00 UTC (in 8 h 0 min)" in str(stopped.value)
    # Later everything that is left is made, the refused call too.
    again = asyncio.run(kit.engine(kit.ScriptedClient(), journal).execute(jobs))
    assert (again.resumed, again.made, again.failed) == (10, 10, 0)


def test_quotas_reset_at_midnight_pacific_in_summer_and_winter() -> None:
    assert next_reset(dt.datetime(2026, 11, 23, 7, 59, tzinfo=dt.UTC)).hour == 8
    assert next_reset(dt.datetime(2026, 7, 1, 7, 1, tzinfo=dt.UTC)) == dt.datetime(
        2026, 7, 2, 7, tzinfo=dt.UTC
    )


def test_a_dying_model_is_stopped_early_and_resume_makes_its_calls(kit: SimpleNamespace) -> None:
    dead = kit.refused(503, "UNAVAILABLE", retryable=True)
    client, journal = kit.ScriptedClient({i: [dead] for i in range(100)}), kit.MemoryJournal()
    jobs = [kit.job(i) for i in range(100)]
    with pytest.raises(
        ProviderError, match="no answer 5 times in a row and was stopped: run the same command"
    ):
        asyncio.run(kit.engine(client, journal, concurrency=2).execute(jobs))
    assert len(journal.calls) <= 6
    assert asyncio.run(kit.engine(kit.ScriptedClient(), journal).execute(jobs)).made == 100


def test_scattered_failures_stop_nothing(kit: SimpleNamespace) -> None:
    bad = kit.refused(503, "UNAVAILABLE", retryable=True)
    client = kit.ScriptedClient({i: [bad] for i in range(0, 60, 3)})
    summary = asyncio.run(kit.engine(client, kit.MemoryJournal()).execute([kit.job(i) for i in range(60)]))
    assert (summary.failed, summary.made) == (20, 40)


def test_a_fatal_refusal_is_asked_again_once_it_is_mended(kit: SimpleNamespace) -> None:
    journal = kit.MemoryJournal()
    with pytest.raises(ProviderError):
        client = kit.ScriptedClient({1: [kit.refused(403, "PERMISSION_DENIED", retryable=False)]})
        asyncio.run(kit.engine(client, journal).execute([kit.job(1)]))
    assert journal.calls[kit.job(1).key].error.retryable


def test_a_429_does_not_use_up_tries_but_the_deadline_does(kit: SimpleNamespace) -> None:
    limited = kit.refused(429, "RESOURCE_EXHAUSTED", retryable=True, after=1.0)
    client = kit.ScriptedClient({1: [limited] * 9 + [kit.BODY], 2: [limited]})
    journal = kit.MemoryJournal()
    summary = asyncio.run(kit.engine(client, journal, deadline_s=60.0).execute([kit.job(1), kit.job(2)]))
    assert (summary.made, summary.failed, client.asked[1]) == (1, 1, 10)
    assert client.asked[2] < 60


def test_unanswered_tries_are_booked_at_their_reserve_in_every_session(kit: SimpleNamespace) -> None:
    lost = ProviderError("timeout", reason="timeout", retryable=True)
    journal, job = kit.MemoryJournal(), kit.job(1)
    first = asyncio.run(kit.engine(kit.ScriptedClient({1: [lost]}), journal).execute([job]))
    assert (first.failed, first.spent_usd, first.unconfirmed_usd) == (1, Decimal("0.03"), Decimal("0.03"))
    call = journal.calls[job.key]
    assert (call.unconfirmed, call.reserve.output_tokens) == (3, 8)
    second = asyncio.run(kit.engine(kit.ScriptedClient(), journal).execute([job]))
    assert (second.made, journal.calls[job.key].unconfirmed) == (1, 3)
    with pytest.raises(BudgetExceeded, match=r"0\.040000 spent"):
        asyncio.run(
            kit.engine(kit.ScriptedClient(), journal, budget_usd=Decimal("0.045")).execute([job, kit.job(2)])
        )


def test_a_refused_connection_is_not_booked(kit: SimpleNamespace) -> None:
    never = ProviderError("refused", reason="connection", retryable=True, sent=False)
    summary = asyncio.run(
        kit.engine(kit.ScriptedClient({1: [never]}), kit.MemoryJournal()).execute([kit.job(1)])
    )
    assert summary.spent_usd == 0


def test_stopping_finishes_what_is_in_flight_and_begins_nothing(kit: SimpleNamespace) -> None:
    client, journal = kit.ScriptedClient(), kit.MemoryJournal()

    async def interrupted() -> Any:
        running = kit.engine(client, journal, concurrency=3)
        client.pause = 0.1
        asyncio.get_running_loop().call_later(0.05, running.stop, Interrupted("interrupted"))
        return await running.execute([kit.job(i) for i in range(50)])

    with pytest.raises(Interrupted):
        asyncio.run(interrupted())
    assert len(journal.calls) == sum(client.asked.values()) == 3
    assert client.running == 0


def test_stopping_ends_a_wait_for_a_retry_and_keeps_its_tries(kit: SimpleNamespace) -> None:
    journal = kit.MemoryJournal()
    slow = kit.refused(429, "RESOURCE_EXHAUSTED", retryable=True, after=300.0)

    async def interrupted() -> Any:
        running = kit.engine(kit.ScriptedClient({1: [slow]}), journal, sleep=asyncio.sleep)
        asyncio.get_running_loop().call_later(0.1, running.stop, Interrupted("interrupted"))
        return await running.execute([kit.job(1)])

    with pytest.raises(Interrupted):
        asyncio.run(asyncio.wait_for(interrupted(), 5))
    assert len(journal.calls[kit.job(1).key].attempts) == 1


def test_jobs_are_drawn_as_workers_become_free(kit: SimpleNamespace) -> None:
    client, drawn = kit.ScriptedClient(), 0

    def jobs() -> Any:
        nonlocal drawn
        for index in range(200):
            drawn += 1
            assert drawn <= sum(client.asked.values()) + 4
            yield kit.job(index)

    assert asyncio.run(kit.engine(client, kit.MemoryJournal()).execute(jobs())).made == 200


@pytest.mark.parametrize("failing", [False, True])
def test_memory_hardly_grows_with_the_number_of_jobs(
    kit: SimpleNamespace, tmp_path: Path, failing: bool
) -> None:
    """Neither jobs nor answers are held: five hundred more, 20 kB each, add less than a tenth of that.

    Nor are they where every call fails once and is tried again.
    """

    class Wordy(kit.ScriptedClient):  # type: ignore[misc, name-defined]
        async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
            seed = request.seed or 0
            if failing and not self.asked[seed]:
                self.asked[seed] += 1
                raise ProviderError("overloaded", status=503, retryable=True)
            reply: Reply = await super().complete(request, draw=draw)
            parts = [{"text": "a" * (10_000 + seed)}]
            return replace(reply, body=kit.BODY | {"candidates": [{"content": {"parts": parts}}]})

    def peak(count: int) -> int:
        def jobs() -> Iterator[Any]:
            for index in range(count):
                job = kit.job(index)
                yield replace(job, request=replace(job.request, system="s" * 10_000))

        with FileJournal(tmp_path / f"{count}.jsonl") as journal:
            running = kit.engine(Wordy(), journal)
            # Nothing may wait for the collector, which comes by late where many objects live.
            gc.disable()
            tracemalloc.start()
            made = asyncio.run(running.execute(jobs())).made
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            gc.enable()
        assert made == count
        return most

    peak(10)
    assert peak(600) - peak(100) < 500 * 2_000


def test_the_months_limit_counts_what_other_runs_spent(kit: SimpleNamespace) -> None:
    journal = kit.MemoryJournal()
    running = kit.engine(
        kit.ScriptedClient(), journal, monthly_usd=Decimal("1.00"), month_spent=Decimal("0.96")
    )
    with pytest.raises(BudgetExceeded, match=r"monthly limit of 1\.00 USD"):
        asyncio.run(running.execute([kit.job(i) for i in range(9)]))
    assert len(journal.calls) == 4
