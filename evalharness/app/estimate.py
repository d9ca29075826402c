"""What a run would ask for and cost, before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evalharness.core.experiment import Limits
from evalharness.core.job import Job, Purpose
from evalharness.core.plan import Plan, PlannedCell
from evalharness.core.pricing import RateCard, price_usage
from evalharness.core.tokens import approximate_tokens
from evalharness.core.usage import Usage
from evalharness.run.booking import reserve_of

LOW_OUTPUT_SHARE, EXPECTED_OUTPUT_SHARE, HIGH_OUTPUT_SHARE = 0.15, 0.4, 1.0
"""Shares of max_output_tokens that answers take, thinking included; assumed, only for the estimate."""

ASSUMED_CALL_S = 8.0
"""Service time of one call, assumed for the minutes at the limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One arm's calls of one purpose. A call that several arms share stands with the first that asks."""

    arm: str
    purpose: str
    model: str
    calls: int
    input_tokens: int
    """Approximate (core.tokens)."""
    context_tokens: int
    """Approximate part of the input that is context."""
    usd_low: Decimal
    """Short answers (15 % of the limit)."""
    usd_expected: Decimal
    """Answers of 40 % of the limit."""
    usd_high: Decimal
    """Answers as long as they may be."""
    usd_upper: Decimal
    """Every input byte a token, every answer as long as it may be."""


def price_on(card: RateCard, on: dt.date) -> Callable[[str, Usage], Decimal]:
    """Return the engine's price function: USD of a model's token counts on one day."""

    def price(model: str, usage: Usage) -> Decimal:
        return price_usage(usage, model=model, card=card, on=on).total_usd

    return price


def upper_bound(job: Job, card: RateCard, on: dt.date) -> Decimal:
    """Return the most that a job can cost: a token is at least one UTF-8 byte of the prompt."""
    return price_usage(reserve_of(job.request), model=job.request.model, card=card, on=on).total_usd


def estimate_plan(plan: Plan, card: RateCard, on: dt.date) -> tuple[Estimate, ...]:
    """Return the estimate of each arm and purpose, sorted.

    Raises:
        PricingError: If a model has no price on that day.
    """
    cells = {planned.cell: planned for planned in plan.cells}
    groups: dict[tuple[str, str], list[tuple[Job, PlannedCell]]] = defaultdict(list)
    for job in (*plan.compressions, *plan.jobs):
        groups[job.cells[0].arm, job.purpose.value].append((job, cells[job.cells[0]]))
    return tuple(_estimate(place, rows, card, on) for place, rows in sorted(groups.items()))


def minutes_at_limits(rows: Sequence[Estimate], limits: Limits) -> float:
    """Return how long the calls take at the limits, in minutes: the slowest of them decides.

    Calls in flight count as `ASSUMED_CALL_S` each; limits per minute hold for each model on its own.
    """
    slowest = sum(row.calls for row in rows) * ASSUMED_CALL_S / 60 / limits.concurrency
    for model in {row.model for row in rows}:
        pace = limits.pace_of(model)
        calls = sum(row.calls for row in rows if row.model == model)
        tokens = sum(row.input_tokens for row in rows if row.model == model)
        for amount, per_minute in ((calls, pace.requests_per_minute), (tokens, pace.tokens_per_minute)):
            if per_minute is not None:
                slowest = max(slowest, amount / per_minute)
    return slowest


def _estimate(
    place: tuple[str, str], rows: list[tuple[Job, PlannedCell]], card: RateCard, on: dt.date
) -> Estimate:
    inputs = [_input_tokens(job, planned) for job, planned in rows]

    def total(output_share: float) -> Decimal:
        usd = Decimal(0)
        for (job, _), tokens in zip(rows, inputs, strict=True):
            output = round(job.request.max_output_tokens * output_share)
            usage = Usage(input_tokens=tokens, output_tokens=output)
            usd += price_usage(usage, model=job.request.model, card=card, on=on).total_usd
        return usd

    is_answer = place[1] == Purpose.ANSWER
    return Estimate(
        arm=place[0],
        purpose=place[1],
        model=rows[0][0].request.model,
        calls=len(rows),
        input_tokens=sum(inputs),
        context_tokens=sum(planned.context_tokens for _, planned in rows) if is_answer else 0,
        usd_low=total(LOW_OUTPUT_SHARE),
        usd_expected=total(EXPECTED_OUTPUT_SHARE),
        usd_high=total(HIGH_OUTPUT_SHARE),
        usd_upper=sum((upper_bound(job, card, on) for job, _ in rows), start=Decimal(0)),
    )


def _input_tokens(job: Job, planned: PlannedCell) -> int:
    if job.purpose is Purpose.ANSWER:
        return planned.prompt_tokens
    texts = (job.request.system, *(message.text for message in job.request.messages))
    return sum(approximate_tokens(text) for text in texts)
