"""What a run would ask for and cost, before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from evalharness.core.call import Reply
from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.job import Job, Purpose
from evalharness.core.plan import Plan, PlannedCell
from evalharness.core.pricing import RateCard, price_usage
from evalharness.core.tokens import approximate_tokens
from evalharness.core.usage import Usage
from evalharness.core.wire.response import parse_response, served_id

# Share of max_output_tokens that an answer is expected to take, thinking included; only for the estimate.
_EXPECTED_OUTPUT_SHARE = 0.4


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
    usd_expected: Decimal
    usd_upper: Decimal
    """Every input byte a token, every answer as long as it may be."""


def reserve_price(card: RateCard, on: dt.date) -> Callable[[Job, Reply | None], Decimal]:
    """Return the engine's price function: real prices of replies, upper bounds of what is not sent yet."""

    def price(job: Job, reply: Reply | None) -> Decimal:
        if reply is None:
            return upper_bound(job, card, on)
        try:
            completion = parse_response(reply.body)
        except (InvalidUsage, ProviderError):
            return upper_bound(job, card, on)
        if completion.usage is None:
            return upper_bound(job, card, on)
        model = served_id(completion.served_model) or job.request.model
        return price_usage(completion.usage, model=model, card=card, on=on).total_usd

    return price


def upper_bound(job: Job, card: RateCard, on: dt.date) -> Decimal:
    """Return the most that a job can cost: a token is at least one UTF-8 byte of the prompt."""
    usage = Usage(input_tokens=job.request.input_bytes, output_tokens=job.request.max_output_tokens)
    return price_usage(usage, model=job.request.model, card=card, on=on).total_usd


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


def _estimate(
    place: tuple[str, str], rows: list[tuple[Job, PlannedCell]], card: RateCard, on: dt.date
) -> Estimate:
    inputs = [_input_tokens(job, planned) for job, planned in rows]
    expected = Decimal(0)
    for (job, _), tokens in zip(rows, inputs, strict=True):
        output = round(job.request.max_output_tokens * _EXPECTED_OUTPUT_SHARE)
        usage = Usage(input_tokens=tokens, output_tokens=output)
        expected += price_usage(usage, model=job.request.model, card=card, on=on).total_usd
    is_answer = place[1] == Purpose.ANSWER
    return Estimate(
        arm=place[0],
        purpose=place[1],
        model=rows[0][0].request.model,
        calls=len(rows),
        input_tokens=sum(inputs),
        context_tokens=sum(planned.context_tokens for _, planned in rows) if is_answer else 0,
        usd_expected=expected,
        usd_upper=sum((upper_bound(job, card, on) for job, _ in rows), start=Decimal(0)),
    )


def _input_tokens(job: Job, planned: PlannedCell) -> int:
    if job.purpose is Purpose.ANSWER:
        return planned.prompt_tokens
    texts = (job.request.system, *(message.text for message in job.request.messages))
    return sum(approximate_tokens(text) for text in texts)
