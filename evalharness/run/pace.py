"""How fast one model is asked: limits per minute, and a number of calls in flight that follows its 429s."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

_BURST_SHARE = 1 / 20
"""Of a minute's allowance, what may go out at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One place in a gate."""

    number: int
    """Counts from 1 in the order of entering."""


class Gate:
    """Calls in flight: halved by a burst of 429s, widened again by every answer (as TCP does)."""

    def __init__(self, most: int) -> None:
        """Start wide open."""
        self._most = most
        self._exact = float(most)
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._entered = 0
        self._last_cut = 0

    @property
    def width(self) -> int:
        """Calls that may be in flight now."""
        return int(self._exact)

    async def enter(self) -> Ticket:
        """Wait for a place, first come first served; returns a ticket for `leave`."""
        if self._waiting or self._inside >= self.width:
            await self._queue()
        else:
            self._inside += 1
        self._entered += 1
        return Ticket(number=self._entered)

    def leave(self, ticket: Ticket, *, limited: bool, answered: bool) -> None:
        """Give the place back.

        Args:
            ticket: From `enter`.
            limited: The provider said 429. Those who entered before the last cut are of the same burst.
            answered: The provider answered.
        """
        if limited and ticket.number > self._last_cut:
            self._exact, self._last_cut = max(1.0, self._exact / 2), self._entered
        elif answered and self._exact < self._most:
            self._exact = min(float(self._most), self._exact + 1 / self._exact)
        self._inside -= 1
        self._admit()

    async def _queue(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # The place was given a moment before whoever waited for it gave up: it is the next one's.
                self._inside -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        while self._waiting and self._inside < self.width:
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)


class Meter:
    """An amount per minute; whoever came first goes first, however much the others want."""

    def __init__(self, per_minute: int) -> None:
        """Allow at most this amount in any minute (two at once where only one a minute is allowed)."""
        burst = max(1.0, per_minute * _BURST_SHARE)
        # The burst comes on top of what trickles in during the same minute.
        steady = max(per_minute - burst, per_minute / 2)
        self._limiter = AsyncLimiter(burst, 60 * burst / steady)
        self._turn = asyncio.Lock()

    async def take(self, amount: float) -> None:
        """Wait until the amount is free, and take it."""
        async with self._turn:
            while amount > 0:
                part = min(amount, self._limiter.max_rate)
                await self._limiter.acquire(part)
                amount -= part
