"""How fast one model is asked: limits per minute, and a number of calls in flight that follows its 429s."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiolimiter import AsyncLimiter
from anyio import CapacityLimiter

_BURST_SHARE = 1 / 20
"""Of a minute's allowance, what may go out at once."""


@dataclass(slots=True, eq=False)
class Ticket:
    """One place in a gate."""

    number: int = 0
    """Counts from 1 in the order of entering."""


class Gate:
    """Calls in flight: halved by a burst of 429s, widened again by every answer (as TCP does)."""

    def __init__(self, most: int) -> None:
        """Start wide open."""
        self._most = most
        self._permits = CapacityLimiter(most)
        self._exact = float(most)
        self._entered = 0
        self._last_cut = 0

    @property
    def width(self) -> int:
        """Calls that may be in flight now."""
        return int(self._exact)

    async def enter(self) -> Ticket:
        """Wait for a place; returns a ticket for `leave`."""
        ticket = Ticket()
        await self._permits.acquire_on_behalf_of(ticket)
        self._entered += 1
        ticket.number = self._entered
        return ticket

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
        if self._permits.total_tokens != self.width:
            self._permits.total_tokens = self.width
        self._permits.release_on_behalf_of(ticket)


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
