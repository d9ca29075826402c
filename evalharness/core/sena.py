"""What a compressor is asked for, what it must not touch, and what it returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from evalharness.core.case import Context
from evalharness.core.errors import BadInput


class Protected(StrEnum):
    """A kind of content that a setting can put above the budget."""

    CODE = "code"
    """Fenced code blocks."""
    NUMBER = "number"
    """Sentences with a figure in digits, and so its unit."""
    QUOTE = "quote"
    """Sentences with quoted text or inline code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenBudget:
    """A budget in approximate tokens, whatever the length of the context."""

    tokens: int

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            BadInput: If it is negative.
        """
        if self.tokens < 0:
            raise BadInput(f"a token budget must not be negative, got {self.tokens}")


Budget: TypeAlias = float | TokenBudget
"""A share of the context's tokens in (0, 1], or an absolute number of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenaRules:
    """What holds for every method, whatever it prefers to keep."""

    min_tokens: int = 0
    """Contexts of fewer tokens are returned as they are."""
    protect: tuple[Protected, ...] = (Protected.CODE,)
    """Kinds that are kept even where they exceed the budget; whatever stands here, none is ever cut.

    Code alone by default: it costs nothing that could be measured, and half of it is worth nothing. Figures
    and quotations are weighed instead: protecting them keeps the irrelevant ones too, for up to a point of
    key facts at budgets of use (docs/sena.md).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One piece of the context that compression left out."""

    where: str
    """profile, notes[i] or turns[i] of the original context."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressed:
    """A compressed context, and what it cost in content."""

    context: Context
    kept_tokens: int
    """Approximate tokens kept (core.tokens)."""
    original_tokens: int
    dropped: tuple[Dropped, ...]
    overrun_tokens: int = 0
    """Tokens by which protected content exceeds the budget."""
    budget_tokens: int | None = None
    """The budget in tokens; compressing the result again to it changes nothing. None: there was none."""


def resolve_budget(budget: Budget, original_tokens: int) -> int:
    """Return a budget in tokens of a context of that length, rounded down.

    Raises:
        BadInput: If a share is not in (0, 1].
    """
    if isinstance(budget, TokenBudget):
        return budget.tokens
    if not 0 < budget <= 1:
        raise BadInput(f"a budget is a share of the context's tokens in (0, 1], got {budget:g}")
    # 0.3 of 10 tokens is 3, not 2: binary fractions must not cost a token.
    return math.floor(budget * original_tokens + 1e-9)
