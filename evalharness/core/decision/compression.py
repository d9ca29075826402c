"""The compression verdict and its figures."""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.decision.estimates import Estimate, SevereLosses
from evalharness.core.decision.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SenaModel:
    """Compression on one model."""

    model: str
    raw_arm: str
    sena_arm: str
    quality: Estimate
    """mean(q_sena - (1 - loss)·q_raw), points above the scale's origin; its low must exceed 0."""
    quality_tail: Estimate
    """The same with the tail guard's pseudo-case."""
    tokens: Estimate
    """mean((1 - reduction)·X_raw - X_sena), net context tokens; its low must exceed 0."""
    relative_loss: Estimate | None
    """1 - mean q_sena / mean q_raw, with its Fieller interval; None if the raw mean is at the origin."""
    net_reduction: Estimate | None
    """Share of context tokens saved, compressor's own tokens counted."""
    gross_reduction: Estimate | None
    """Share of context tokens saved in the answer's prompt alone."""
    billed_reduction: Estimate | None
    """Share of all billed tokens saved: prompt, thinking, output and compressor."""
    cost_change: Estimate | None
    """USD per request, sena - raw, as billed at the decision's date."""
    cost_change_cache_neutral: Estimate | None
    severe: SevereLosses


@dataclass(frozen=True, slots=True, kw_only=True)
class SenaDecision:
    """The compression verdict."""

    verdict: Verdict
    models: tuple[SenaModel, ...]
    overruns: int = 0
    """Cases whose protected content exceeds the budget of their context (`sena.protect`)."""
    most_overrun_tokens: int = 0
    """By how many tokens at most, approximate."""
