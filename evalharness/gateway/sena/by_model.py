"""Sena by a model call, `llm` and `deployed`: builds the request, reads the reply; the call is a job.

Guarantees: never longer than its input (a longer reply is ignored); the rest of what is sent is untouched.
Nothing is promised about content: that is what the study measures.
"""

from __future__ import annotations

from dataclasses import dataclass

from evalharness.core.case import Case, Context, Persona
from evalharness.core.errors import BadInput
from evalharness.core.experiment import SenaScope, SenaSettings
from evalharness.core.tokens import approximate_tokens
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.gateway.prompting import PersonaPrompts

MODEL_METHODS = ("llm", "deployed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the gateway sends for a case: context and message, perhaps shortened."""

    context: Context
    message: str


class ModelCompression:
    """One experiment's compression by a model."""

    def __init__(self, settings: SenaSettings, prompts: PersonaPrompts) -> None:
        """Keep the settings.

        Raises:
            BadInput: If no compressor model is named.
        """
        if settings.compressor_model is None:
            raise BadInput(f"sena.method {settings.method!r} needs sena.compressor_model")
        self.model = settings.compressor_model
        self._settings = settings
        self._prompts = prompts

    def wanted(self, case: Case, persona: Persona) -> bool:
        """Tell whether a case is compressed at all: its persona is chosen and there is enough to shorten."""
        chosen = not self._settings.personas or persona in self._settings.personas
        return chosen and approximate_tokens(self._source(case)) >= max(1, self._settings.min_tokens)

    def request(self, case: Case, *, seed: int | None) -> ModelRequest:
        """Return the compressor's call for a case; every arm of the case and draw shares it."""
        return ModelRequest(
            model=self.model,
            system=self._prompts.compressor(self._settings.scope, case.language),
            messages=(Message(role="user", text=self._source(case)),),
            max_output_tokens=self._settings.compressor_max_output_tokens,
            seed=seed,
            thinking_level=self._settings.compressor_thinking_level,
        )

    def apply(self, case: Case, reply: str) -> Sent:
        """Return what is sent after the compressor replied; a reply longer than its input is ignored."""
        text = reply.strip()
        if not text or approximate_tokens(text) >= approximate_tokens(self._source(case)):
            return Sent(context=case.context, message=case.message)
        if self._settings.scope is SenaScope.MESSAGE:
            return Sent(context=case.context, message=text)
        return Sent(context=Context(notes=(text,)), message=case.message)

    def _source(self, case: Case) -> str:
        if self._settings.scope is SenaScope.MESSAGE:
            return case.message
        return self._prompts.context_text(case.language, case.context)
