"""What a compressor is asked for, what it must not touch, and what it returns."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
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


OWN_PATTERN = "re:"
"""What an entry of `sena.protect` begins with that is a regular expression instead of a kind."""
_ALWAYS = ("message", "persona", "instructions", "system")


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
    patterns: tuple[str, ...] = ()
    """Regular expressions of one's own: what holds a match is kept like a protected kind."""


def sena_rules(entries: Sequence[str], *, min_tokens: int = 0) -> SenaRules:
    """Return the rules that authored entries of `sena.protect` stand for.

    Args:
        entries: Kinds (`Protected`) and regular expressions, each after `re:`.
        min_tokens: Contexts of fewer tokens are returned as they are.

    Raises:
        ValueError: For an entry that is neither; see `check_protection`.
    """
    checked = [check_protection(entry) for entry in entries]
    return SenaRules(
        min_tokens=min_tokens,
        protect=tuple(Protected(entry) for entry in checked if not entry.startswith(OWN_PATTERN)),
        patterns=tuple(entry.removeprefix(OWN_PATTERN) for entry in checked if entry.startswith(OWN_PATTERN)),
    )


def check_protection(entry: str) -> str:
    """Return an entry of `sena.protect` if it can be meant.

    Raises:
        ValueError: Saying what is wrong: an unknown kind, what is protected anyway, no regular expression, or
            one that matches everything.
    """
    if entry.startswith(OWN_PATTERN):
        _check_pattern(entry.removeprefix(OWN_PATTERN))
    elif entry in _ALWAYS:
        raise ValueError(
            f"{entry!r} needs no entry: the message and the persona's instructions are never compressed"
        )
    elif entry not in {kind.value for kind in Protected}:
        kinds = [kind.value for kind in Protected]
        near = difflib.get_close_matches(entry, kinds, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ValueError(
            f"{entry!r} is no kind of content; {hint}kinds: {', '.join(kinds)}; a pattern of your own is "
            f"written {OWN_PATTERN}PATTERN"
        )
    return entry


def _check_pattern(pattern: str) -> None:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
    if compiled.search(""):
        raise ValueError(f"{pattern!r} matches empty text, so it would protect everything")


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
