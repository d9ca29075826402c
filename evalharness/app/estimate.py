"""What a run would ask for and cost, before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evalharness.core.call import Reply
from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.job import Job, Purpose
from evalharness.core.plan import Plan
from evalharness.core.pricing import RateCard, price_usage
from evalharness.core.tokens import approximate_tokens
from evalharness.core.usage import Usage
from evalharness.core.wire.response import parse_response, served_id

# Share of max_output_tokens that an answer is expected to take, thinking included; only for the estimate.
_EXPECTED_OUTPUT_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmEstimate:
    """One arm's part of the plan."""

    arm: str
    model: str
    cells: int
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


def estimate_plan(plan: Plan, card: RateCard, on: dt.date) -> tuple[ArmEstimate, ...]:
    """Return the estimate of each arm, in the plan's order of names.

    Raises:
        PricingError: If a model has no price on that day.
    """
    jobs: Mapping[str, Job] = {job.key: job for job in (*plan.compressions, *plan.jobs)}
    groups: dict[str, list[tuple[Job, int, int]]] = defaultdict(list)
    for planned in plan.cells:
        rows = groups[planned.cell.arm]
        if planned.answer_key is not None:
            rows.append((jobs[planned.answer_key], planned.prompt_tokens, planned.context_tokens))
        if planned.compress_key is not None:
            asked = jobs[planned.compress_key]
            rows.append((asked, approximate_tokens(asked.request.messages[0].text), 0))
    return tuple(_arm(name, rows, card, on) for name, rows in sorted(groups.items()))


def _arm(name: str, rows: list[tuple[Job, int, int]], card: RateCard, on: dt.date) -> ArmEstimate:
    distinct = {job.key: (job, prompt) for job, prompt, _ in rows}
    expected = Decimal(0)
    for job, prompt in distinct.values():
        output = round(job.request.max_output_tokens * _EXPECTED_OUTPUT_SHARE)
        usage = Usage(input_tokens=prompt, output_tokens=output)
        expected += price_usage(usage, model=job.request.model, card=card, on=on).total_usd
    return ArmEstimate(
        arm=name,
        model=rows[0][0].request.model,
        cells=sum(job.purpose is Purpose.ANSWER for job, _, _ in rows),
        calls=len(distinct),
        input_tokens=sum(prompt for _, prompt in distinct.values()),
        context_tokens=sum(context for _, _, context in rows),
        usd_expected=expected,
        usd_upper=sum((upper_bound(job, card, on) for job, _ in distinct.values()), start=Decimal(0)),
    )
