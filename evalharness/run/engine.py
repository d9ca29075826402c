"""The engine: bounded concurrency, retry by cause, budget, journal before use, resume."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from evalharness.core.call import Attempt, Call, CallError, Reply
from evalharness.core.errors import BudgetExceeded, InvalidUsage, ProviderError
from evalharness.core.experiment import Limits
from evalharness.core.job import Job
from evalharness.core.ports import Clock, Journal, ModelClient
from evalharness.core.provenance import Origin, derive_origin
from evalharness.core.wire.response import parse_response
from evalharness.run.budget import Budget
from evalharness.run.retry import FATAL_REASONS, Sleep, retrying

Price = Callable[[Job, Reply | None], Decimal]
"""USD of a job: of its reply, or without one the upper bound that it may cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is, for whoever watches."""

    done: int
    total: int
    failed: int
    spent_usd: Decimal


@dataclass(slots=True, kw_only=True)
class RunSummary:
    """What a run did."""

    total: int
    resumed: int = 0
    """Calls found in the journal, not made again."""
    made: int = 0
    failed: int = 0
    retries: int = 0
    spent_usd: Decimal = field(default_factory=Decimal)

    def plus(self, later: RunSummary) -> RunSummary:
        """Return this part of a run and a later one together."""
        return RunSummary(
            total=self.total + later.total,
            resumed=self.resumed + later.resumed,
            made=self.made + later.made,
            failed=self.failed + later.failed,
            retries=self.retries + later.retries,
            spent_usd=self.spent_usd + later.spent_usd,
        )

    def progress(self) -> Progress:
        """Return the state for whoever watches."""
        return Progress(
            done=self.resumed + self.made + self.failed,
            total=self.total,
            failed=self.failed,
            spent_usd=self.spent_usd,
        )


class Engine:
    """Executes jobs against one client."""

    def __init__(
        self,
        *,
        client: ModelClient,
        journal: Journal,
        limits: Limits,
        clock: Clock,
        price: Price,
        sleep: Sleep = asyncio.sleep,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Take everything from outside: nothing here opens a file or reads the time.

        Args:
            client: How the model is reached.
            journal: Where calls are kept before their answers are used.
            limits: Concurrency, attempts, budget.
            clock: Time stamps and latencies.
            price: USD of a job, before (upper bound) and after.
            sleep: Waits between attempts, seconds.
            on_progress: Called after every call.
        """
        self._client = client
        self._journal = journal
        self._limits = limits
        self._clock = clock
        self._price = price
        self._sleep = sleep
        self._on_progress = on_progress
        self._budget = Budget(limit_usd=limits.budget_usd)

    async def execute(self, jobs: Iterable[Job]) -> RunSummary:
        """Make every call that the journal does not hold yet.

        Raises:
            BudgetExceeded: The next call could exceed the budget; calls in flight were finished and kept.
            ProviderError: Going on is pointless (no key, no such model, …); everything made was kept.
            CassetteMiss: Replay has no recording.
            CassetteDamaged: A recording cannot be trusted.
        """
        all_jobs = tuple(jobs)
        known = self._journal.completed()
        summary = RunSummary(total=len(all_jobs))
        for job in all_jobs:
            call = known.get(job.key)
            if call is not None and call.reply is not None:
                summary.resumed += 1
                spent = self._price(job, call.reply)
                summary.spent_usd += spent
                self._budget.book(spent)
        waiting = iter([job for job in all_jobs if job.key not in known])
        await self._drain(waiting, summary)
        return summary

    async def _drain(self, waiting: Iterator[Job], summary: RunSummary) -> None:
        stop: list[BaseException] = []

        async def worker() -> None:
            # A shared iterator instead of one task a job: memory stays flat in the number of jobs.
            for job in waiting:
                if stop:
                    return
                try:
                    await self._one(job, summary)
                except Exception as error:
                    stop.append(error)
                    return

        workers = min(self._limits.concurrency, max(1, summary.total))
        await asyncio.gather(*(worker() for _ in range(workers)))
        if stop:
            raise stop[0]

    async def _one(self, job: Job, summary: RunSummary) -> None:
        reserve = self._price(job, None)
        self._budget.reserve(reserve)
        try:
            call = await self._call(job)
        except BaseException:
            self._budget.release(reserve)
            raise
        self._journal.append(call)
        spent = Decimal(0) if call.reply is None else self._price(job, call.reply)
        self._budget.settle(reserve, spent)
        summary.spent_usd += spent
        summary.retries += len(call.attempts)
        summary.made += call.reply is not None
        summary.failed += call.reply is None
        self._on_progress(summary.progress())
        if call.error is not None and call.error.reason in FATAL_REASONS:
            raise ProviderError(call.error.message, status=call.error.status, reason=call.error.reason)

    async def _call(self, job: Job) -> Call:
        attempts: list[Attempt] = []
        reply: Reply | None = None
        error: CallError | None = None
        try:
            async for attempt in retrying(self._limits.max_attempts, self._sleep):
                with attempt:
                    reply = await self._attempt(job, attempts)
        except ProviderError as failure:
            error = CallError(
                status=failure.status,
                reason=failure.reason,
                message=failure.message,
                retryable=failure.retryable,
            )
        return Call(
            key=job.key,
            purpose=job.purpose,
            model=job.request.model,
            attempts=tuple(attempts),
            reply=reply,
            error=error,
            origin=Origin.UNVERIFIED
            if reply is None
            else derive_origin(reply.host, reply.headers, reply.body),
        )

    async def _attempt(self, job: Job, attempts: list[Attempt]) -> Reply:
        started, at = self._clock.monotonic(), self._clock.now()
        try:
            reply = await self._client.complete(job.request, draw=job.draw)
            _refuse_unreadable(reply)
        except ProviderError as failure:
            attempts.append(
                Attempt(
                    at=at.isoformat(timespec="milliseconds"),
                    status=failure.status,
                    reason=failure.reason,
                    latency_ms=round((self._clock.monotonic() - started) * 1000, 3),
                )
            )
            raise
        return reply


def _refuse_unreadable(reply: Reply) -> None:
    """Raise ProviderError for a 200 that is no Gemini response; blocked and empty answers are answers."""
    try:
        parse_response(reply.body)
    except InvalidUsage:
        # The answer was given and billed; that its counts contradict each other is the score stage's finding.
        return


__all__ = ["BudgetExceeded", "Engine", "Price", "Progress", "RunSummary"]
