"""One simulated call: the answer, the tokens it is billed for, and the time it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalharness.emulator.answering import write_answer
from evalharness.emulator.condensing import asks_to_condense, condense
from evalharness.emulator.judging import write_judgement
from evalharness.emulator.noise import Draws
from evalharness.emulator.tokens import clip_tokens, count_tokens

if TYPE_CHECKING:
    from evalharness.emulator.models import Model
    from evalharness.emulator.settings import EmulatorSettings
    from evalharness.emulator.wire import GenerateRequest

_LEVEL_FACTOR = {"MINIMAL": 0.1, "LOW": 0.35, "MEDIUM": 0.65, "HIGH": 1.0}
_THINKING_SIGMA = 0.3
_UNLIMITED_TOKENS = 65_536
_CACHED_SHARE = 0.9
_ROLE_TOKENS = 1
"""Tokens that each text costs beside its own, for the turn markers around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call; the cached ones are part of the prompt, the other counts are disjoint."""

    prompt_tokens: int
    answer_tokens: int
    thinking_tokens: int
    cached_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Sum of prompt, answer and thinking."""
        return self.prompt_tokens + self.answer_tokens + self.thinking_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a successful call gives."""

    text: str
    """Empty if thinking used up the limit."""
    finish_reason: str
    """`STOP` or `MAX_TOKENS`."""
    usage: Usage
    first_byte_ms: int
    """Simulated time until the first answer token, scaled."""
    service_ms: int
    """Simulated time until the last answer token, scaled; at least `first_byte_ms`."""


def count_prompt(request: GenerateRequest) -> int:
    """Return the request's prompt tokens; a schema counts as the text that it is."""
    texts = (*request.texts, *((request.schema_text,) if request.schema_text else ()))
    return sum(count_tokens(text) + _ROLE_TOKENS for text in texts)


def simulate(request: GenerateRequest, model: Model, settings: EmulatorSettings) -> Outcome:
    """Simulate one call; equal requests, models and settings give equal outcomes."""
    limit = request.max_output_tokens or _UNLIMITED_TOKENS
    thinking = min(limit, _thinking_tokens(request, model, settings))
    room = limit - thinking
    text, finish_reason = "", "MAX_TOKENS"
    if room > 0:
        full = _until_stop(_written(request, model, settings, room), request.stop_sequences)
        text = clip_tokens(full, room)
        finish_reason = "STOP" if text == full else "MAX_TOKENS"
    prompt = count_prompt(request)
    usage = Usage(
        prompt_tokens=prompt,
        answer_tokens=count_tokens(text),
        thinking_tokens=thinking,
        cached_tokens=_cached_tokens(prompt, model, settings),
    )
    first_ms, last_ms = _times_ms(request, model, settings, usage)
    return Outcome(
        text=text, finish_reason=finish_reason, usage=usage, first_byte_ms=first_ms, service_ms=last_ms
    )


def _written(request: GenerateRequest, model: Model, settings: EmulatorSettings, room: int) -> str:
    if request.form is not None:
        return write_judgement(request, model, settings)
    write = condense if asks_to_condense(request.system) else write_answer
    return write(request, model, settings, room)


def _thinking_tokens(request: GenerateRequest, model: Model, settings: EmulatorSettings) -> int:
    if not settings.thinking or request.thinking_budget == 0:
        return 0
    median = model.behaviour.thinking_tokens * _LEVEL_FACTOR[request.thinking_level or "HIGH"]
    tokens = max(1, round(Draws(request.digest).log_normal(median, _THINKING_SIGMA, "thinking")))
    budget = request.thinking_budget
    return min(tokens, budget) if budget is not None and budget > 0 else tokens


def _until_stop(text: str, stops: tuple[str, ...]) -> str:
    ends = [at for stop in stops if (at := text.find(stop)) >= 0]
    return text[: min(ends)] if ends else text


def _cached_tokens(prompt_tokens: int, model: Model, settings: EmulatorSettings) -> int:
    """Pretend that an earlier call left a long prompt's beginning in the cache.

    Independent of what this server saw before, so that equal requests keep their equal answers.
    """
    if not settings.implicit_caching or prompt_tokens < model.cache_minimum_tokens:
        return 0
    return int(prompt_tokens * _CACHED_SHARE)


def _times_ms(
    request: GenerateRequest, model: Model, settings: EmulatorSettings, usage: Usage
) -> tuple[int, int]:
    behaviour = model.behaviour
    first = behaviour.overhead_ms + behaviour.token_ms * usage.thinking_tokens
    last = first + behaviour.token_ms * usage.answer_tokens
    factor = settings.latency_scale * Draws(request.digest).log_normal(1.0, settings.latency_sigma, "latency")
    return round(first * factor), round(last * factor)
