"""Cells that were made elsewhere: an output, a score, a cost, whatever is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

IMPORTED = "imported"
"""Mode, scorer and route of what was made elsewhere."""
IMPORTED_SCORER = "imported/1"
"""Name under which stated scores stand, as shares of their scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCell:
    """One row of somebody's table; None is what the table does not say."""

    case_id: str
    arm: str
    """As the experiment names it."""
    repeat: int = 0
    output: str | None = None
    score: float | None = None
    """On the scale that the mapping states."""
    error: str | None = None
    """Why there is no answer; such a cell counts as failed."""
    cost_usd: Decimal | None = None
    context_tokens: float | None = None
    """Tokens of the context, those of a compressor included; all tokens where only a total is known."""
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    thinking_tokens: int | None = None
    latency_ms: float | None = None
    category: str | None = None
    cluster: str | None = None
    persona: str | None = None
    language: str | None = None
