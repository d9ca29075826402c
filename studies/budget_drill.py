"""The budget drill: random budgets, prices, faults and concurrency; no booking ever exceeds its budget."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from evalharness.core.call import Attempt, Call, Reply
from evalharness.core.errors import BudgetExceeded, ProviderError
from evalharness.core.experiment import Limits
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.provenance import Delivery
from evalharness.core.usage import Usage
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.run import Engine
from evalharness.run.booking import call_usd, reserve_of

_MODELS = ("gemini-3.8-flash", "gemini-3.1-pro-preview")


@dataclass(slots=True, kw_only=True)
class BudgetOutcome:
    """What the drill found."""

    runs: int = 0
    stopped: int = 0
    """Runs that the budget ended."""
    exceeded: int = 0
    """Runs that booked, or really spent, more than their budget."""


class _Clock:
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class _Memory:
    """A journal that remembers, over the sessions of one run."""

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}

    def completed(self) -> Mapping[str, Call]:
        return {key: call for key, call in self.calls.items() if call.reply is not None}

    def everything(self) -> tuple[Call, ...]:
        return tuple(self.calls.values())

    def earlier_attempts(self, key: str) -> tuple[Attempt, ...]:
        return self.calls[key].attempts if key in self.calls else ()

    def append(self, call: Call) -> None:
        self.calls[call.key] = call


class _Client:
    """Answers with random counts up to the bound, or fails; keeps its own bill."""

    name = "drill/1"

    def __init__(self, draws: random.Random, prices: Mapping[str, tuple[Decimal, Decimal]]) -> None:
        self._draws = draws
        self._prices = prices
        self.bill_usd = Decimal(0)

    def price(self, model: str, usage: Usage) -> Decimal:
        into, out = self._prices[model]
        return into * usage.input_tokens + out * usage.output_tokens

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        del draw
        await asyncio.sleep(self._draws.choice((0.0, 0.0005, 0.001)))
        most, chance = reserve_of(request), self._draws.random()
        if chance < 0.1:
            raise ProviderError("busy", status=503, reason="UNAVAILABLE", retryable=True)
        used = Usage(
            input_tokens=self._draws.randint(1, most.input_tokens),
            output_tokens=self._draws.randint(1, most.output_tokens),
        )
        self.bill_usd += self.price(request.model, used)
        if chance < 0.2:
            raise ProviderError("lost", reason="timeout", retryable=True)
        counts = {
            "promptTokenCount": used.input_tokens,
            "candidatesTokenCount": used.output_tokens,
            "totalTokenCount": used.total_tokens,
        }
        body = {"candidates": [], "usageMetadata": counts, "modelVersion": request.model}
        return Reply(
            body=body,
            host="127.0.0.1",
            headers={},
            latency_ms=1.0,
            recorded_at="2026-11-23T00:00:00Z",
            delivery=Delivery.LIVE,
            client=self.name,
        )

    async def aclose(self) -> None:
        """Nothing to close."""


def budget_drill(*, runs: int, seed: int = 1) -> BudgetOutcome:
    """Make runs of two sessions each, with random budgets at concurrency 1 to 50."""
    draws, outcome = random.Random(seed), BudgetOutcome()  # noqa: S311 - a drill, not a secret
    for _ in range(runs):
        outcome.runs += 1
        asyncio.run(_run(draws, outcome))
    return outcome


async def _run(draws: random.Random, outcome: BudgetOutcome) -> None:
    prices = {model: (_cents(draws, 1, 400), _cents(draws, 1, 1200)) for model in _MODELS}
    client, journal = _Client(draws, prices), _Memory()
    jobs = [_job(index, draws) for index in range(draws.randint(5, 60))]
    bound = sum((client.price(job.request.model, reserve_of(job.request)) for job in jobs), Decimal(0))
    budget = bound * draws.randint(0, 120) / 100
    limits = Limits(
        concurrency=draws.randint(1, 50), max_attempts=3, stop_after_failures=99, budget_usd=budget
    )
    stopped = False
    for _ in range(2):
        engine = Engine(
            client=client,
            journal=journal,
            limits=limits,
            clock=_Clock(),
            price=client.price,
            sleep=lambda _: asyncio.sleep(0),
        )
        try:
            await engine.execute(jobs)
        except BudgetExceeded:
            stopped = True
    booked = sum((call_usd(call, client.price) for call in journal.everything()), Decimal(0))
    outcome.stopped += stopped
    outcome.exceeded += booked > budget or client.bill_usd > booked


def _job(index: int, draws: random.Random) -> Job:
    request = ModelRequest(
        model=_MODELS[index % 2],
        system="",
        messages=(Message(role="user", text="가?" * draws.randint(1, 200)),),
        max_output_tokens=draws.randint(1, 4000),
        seed=index,
    )
    return Job(
        purpose=Purpose.ANSWER,
        request=request,
        draw=0,
        cells=(Cell(case_id=f"case-{index}", arm="any", repeat=0),),
    )


def _cents(draws: random.Random, low: int, high: int) -> Decimal:
    """Return a price per token: USD per million tokens in cents."""
    return Decimal(draws.randint(low, high)) / 100 / 1_000_000
