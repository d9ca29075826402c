"""Our request → Gemini v1beta JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from evalharness.core.wire.canonical import canonical_json, request_digest

API_VERSION = "v1beta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One content of the request."""

    role: Literal["user", "model"]
    text: str


@dataclass(frozen=True, kw_only=True)
class ModelRequest:
    """Everything that one model call depends on."""

    model: str
    system: str
    messages: tuple[Message, ...]
    max_output_tokens: int
    seed: int | None
    """Sent as generationConfig.seed; differs between draws, so that draws are different requests. None for
    clients that cannot carry one: draws then differ in their number only."""
    thinking_level: str | None = None
    response_schema: Mapping[str, Any] | None = field(default=None, hash=False)
    """JSON Schema that the reply must follow; None for free text."""

    @cached_property
    def path(self) -> str:
        """URL path of the call, without host."""
        return f"/{API_VERSION}/models/{self.model}:generateContent"

    @cached_property
    def body(self) -> dict[str, Any]:
        """Wire JSON of the call."""
        return to_wire(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 that names the interaction, 64 hex digits."""
        return request_digest(self.path, self.body)

    @property
    def input_bytes(self) -> int:
        """UTF-8 bytes of all text sent, a schema included: an upper bound of its tokens."""
        schema = "" if self.response_schema is None else canonical_json(self.response_schema)
        texts = (self.system, schema, *(message.text for message in self.messages))
        return sum(len(text.encode()) for text in texts)


def to_wire(request: ModelRequest) -> dict[str, Any]:
    """Return the v1beta generateContent body of a request.

    Sampling parameters are left out on purpose: models from 3.6 on ignore them, and determinism comes from
    recordings.
    """
    config: dict[str, Any] = {"maxOutputTokens": request.max_output_tokens}
    if request.seed is not None:
        config["seed"] = request.seed
    if request.thinking_level is not None:
        config["thinkingConfig"] = {"thinkingLevel": request.thinking_level.upper()}
    if request.response_schema is not None:
        config["responseMimeType"] = "application/json"
        config["responseJsonSchema"] = request.response_schema
    body: dict[str, Any] = {
        "contents": [{"role": m.role, "parts": [{"text": m.text}]} for m in request.messages],
        "generationConfig": config,
    }
    if request.system:
        body["systemInstruction"] = {"parts": [{"text": request.system}]}
    return body
