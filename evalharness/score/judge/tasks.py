"""What every judge's question has in common: who is asked, what with, and how its reply is fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from evalharness.core.call import Call
from evalharness.core.case import Case
from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.experiment import JudgeChoice
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.judging import JUDGE_CAUSE
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.core.wire.response import parse_response, served_id
from evalharness.score.judge.prompts import JudgePrompts
from evalharness.score.judge.replies import Unreadable

Seed = Callable[[int], int]
"""Generation seed of a draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What questions are made from."""

    cases: Mapping[str, Case]
    judges: Sequence[JudgeChoice]
    prompts: Mapping[str, JudgePrompts]
    """By judge."""
    seed: Seed


Meaning = TypeVar("Meaning", covariant=True)  # noqa: PLC0105 - the only one there is


class Task(Protocol[Meaning]):
    """One question to a judge."""

    @property
    def job(self) -> Job:
        """The first request; what is asked again stands on its reply."""

    @property
    def case(self) -> Case:
        """The case that it is about."""

    @property
    def judge(self) -> JudgeChoice:
        """Who is asked."""

    def read(self, text: str) -> Meaning | Unreadable:
        """Return what a reply means."""


@dataclass(frozen=True, slots=True)
class Silent:
    """No reply that could be read, and why."""

    cause: str
    """Begins with `JUDGE_CAUSE`."""


def judge_job(
    judge: JudgeChoice,
    texts: tuple[str, str],
    schema: Mapping[str, Any],
    *,
    purpose: Purpose,
    draw: int,
    cells: tuple[Cell, ...],
    seed: Seed,
) -> Job:
    """Return the job that asks a judge; instruction and material are `texts`."""
    request = ModelRequest(
        model=judge.model,
        system=texts[0],
        messages=(Message(role="user", text=texts[1]),),
        max_output_tokens=judge.max_output_tokens,
        seed=seed(draw),
        thinking_level=judge.thinking_level,
        response_schema=schema,
    )
    return Job(purpose=purpose, request=request, draw=draw, cells=cells)


def said(call: Call | None, aliases: Mapping[str, str]) -> str | Silent:
    """Return the text of a judge's reply.

    Causes: not_called, provider:<reason>, malformed_response, served_other_model, and the reasons of
    `core.wire.response.NoText`. A bill that nobody knows is the ledger's matter, not the judgement's.
    """
    if call is None:
        return Silent(f"{JUDGE_CAUSE}not_called")
    if call.reply is None:
        return Silent(f"{JUDGE_CAUSE}provider:{call.error.reason if call.error else 'unknown'}")
    try:
        completion = parse_response(call.reply.body)
    except (InvalidUsage, ProviderError):
        return Silent(f"{JUDGE_CAUSE}malformed_response")
    served = served_id(completion.served_model)
    if served != call.model and aliases.get(served) != call.model:
        return Silent(f"{JUDGE_CAUSE}served_other_model")
    if completion.text is None:
        return Silent(f"{JUDGE_CAUSE}{completion.no_text or 'empty'}")
    return completion.text
