"""What one compressor at one budget does to one case, measured offline: facts kept and tokens, no answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from evalharness.core.case import Case, Context
from evalharness.core.ports import Compressor
from evalharness.core.text import find_any

CountTokens: TypeAlias = Callable[[Case, Context], int]
"""Tokens of a case's context as it is sent, headings included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One case under one method and budget. Keyed by these three, so that answers can be joined later."""

    case_id: str
    method: str
    budget: float
    facts: int
    """Key facts that the whole context shows."""
    kept: int
    """Those that a surface form still shows after compression."""
    original_tokens: int
    kept_tokens: int
    overrun_tokens: int


def try_case(compressor: Compressor, case: Case, budget: float, count: CountTokens | None = None) -> Trial:
    """Compress a case's context and look which key facts are left.

    Args:
        compressor: The method.
        case: The case; its key facts are looked at afterwards, never by the method.
        budget: Share of the context's tokens to keep.
        count: How to count tokens as sent; None counts the context's own.
    """
    done = compressor.compress(case.context, message=case.message, budget=budget)
    whole, left = context_text(case.context), context_text(done.context)
    shown = [fact for fact in case.key_facts if find_any(fact.forms, whole)]
    return Trial(
        case_id=case.id,
        method=compressor.name,
        budget=budget,
        facts=len(shown),
        kept=sum(find_any(fact.forms, left) for fact in shown),
        original_tokens=count(case, case.context) if count else done.original_tokens,
        kept_tokens=count(case, done.context) if count else done.kept_tokens,
        overrun_tokens=done.overrun_tokens,
    )


def context_text(context: Context) -> str:
    """Return everything that a context says."""
    return "\n".join([context.profile, *context.notes, *(turn.text for turn in context.turns)])
