"""Persona prompts: sandboxed templates in the case's language → the texts of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from evalharness.core.case import Context, Language, Persona
from evalharness.core.errors import BadInput

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
            templates: Text by name: `<persona>.<language>` and `request.<language>`.

        Raises:
            BadInput: If one is missing or does not compile.
        """
        # Contexts are hostile text: they are values, never template source, and the sandbox holds if an
        # author's template misuses one.
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=False)
        names = [f"{kind}.{language}" for kind in (*PERSONAS, "request") for language in LANGUAGES]
        self._templates: dict[str, Template] = {}
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
        name = f"{persona}.{language}"
        try:
            system = self._templates[name].render()
            name = f"request.{language}"
            user = self._templates[name].render(context=context, message=message)
        except TemplateError as error:
            raise BadInput(f"bad template: {error}", file=f"{name}.j2") from None
        return PromptText(system=system.strip(), user=user.strip())
