"""The plan: what each cell asks for, fixed before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.case import Persona
from evalharness.core.job import Cell, Job
from evalharness.core.sena import Dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCell:
    """One cell's request, and how the gateway came to it."""

    cell: Cell
    answer_key: str | None
    """The call that answers the cell; None if there can be none, because its compression failed."""
    compress_key: str | None = None
    """The compressor's call that the request stands on; None without a model-based compressor."""
    model: str
    persona: Persona
    """Chosen once per case from the message; every arm of the case shares it."""
    route_reason: str
    prompt_tokens: int
    """Approximate tokens of everything sent."""
    context_tokens: int
    """Approximate tokens of the context as sent, its headings included."""
    raw_context_tokens: int
    """Approximate tokens of the context before compression."""
    dropped: tuple[Dropped, ...]
    """What compression left out."""
    overrun_tokens: int = 0
    """Tokens by which protected content exceeds the context's budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every cell and every job of a run."""

    cells: tuple[PlannedCell, ...]
    """Sorted by case, arm, repeat."""
    compressions: tuple[Job, ...]
    """Calls of a model-based compressor, which come first: answers stand on their replies."""
    jobs: tuple[Job, ...]
    """Answers, interleaved over arms in a seeded order, so that arms are measured in the same minutes."""
    identity: str
    """SHA-256 over every cell and the request it makes: what can change an answer, and nothing else.

    Where a request waits for a compressor's reply, the compressor's own request stands in for it, so that
    the identity is known before anything is sent.
    """
