"""Tokens billed for one model call."""

from __future__ import annotations

from dataclasses import dataclass, fields

from evalharness.core.errors import InvalidUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens billed for one model call, as the provider counted them.

    Cached and thinking tokens are parts of the totals, never additions to them.

    Raises:
        InvalidUsage: If a count is negative or a part exceeds its total.
    """

    input_tokens: int
    """Whole prompt (Gemini: promptTokenCount), cached part included, tool-use prompt excluded."""
    cached_tokens: int = 0
    """Part of input_tokens that was read from a cache."""
    output_tokens: int
    """Everything generated, thinking included (Gemini: candidates + thoughts)."""
    thinking_tokens: int = 0
    """Part of output_tokens that was thinking."""
    tool_use_tokens: int = 0
    """Prompt tokens that tool results added; billed as input, not in input_tokens."""
    audio_tokens: int = 0
    """Part of input_tokens that was audio, which some models bill at a price of its own."""
    cached_audio_tokens: int = 0
    """Part of audio_tokens that was read from a cache, and of cached_tokens."""

    def __post_init__(self) -> None:
        """Refuse counts that cannot be true."""
        counts = (self.input_tokens, self.output_tokens, self.tool_use_tokens, self.cached_tokens)
        if min(*counts, self.thinking_tokens, self.audio_tokens, self.cached_audio_tokens) < 0:
            name = next(field.name for field in fields(self) if getattr(self, field.name) < 0)
            raise InvalidUsage(f"{name} is negative: {getattr(self, name)}")
        if self.cached_tokens > self.input_tokens:
            raise InvalidUsage(f"cached {self.cached_tokens} exceeds input {self.input_tokens}")
        if self.cached_audio_tokens > min(self.audio_tokens, self.cached_tokens):
            raise InvalidUsage(
                f"cached audio {self.cached_audio_tokens} exceeds audio {self.audio_tokens} "
                f"or cached {self.cached_tokens}"
            )
        if self.audio_tokens - self.cached_audio_tokens > self.input_tokens - self.cached_tokens:
            raise InvalidUsage(f"audio {self.audio_tokens} exceeds input {self.input_tokens}")
        if self.thinking_tokens > self.output_tokens:
            raise InvalidUsage(f"thinking {self.thinking_tokens} exceeds output {self.output_tokens}")

    @property
    def total_tokens(self) -> int:
        """Input, output and tool use together."""
        return self.input_tokens + self.output_tokens + self.tool_use_tokens

    def __add__(self, other: Usage) -> Usage:
        """Add two calls' tokens part by part."""
        return Usage(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})
