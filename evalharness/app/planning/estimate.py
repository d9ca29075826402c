"""What a run would ask for and cost, before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evalharness.core.experiment import Limits
from evalharness.core.job import Job, Purpose
from evalharness.core.plan import Plan, PlannedCell
from evalharness.core.pricing import RateCard, price_usage
from evalharness.core.tokens import TokenRange, token_range
from evalharness.core.usage import Usage
from evalharness.run.booking import reserve_of

LOW_OUTPUT_SHARE, EXPECTED_OUTPUT_SHARE, HIGH_OUTPUT_SHARE = 0.15, 0.4, 1.0
"""Shares of max_output_tokens that answers take, thinking included; assumed, only for the estimate.
Judges' replies are shorter (app.judges.estimate)."""

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
    """Counted by the provider, or approximate and corrected by the measured error (core.tokens)."""
    input_low: int
    input_high: int
    """The approximation's span; equal to input_tokens where the provider counted."""
    context_tokens: int
    """Approximate part of the input that is context, as planned."""
    usd_low: Decimal
    """Few input tokens, short answers (15 % of the limit; a judge's replies: 3 %)."""
    usd_expected: Decimal
    """Answers of 40 % of the limit, a judge's replies of 15 %."""
    usd_high: Decimal
    """Many input tokens, answers as long as they may be."""
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


def jobs_of(plan: Plan) -> tuple[Job, ...]:
    """Return every planned call, of whatever purpose."""
    return (*plan.compressions, *plan.jobs)


def estimate_plan(
    plan: Plan, card: RateCard, on: dt.date, counted: Mapping[str, int] | None = None
) -> tuple[Estimate, ...]:
    """Return the estimate of each arm and purpose, sorted.

    Args:
        plan: What would be asked.
        card: Prices.
        on: The day whose prices hold.
        counted: Prompt tokens by call key, as the provider counted them; None for the approximation.

    Raises:
        PricingError: If a model has no price on that day.
    """
    cells = {planned.cell: planned for planned in plan.cells}
    groups: dict[tuple[str, str], list[tuple[Job, PlannedCell]]] = defaultdict(list)
    for job in jobs_of(plan):
        groups[job.cells[0].arm, job.purpose.value].append((job, cells[job.cells[0]]))
    return tuple(_estimate(place, rows, card, on, counted or {}) for place, rows in sorted(groups.items()))


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
    place: tuple[str, str],
    rows: list[tuple[Job, PlannedCell]],
    card: RateCard,
    on: dt.date,
    counted: Mapping[str, int],
) -> Estimate:
    inputs = [_input_tokens(job, counted) for job, _ in rows]

    def total(tokens: Iterable[float], output_share: float) -> Decimal:
        usd = Decimal(0)
        for (job, _), count in zip(rows, tokens, strict=True):
            output = round(job.request.max_output_tokens * output_share)
            usage = Usage(input_tokens=round(count), output_tokens=output)
            usd += price_usage(usage, model=job.request.model, card=card, on=on).total_usd
        return usd

    is_answer = place[1] == Purpose.ANSWER
    return Estimate(
        arm=place[0],
        purpose=place[1],
        model=rows[0][0].request.model,
        calls=len(rows),
        input_tokens=round(sum(count.expected for count in inputs)),
        input_low=round(sum(count.low for count in inputs)),
        input_high=round(sum(count.high for count in inputs)),
        context_tokens=sum(planned.context_tokens for _, planned in rows) if is_answer else 0,
        usd_low=total((count.low for count in inputs), LOW_OUTPUT_SHARE),
        usd_expected=total((count.expected for count in inputs), EXPECTED_OUTPUT_SHARE),
        usd_high=total((count.high for count in inputs), HIGH_OUTPUT_SHARE),
        usd_upper=sum((upper_bound(job, card, on) for job, _ in rows), start=Decimal(0)),
    )


def _input_tokens(job: Job, counted: Mapping[str, int]) -> TokenRange:
    known = counted.get(job.key)
    if known is not None:
        return TokenRange(low=known, expected=known, high=known)
    texts = (job.request.system, *(message.text for message in job.request.messages))
    return sum((token_range(text) for text in texts), start=TokenRange(low=0, expected=0, high=0))
