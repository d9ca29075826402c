"""Persona prompts: sandboxed templates in the case's language → the texts of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from evalharness.core.case import Context, Language, Persona
from evalharness.core.errors import BadInput
from evalharness.core.experiment import SenaScope

PERSONAS: tuple[Persona, ...] = ("moon", "square", "earth", "pen")
LANGUAGES: tuple[Language, ...] = ("ko", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptText:
    """The two texts that a model call carries."""

    system: str
    user: str


class PersonaPrompts:
    """The persona and request templates of one experiment."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        """Compile every template that any case could need.

        Args:
            templates: Text by name: `<persona>.<language>`, `request.<language>` and
                `compress-<scope>.<language>`.

        Raises:
            BadInput: If one is missing or does not compile.
        """
        # Contexts are hostile text: they are values, never template source, and the sandbox holds if an
        # author's template misuses one.
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=False)
        kinds = (*PERSONAS, "request", *(f"compress-{scope}" for scope in SenaScope))
        names = [f"{kind}.{language}" for kind in kinds for language in LANGUAGES]
        self._templates: dict[str, Template] = {}
        self._systems: dict[str, str] = {}
        for name in names:
            if name not in templates:
                raise BadInput(f"persona template {name}.j2 is missing")
            try:
                self._templates[name] = environment.from_string(templates[name])
            except TemplateError as error:
                raise BadInput(f"bad template: {error}", file=f"{name}.j2") from None

    def render(self, *, persona: Persona, language: Language, context: Context, message: str) -> PromptText:
        """Return the system and user text for a message.

        Raises:
            BadInput: If a template refers to something that it is not given.
        """
        return PromptText(
            system=self._system(persona, language),
            user=self.request(language, context=context, message=message),
        )

    def request(self, language: Language, *, context: Context, message: str) -> str:
        """Return the user text alone.

        Raises:
            BadInput: If the template refers to something that it is not given.
        """
        return self._render(f"request.{language}", context=context, message=message)

    def compressor(self, scope: SenaScope, language: Language) -> str:
        """Return the instruction of a model-based compressor.

        Raises:
            BadInput: If the template refers to something that it is not given.
        """
        return self._render(f"compress-{scope}.{language}")

    def context_text(self, language: Language, context: Context) -> str:
        """Return a context as the request shows it, without the message and its heading.

        Raises:
            BadInput: If the template refers to something that it is not given.
        """
        shown = self.request(language, context=context, message="")
        heading = self.request(language, context=Context(), message="")
        return shown.removesuffix(heading).strip()

    def _system(self, persona: Persona, language: Language) -> str:
        # A persona is the same whoever asks.
        name = f"{persona}.{language}"
        if name not in self._systems:
            self._systems[name] = self._render(name)
        return self._systems[name]

    def _render(self, name: str, **values: object) -> str:
        try:
            return self._templates[name].render(**values).strip()
        except TemplateError as error:
            raise BadInput(f"bad template: {error}", file=f"{name}.j2") from None
