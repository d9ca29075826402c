"""What judges would be asked and cost, before there is an answer to judge."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from evalharness.app.judges.judging import compared_arms
from evalharness.app.planning.estimate import HIGH_OUTPUT_SHARE, Estimate
from evalharness.app.project import Project
from evalharness.core.case import Case
from evalharness.core.job import Job
from evalharness.core.plan import PlannedCell
from evalharness.core.pricing import RateCard, price_usage
from evalharness.core.score import Answer, Completed
from evalharness.core.tokens import TokenRange, token_range
from evalharness.core.usage import Usage
from evalharness.core.wire.canonical import canonical_json
from evalharness.run.booking import reserve_of
from evalharness.score.judge import pairwise_tasks, rubric_tasks
from evalharness.score.judge.repair import QUOTED_CHARACTERS

LOW_REPLY_SHARE, EXPECTED_REPLY_SHARE = 0.03, 0.15
"""Shares of a judge's max_output_tokens that its replies take, thinking included; assumed, only for the
estimate. Points with quoted passages, or one word, are far shorter than an answer."""
_MOST_BYTES_PER_TOKEN = 4
"""An answer's tokens as its own model counts them, times this, bound what another model counts for it."""
_UTF8_BYTES = 4


def estimate_judging(project: Project, card: RateCard, on: dt.date) -> tuple[Estimate, ...]:
    """Return one row for each judge and purpose, in the order of the panel.

    The case's reference answer stands in for each answer to be judged; no two answers are taken to be equal.

    Raises:
        PricingError: If a judge has no price on that day.
    """
    bench, dataset = project.judging, {case.id: case for case in project.dataset.cases}
    records = [stand_in(planned, dataset[planned.cell.case_id]) for planned in project.plan.cells]
    pairs = pairwise_tasks(
        records, bench, pairs=compared_arms(project.experiment),
        case_ids={case.id for case in project.compared_cases},
    )  # fmt: skip
    groups: dict[tuple[str, str], list[tuple[Job, int]]] = defaultdict(list)
    for rubric in rubric_tasks(records, bench):
        groups[rubric.judge.name, rubric.job.purpose.value].append((rubric.job, 1))
    for pair in pairs:
        groups[pair.judge.name, pair.job.purpose.value].append((pair.job, 2))
    most = project.experiment.gateway.max_output_tokens
    return tuple(price_questions(place, jobs, card, on, answer_tokens=most) for place, jobs in groups.items())


def stand_in(planned: PlannedCell, case: Case) -> Completed:
    """Return a record of an answer that does not exist yet: the case's reference answer stands in for it."""
    # Never sent: the name keeps answers of a case apart, as real ones are.
    text = f"{case.reference_answer}\n\n{planned.cell.id}"
    return Completed(
        case_id=planned.cell.case_id, arm=planned.cell.arm, repeat=planned.cell.repeat, calls=(),
        answer=Answer(text=text, truncated=False), persona=planned.persona,
    )  # fmt: skip


def price_questions(
    place: tuple[str, str],
    jobs: Sequence[tuple[Job, int]],
    card: RateCard,
    on: dt.date,
    *,
    answer_tokens: int,
) -> Estimate:
    """Return what one judge's questions of one purpose cost.

    Args:
        place: Judge and purpose.
        jobs: The questions, each with how many answers it is about; at least one.
        card: Prices.
        on: The day whose prices hold.
        answer_tokens: The most that an answer can have, as its own model counts.

    Raises:
        PricingError: If the judge has no price on that day.
    """
    model, most = jobs[0][0].request.model, jobs[0][0].request.max_output_tokens
    inputs = [_input_tokens(job) for job, _ in jobs]

    def usd(tokens: float, output: float) -> Decimal:
        usage = Usage(input_tokens=round(tokens), output_tokens=round(output))
        return price_usage(usage, model=model, card=card, on=on).total_usd

    def total(tokens: Iterable[float], output_share: float) -> Decimal:
        return sum((usd(count, most * output_share) for count in tokens), Decimal(0))

    upper = Decimal(0)
    for job, answers in jobs:
        first = reserve_of(job.request).input_tokens + answers * answer_tokens * _MOST_BYTES_PER_TOKEN
        # Every reply unreadable, so that every question is asked again with its reply quoted.
        upper += usd(first, most) + usd(2 * first + _UTF8_BYTES * QUOTED_CHARACTERS, most)
    return Estimate(
        arm=place[0], purpose=place[1], model=model, calls=len(jobs),
        input_tokens=round(sum(count.expected for count in inputs)),
        input_low=round(sum(count.low for count in inputs)),
        input_high=round(sum(count.high for count in inputs)),
        context_tokens=0,
        usd_low=total((count.low for count in inputs), LOW_REPLY_SHARE),
        usd_expected=total((count.expected for count in inputs), EXPECTED_REPLY_SHARE),
        usd_high=total((count.high for count in inputs), HIGH_OUTPUT_SHARE),
        usd_upper=upper,
    )  # fmt: skip


def _input_tokens(job: Job) -> TokenRange:
    request = job.request
    schema = canonical_json(request.response_schema or {})
    texts = (request.system, schema, *(message.text for message in request.messages))
    return token_range("\n".join(texts))
