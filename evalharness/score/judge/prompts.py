"""Judge prompts: sandboxed templates in the answer's language → the texts of a judge's request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from evalharness.core.case import Case, Language
from evalharness.core.errors import BadInput
from evalharness.core.wire.canonical import canonical_json

_LANGUAGES: tuple[Language, ...] = ("ko", "en")
_KINDS = ("rubric", "rubric-material", "pairwise", "pairwise-material", "repair")
TEMPLATE_NAMES = tuple(f"{kind}.{language}" for kind in _KINDS for language in _LANGUAGES)
"""Every template that a folder of judge prompts must hold, as <name>.j2."""


class JudgePrompts:
    """One version of the judge prompts."""

    def __init__(self, templates: Mapping[str, str], *, folder: str) -> None:
        """Compile the templates.

        Args:
            templates: Text by name (`TEMPLATE_NAMES`).
            folder: Where they come from, for messages.

        Raises:
            BadInput: If one is missing or does not compile.
        """
        # Answers are hostile text: they are values, never template source.
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=False)
        self._folder = folder
        self._templates: dict[str, Template] = {}
        for name in TEMPLATE_NAMES:
            if name not in templates:
                raise BadInput(f"judge template {name}.j2 is missing", file=folder)
            try:
                self._templates[name] = environment.from_string(templates[name])
            except TemplateError as error:
                raise BadInput(f"bad template: {error}", file=f"{folder}/{name}.j2") from None
        used = {name: templates[name].replace("\r\n", "\n") for name in TEMPLATE_NAMES}
        self.sha256 = hashlib.sha256(canonical_json(used).encode()).hexdigest()
        """Of all templates together, 64 hex digits."""
        self.version = self.sha256[:12]
        """What judgements remember of it: two folders of one name need not hold the same prompts."""

    def rubric(self, case: Case, answer: str) -> tuple[str, str]:
        """Return instruction and material for grading one answer by the case's rubric."""
        material = self._render("rubric-material", case.language, **_material(case), answer=answer)
        return self._render("rubric", case.language), material

    def pairwise(self, case: Case, first: str, second: str) -> tuple[str, str]:
        """Return instruction and material for comparing two answers, shown as A and B in this order."""
        material = self._render(
            "pairwise-material", case.language, **_material(case), answer_a=first, answer_b=second
        )
        return self._render("pairwise", case.language), material

    def repair(self, language: Language, problem: str) -> str:
        """Return what is said to a judge whose reply cannot be read."""
        return self._render("repair", language, problem=problem)

    def _render(self, kind: str, language: Language, **values: object) -> str:
        name = f"{kind}.{language}"
        try:
            return self._templates[name].render(**values).strip()
        except TemplateError as error:
            raise BadInput(f"bad template: {error}", file=f"{self._folder}/{name}.j2") from None


def _material(case: Case) -> dict[str, object]:
    criteria = [
        {
            "id": f"c{number}",
            "text": criterion.criterion,
            "anchors": [{"points": points, "text": text} for points, text in criterion.anchors],
        }
        for number, criterion in enumerate(case.rubric, start=1)
    ]
    return {
        "message": case.message.strip(),
        "facts": [fact.fact for fact in case.key_facts],
        "wrong": [claim.claim for claim in case.must_not],
        "criteria": criteria,
    }
