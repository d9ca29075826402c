"""What a compressor returns."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.case import Context


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
