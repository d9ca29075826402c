"""Stopping gently: nothing new begins, what waits gives up, what is in flight is finished."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class Halted(Exception):
    """Whoever waited was told to give up."""


class Halt:
    """A switch that ends waiting, but no call in flight: its answer may be on the bill."""

    def __init__(self) -> None:
        """Not stopped."""
        self._stopped = False
        self._waiting: set[asyncio.Task[Any]] = set()

    def is_stopped(self) -> bool:
        """Whether nothing new may begin."""
        return self._stopped

    def stop(self) -> None:
        """End every wait, now and later."""
        self._stopped = True
        for task in tuple(self._waiting):
            task.cancel()

    async def wait(self, begin: Callable[[], Awaitable[_Result]]) -> _Result:
        """Await what `begin` returns, unless stopped.

        Raises:
            Halted: If stopped before or meanwhile.
        """
        task = asyncio.current_task()
        if self._stopped or task is None:
            raise Halted
        self._waiting.add(task)
        try:
            return await begin()
        except asyncio.CancelledError:
            if not self.is_stopped():
                raise
            task.uncancel()
            raise Halted from None
        finally:
            self._waiting.discard(task)
