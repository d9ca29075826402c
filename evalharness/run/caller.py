"""One call: as many tries as the policy allows, each within budget and pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from evalharness.core.call import Attempt, Call, CallError, Reply, Unrecorded
from evalharness.core.errors import BudgetExceeded, ProviderError
from evalharness.core.experiment import Limits
from evalharness.core.job import Job
from evalharness.core.ports import Clock, ModelClient
from evalharness.core.provenance import Origin, derive_origin
from evalharness.core.tokens import approximate_tokens
from evalharness.core.usage import Usage
from evalharness.core.wire.request import ModelRequest
from evalharness.core.wire.response import Completion
from evalharness.run.booking import Price, answer_usd, read_answer, reserve_of
from evalharness.run.budget import Budget
from evalharness.run.halt import Halted
from evalharness.run.lane import Lane, is_daily_quota
from evalharness.run.retry import RATE_LIMITED, Sleep, with_retries

FATAL_REASONS = frozenset(
    {"API_KEY_INVALID", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "FAILED_PRECONDITION"}
)
"""Reasons after which every further call would fail the same way."""


@dataclass(slots=True, kw_only=True)
class Making:
    """A call while it is made."""

    job: Job
    lane: Lane
    reserve: Usage
    bound_usd: Decimal
    """Price of the reserve."""
    earlier: tuple[Attempt, ...]
    """Tries of earlier sessions."""
    attempts: list[Attempt] = field(default_factory=list)
    """Tries of this session that gave nothing."""
    failure: ProviderError | None = None
    """The last of them."""
    reply: Reply | None = None
    completion: Completion | None = None
    usd: Decimal = Decimal(0)
    """Booked in this session."""
    cut_short: bool = False
    """The run was stopped before the policy gave up."""
    unrecorded: Unrecorded | None = None
    """Why the answer has no recording; ends the run once the journal has the call."""

    @property
    def earlier_usd(self) -> Decimal:
        """What tries of earlier sessions are booked at."""
        return self.bound_usd * sum(attempt.unconfirmed for attempt in self.earlier)

    def call(self) -> Call:
        """Return the journal's line; a failure that stops the run or the model is made again later."""
        error = None
        if self.reply is None and self.failure is not None:
            failure = self.failure
            stopped = is_daily_quota(failure) or failure.reason in FATAL_REASONS
            again = failure.retryable or stopped or self.unrecorded is not None
            error = CallError(
                status=failure.status, reason=failure.reason, message=failure.message, retryable=again
            )
        reply = self.reply
        return Call(
            key=self.job.key,
            purpose=self.job.purpose,
            model=self.job.request.model,
            attempts=(*self.earlier, *self.attempts),
            reply=reply,
            error=error,
            origin=Origin.UNVERIFIED
            if reply is None
            else derive_origin(reply.host, reply.headers, reply.body),
            reserve=self.reserve,
        )


class Caller:
    """Makes calls against one client."""

    def __init__(
        self,
        *,
        client: ModelClient,
        limits: Limits,
        clock: Clock,
        price: Price,
        budget: Budget,
        sleep: Sleep,
        on_short: Callable[[BudgetExceeded], None],
    ) -> None:
        """Take everything from outside.

        Args:
            client: How the model is reached.
            limits: Attempts and deadlines.
            clock: Time stamps and latencies.
            price: USD of token counts.
            budget: Shared by all calls of the run.
            sleep: Waits between tries, seconds.
            on_short: Told when the budget does not allow a try even with nothing in flight.
        """
        self._client = client
        self._limits = limits
        self._clock = clock
        self._price = price
        self._budget = budget
        self._sleep = sleep
        self._on_short = on_short
        self._settled = asyncio.Event()

    async def make(self, job: Job, lane: Lane, earlier: tuple[Attempt, ...]) -> Making:
        """Make a call; its failure is in the result.

        Raises:
            Halted: The run or the lane was stopped before anything was sent.
            BaseException: What is no ProviderError ends the run; nothing of it is kept.
        """
        reserve = reserve_of(job.request)
        making = Making(
            job=job,
            lane=lane,
            reserve=reserve,
            bound_usd=self._price(job.request.model, reserve),
            earlier=earlier,
        )

        async def pause(seconds: float) -> None:
            await lane.halt.wait(lambda: self._sleep(seconds))

        try:
            await with_retries(lambda: self._try(making), limits=self._limits, clock=self._clock, sleep=pause)
        except ProviderError as failure:
            making.failure = failure
        except Halted:
            if making.failure is None:
                raise
            making.cut_short = True
        if making.failure is not None:
            # Its frames hold this call: the circle would stay until the collector comes by.
            making.failure.__traceback__ = None
        return making

    async def _try(self, making: Making) -> None:
        await self._reserve(making)
        request, gate = making.job.request, making.lane.gate
        settled = Decimal(0)
        try:
            ticket = await making.lane.halt.wait(gate.enter)
            limited = answered = False
            try:
                await making.lane.halt.wait(
                    lambda: making.lane.await_turn(self._tokens(making.lane, request))
                )
                settled = await self._send(making)
                answered = making.reply is not None
            except ProviderError as failure:
                limited = failure.status == RATE_LIMITED
                settled = making.bound_usd if failure.may_be_billed else Decimal(0)
                raise
            finally:
                gate.leave(ticket, limited=limited, answered=answered)
        finally:
            self._budget.settle(making.bound_usd, settled)
            making.usd += settled
            self._settled.set()

    async def _send(self, making: Making) -> Decimal:
        """Make one try; returns what it is booked at."""
        started, at = self._clock.monotonic(), self._clock.now()
        try:
            reply = await self._fetch(making)
            making.completion = read_answer(reply)
        except ProviderError as failure:
            making.failure = failure
            making.attempts.append(
                Attempt(
                    at=at.isoformat(timespec="milliseconds"),
                    status=failure.status,
                    reason=failure.reason,
                    latency_ms=round((self._clock.monotonic() - started) * 1000, 3),
                    unconfirmed=failure.may_be_billed,
                )
            )
            raise
        making.reply = reply
        return answer_usd(
            reply,
            making.completion,
            model=making.job.request.model,
            reserve=making.reserve,
            price=self._price,
        )

    async def _fetch(self, making: Making) -> Reply:
        """Send the request; an answer that could not be recorded counts all the same."""
        try:
            return await self._client.complete(making.job.request, draw=making.job.draw)
        except Unrecorded as error:
            making.unrecorded = error
            if error.reply is None:
                raise ProviderError(error.message, status=200, reason="unrecorded") from None
            return error.reply

    async def _reserve(self, making: Making) -> None:
        """Set the bound aside, waiting for calls in flight to turn out cheaper than they might have been."""
        while not self._budget.fits(making.bound_usd) and self._budget.reserved_usd:
            self._settled.clear()
            await making.lane.halt.wait(self._settled.wait)
        try:
            self._budget.reserve(making.bound_usd)
        except BudgetExceeded as error:
            self._on_short(error)
            raise Halted from None

    def _tokens(self, lane: Lane, request: ModelRequest) -> int:
        if not lane.counts_tokens:
            return 0
        return sum(map(approximate_tokens, (request.system, *(m.text for m in request.messages))))
