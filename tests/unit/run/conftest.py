"""Stand-ins for what the engine is given."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from evalharness.core.call import Attempt, Call, Reply
from evalharness.core.errors import ProviderError
from evalharness.core.experiment import Limits
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.provenance import Delivery
from evalharness.core.usage import Usage
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

    def everything(self) -> Iterable[Call]:
        return tuple(self.calls.values())

    def earlier_attempts(self, key: str) -> tuple[Attempt, ...]:
        return self.calls[key].attempts if key in self.calls else ()

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
        self.pause = 0.0

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(self.pause)
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


def job(seed: int, model: str = "gemini-3.8-flash") -> Job:
    request = ModelRequest(
        model=model,
        system="",
        messages=(Message(role="user", text="?"),),
        max_output_tokens=8,
        seed=seed,
    )
    cell = Cell(case_id=f"case-{seed}", arm="flash-raw", repeat=0)
    return Job(purpose=Purpose.ANSWER, request=request, draw=0, cells=(cell,))


def cent(_model: str, _usage: Usage) -> Decimal:
    return Decimal("0.01")


def engine(
    client: ScriptedClient,
    journal: MemoryJournal,
    waits: list[float] | None = None,
    *,
    price: Callable[[str, Usage], Decimal] = cent,
    month_spent: Decimal = Decimal(0),
    sleep: Callable[[float], Awaitable[None]] | None = None,
    **limits: Any,
) -> Engine:
    async def at_once(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    return Engine(
        client=client,
        journal=journal,
        limits=Limits(**({"concurrency": 4, "max_attempts": 3} | limits)),
        clock=FixedClock(),
        price=price,
        month_spent_usd=month_spent,
        sleep=sleep or at_once,
    )


def refused(status: int, reason: str, *, retryable: bool, after: float | None = None) -> ProviderError:
    return ProviderError("no", status=status, reason=reason, retryable=retryable, retry_after_s=after)


@pytest.fixture
def kit() -> SimpleNamespace:
    """The stand-ins, by name."""
    return SimpleNamespace(
        BODY=BODY,
        MemoryJournal=MemoryJournal,
        ScriptedClient=ScriptedClient,
        job=job,
        engine=engine,
        refused=refused,
    )
