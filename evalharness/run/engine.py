"""The engine: bounded concurrency, pace by model, retry by cause, budget, journal before use, resume."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from evalharness.core.call import Call
from evalharness.core.errors import BudgetExceeded, EvalHarnessError, ProviderError
from evalharness.core.experiment import Limits
from evalharness.core.job import Job
from evalharness.core.ports import Clock, Journal, ModelClient
from evalharness.core.wire.response import served_id
from evalharness.run.booking import Price, call_usd, unconfirmed_usd
from evalharness.run.budget import Budget
from evalharness.run.caller import FATAL_REASONS, Caller, Making
from evalharness.run.halt import Halted
from evalharness.run.lane import Lane
from evalharness.run.retry import Sleep
from evalharness.run.summary import Progress, RunSummary, count_of


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
        month_spent_usd: Decimal = Decimal(0),
        sleep: Sleep = asyncio.sleep,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Take everything from outside: nothing here opens a file or reads the time.

        Args:
            client: How the model is reached.
            journal: Where calls are kept before their answers are used.
            limits: Concurrency, pace, attempts, budget.
            clock: Time stamps and latencies.
            price: USD of token counts of a model.
            month_spent_usd: What all runs, this one included, have spent in this month already.
            sleep: Waits between attempts, seconds.
            on_progress: Called after every call.
        """
        self._journal = journal
        self._limits = limits
        self._clock = clock
        self._price = price
        self._on_progress = on_progress
        self._lanes: dict[str, Lane] = {}
        self._cause: BaseException | None = None
        self._in_flight = 0
        self._budget = Budget(
            limit_usd=limits.budget_usd,
            month_limit_usd=limits.monthly_usd,
            month_spent_usd=month_spent_usd,
        )
        # Without a limit nobody asks what earlier sessions spent, and every call would be read for it.
        for call in journal.everything() if self._budget.limited else ():
            self._budget.book(call_usd(call, price))
        self._caller = Caller(
            client=client,
            limits=limits,
            clock=clock,
            price=price,
            budget=self._budget,
            sleep=sleep,
            on_short=self.stop,
        )

    @property
    def in_flight(self) -> int:
        """Calls begun and not ended."""
        return self._in_flight

    def stop(self, cause: BaseException) -> None:
        """Begin nothing new and end all waiting; calls in flight are finished and kept.

        Args:
            cause: What `execute` raises then; the first cause counts.
        """
        if self._cause is None:
            self._cause = cause
        for lane in self._lanes.values():
            lane.halt.stop()

    async def execute(self, jobs: Iterable[Job]) -> RunSummary:
        """Make every call that the journal does not hold yet.

        Args:
            jobs: In the order to be made; walked through once, as workers become free, so that memory stays
                flat in their number.

        Raises:
            BudgetExceeded: The next call could exceed the budget; calls in flight were finished and kept.
            ProviderError: Going on is pointless (no key, no such model, a spent daily quota, …); everything
                made was kept.
            CassetteMiss: Replay has no recording.
            CassetteDamaged: A recording cannot be trusted.
            Unrecorded: The disk did not take a recording; its answer is in the journal.
        """
        summary = RunSummary(total=count_of(jobs))
        waiting = self._unknown(jobs, summary)
        await asyncio.gather(*(self._work(waiting, summary) for _ in range(self._limits.concurrency)))
        if self._cause is not None:
            raise self._cause
        closed = [lane for lane in self._lanes.values() if lane.closed_because is not None]
        if closed:
            raise ProviderError(_closing(closed), reason="model_stopped", retryable=True)
        return summary

    def _unknown(self, jobs: Iterable[Job], summary: RunSummary) -> Iterator[Job]:
        """Yield the jobs to be made; count the others as they pass."""
        known = self._journal.completed()
        for job in jobs:
            call = known.get(job.key)
            if call is None:
                yield job
                continue
            spent = call_usd(call, self._price)
            summary.resumed += call.reply is not None
            summary.spent_usd += spent
            summary.unconfirmed_usd += unconfirmed_usd(call, self._price)

    async def _work(self, waiting: Iterator[Job], summary: RunSummary) -> None:
        # Workers share one iterator instead of a task for every job.
        for job in waiting:
            if self._cause is not None:
                return
            lane = self._lane(job.request.model)
            if lane.halt.is_stopped():
                lane.skipped += 1
                continue
            self._in_flight += 1
            try:
                await self._one(job, lane, summary)
            except Halted:
                lane.skipped += 1
            except Exception as error:
                self.stop(error)
            finally:
                self._in_flight -= 1

    async def _one(self, job: Job, lane: Lane, summary: RunSummary) -> None:
        making = await self._caller.make(job, lane, self._journal.earlier_attempts(job.key))
        call = making.call()
        self._journal.append(call)
        self._count(call, making, summary)
        if making.unrecorded is not None:
            raise making.unrecorded
        if making.reply is not None:
            lane.answered()
        elif call.error is not None and call.error.reason in FATAL_REASONS:
            raise ProviderError(call.error.message, status=call.error.status, reason=call.error.reason)
        elif not making.cut_short:
            lane.failed(making.failure, self._clock.now())

    def _count(self, call: Call, making: Making, summary: RunSummary) -> None:
        summary.spent_usd += making.usd + making.earlier_usd
        summary.unconfirmed_usd += unconfirmed_usd(call, self._price)
        summary.retries += len(making.attempts)
        summary.made += call.reply is not None
        summary.failed += call.reply is None
        served = "" if making.completion is None else served_id(making.completion.served_model)
        if served and served != call.model:
            summary.rerouted |= {(call.model, served)}
        self._on_progress(summary.progress())

    def _lane(self, model: str) -> Lane:
        lane = self._lanes.get(model)
        if lane is None:
            lane = self._lanes[model] = Lane(model, self._limits)
        return lane


def _closing(closed: Iterable[Lane]) -> str:
    return "; ".join(
        f"{lane.closed_because} ({lane.skipped} of its calls are left, everything made is kept)"
        for lane in closed
    )


__all__ = ["BudgetExceeded", "Engine", "EvalHarnessError", "Price", "Progress", "RunSummary"]
