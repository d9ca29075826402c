"""Limits per minute, and calls in flight that follow the provider's 429s."""

from __future__ import annotations

import asyncio
import time

import pytest

from evalharness.run.pace import Gate, Meter


@pytest.mark.parametrize(
    ("per_minute", "amounts"), [(1200, [1.0] * 100), (60_000, [500.0, 4000.0, 100.0] * 2)]
)
def test_a_meter_lets_through_no_more_than_its_rate(per_minute: int, amounts: list[float]) -> None:
    async def spend() -> float:
        meter, started = Meter(per_minute), time.monotonic()
        await asyncio.gather(*(meter.take(amount) for amount in amounts))
        return time.monotonic() - started

    burst = per_minute / 20
    assert asyncio.run(spend()) >= (sum(amounts) - burst) / per_minute * 60 * 0.95


def test_nobody_is_overtaken_by_smaller_ones() -> None:
    order: list[int] = []

    async def take(meter: Meter, name: int, amount: float) -> None:
        await meter.take(amount)
        order.append(name)

    async def queue() -> None:
        meter = Meter(60_000)
        await asyncio.gather(*(take(meter, i, 4000.0 if i == 1 else 10.0) for i in range(6)))

    asyncio.run(queue())
    assert order == [0, 1, 2, 3, 4, 5]


def test_a_gate_halves_once_a_burst_and_recovers() -> None:
    async def burst() -> list[int]:
        gate, widths = Gate(16), []
        for _ in range(3):
            tickets = [await gate.enter() for _ in range(gate.width)]
            for ticket in tickets:
                gate.leave(ticket, limited=True, answered=False)
            widths.append(gate.width)
        for _ in range(200):
            gate.leave(await gate.enter(), limited=False, answered=True)
        return [*widths, gate.width]

    assert asyncio.run(burst()) == [8, 4, 2, 16]


def test_whoever_gives_up_waiting_takes_no_place() -> None:
    async def impatient() -> list[int]:
        gate, order = Gate(1), []
        first = await gate.enter()

        async def visit(name: int) -> None:
            ticket = await gate.enter()
            order.append(name)
            gate.leave(ticket, limited=False, answered=False)

        tasks = [asyncio.create_task(visit(name)) for name in range(4)]
        await asyncio.sleep(0)
        tasks[0].cancel()  # while it waits
        gate.leave(first, limited=False, answered=False)
        tasks[1].cancel()  # when its place was just given
        await asyncio.gather(*tasks, return_exceptions=True)
        order.append((await gate.enter()).number)
        return order

    assert asyncio.run(impatient()) == [2, 3, 4]


def test_a_narrow_gate_holds_the_others_back() -> None:
    async def crowd() -> int:
        gate, inside, most = Gate(8), 0, 0
        gate.leave(await gate.enter(), limited=True, answered=False)

        async def visit() -> None:
            nonlocal inside, most
            ticket = await gate.enter()
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1
            gate.leave(ticket, limited=False, answered=False)

        await asyncio.gather(*(visit() for _ in range(30)))
        return most

    assert asyncio.run(crowd()) == 4
