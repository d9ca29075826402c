"""What can be dialled on the emulator, and nothing else can."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorSettings:
    """Settings of one emulator.

    Answers depend on these and on the request's content only; two emulators with equal settings give equal
    answers.

    Raises:
        ValueError: If a share is outside 0–1, the fault shares sum to more than 1, or a scale or delay
            is negative.
    """

    latency_scale: float = 1.0
    """Factor on the simulated service time; 0 answers at once and announces 0 ms."""

    latency_sigma: float = 0.25
    """Standard deviation of the logarithm of the service time."""

    completeness: float = 0.82
    """Chance that a Flash-family model uses the most salient sentence of the context (0–1)."""

    pro_margin: float = 0.12
    """Added to `completeness` for the Pro family; 0 makes the families equally complete."""

    lite_margin: float = -0.10
    """Added to `completeness` for the Lite family."""

    thinking_gain: float = 0.05
    """Added to `completeness` where a request asks for HIGH thinking by name, half of it for MEDIUM."""

    rank_decay: float = 0.15
    """How much less likely the least salient selected sentence is used than the most salient one (0–1)."""

    context_blind: bool = False
    """Answer as if the request held no context at all: a control that must score badly."""

    order_echo: float = 0.03
    """Chance that a Flash or Lite model quotes a sentence of the context that gives orders to the assistant;
    the Pro family never does, and no family follows one."""

    thinking: bool = True
    """Whether models think unless the request forbids it; thinking tokens are billed and take time."""

    judge_noise: float = 0.5
    """Standard deviation, in points, of what a judge of the Pro family gives for one criterion; that of the
    gap it sees between two answers side by side is 0.3 of it. Weaker families waver more."""

    position_bias: float = 0.0
    """Share of comparisons in which a judge takes the answer that is shown first, whatever it says."""

    verbosity_bias: float = 0.0
    """Points that a judge adds for each doubling of an answer's length; negative favours short answers."""

    judge_malformed_share: float = 0.0
    """Share of a judge's replies that are not what the schema asks for; repairs are drawn anew."""

    false_quote_share: float = 0.0
    """Share of the passages that a judge quotes that are not in the answer."""

    implicit_caching: bool = False
    """Report part of long prompts as cached, as Gemini's implicit caching does."""

    rate_limited_share: float = 0.0
    """Share of attempts answered 429 with QuotaFailure and RetryInfo."""

    internal_error_share: float = 0.0
    """Share of attempts answered 500."""

    unavailable_share: float = 0.0
    """Share of attempts answered 503."""

    deadline_share: float = 0.0
    """Share of attempts answered 504."""

    dropped_share: float = 0.0
    """Share of attempts whose connection is closed in the middle of the answer."""

    malformed_share: float = 0.0
    """Share of attempts answered 200 with half of the JSON."""

    hang_share: float = 0.0
    """Share of attempts that get no answer for `hang_s`, and then a closed connection."""

    hang_s: float = 600.0
    """Length of a hang, in seconds."""

    daily_quota: int | None = None
    """Attempts for each model after which every other is a 429 that lasts until midnight Pacific time; None
    for no quota."""

    reroutes: tuple[tuple[str, str], ...] = ()
    """Pairs (asked, answering): models that answer for others, as Google does after a shutdown."""

    retry_delay_s: float = 1.0
    """Delay that a 429 asks for, in seconds."""

    request_log: Path | None = None
    """JSON Lines file that gets one line per model call; None writes none. Keys are never written."""

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, float | int) or isinstance(value, bool):
                continue
            if not math.isfinite(value):
                raise ValueError(f"{field.name} must be a number that has an end, not {value}")
            if field.name not in _UNBOUNDED and not 0 <= value <= 1:
                raise ValueError(f"{field.name} must be between 0 and 1, not {value}")
            if field.name in _NON_NEGATIVE and value < 0:
                raise ValueError(f"{field.name} must not be negative, not {value}")
        if sum(getattr(self, name) for name in SHARES) > 1:
            raise ValueError("the error shares must not sum to more than 1")


SHARES = (
    "rate_limited_share",
    "internal_error_share",
    "unavailable_share",
    "deadline_share",
    "dropped_share",
    "malformed_share",
    "hang_share",
)
"""Kinds of faults, in the order in which the draw of an attempt is held against them."""

_NON_NEGATIVE = frozenset(
    {"latency_scale", "latency_sigma", "retry_delay_s", "hang_s", "daily_quota", "judge_noise"}
)
_UNBOUNDED = _NON_NEGATIVE | {"pro_margin", "lite_margin", "verbosity_bias"}
