"""One case as authored: its schema, and the text or record → Case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from evalharness.core.case import (
    Case,
    Category,
    Context,
    Criterion,
    Difficulty,
    KeyFact,
    MustNot,
    MustNotKind,
    Severity,
    Turn,
)
from evalharness.core.errors import BadInput
from evalharness.experiment.edge import check, safe_name
from evalharness.experiment.yaml_lines import Where, line_in_yaml, parse_yaml

if TYPE_CHECKING:
    from evalharness.core.text import Form
    from evalharness.experiment.rows import Row

_PLACE = re.compile(r"^(profile|notes\[(\d+)\]|turns\[(\d+)\])$")
Text = Annotated[str, Field(min_length=1)]


def _none_blank(forms: list[str | list[str]]) -> list[str | list[str]]:
    for form in forms:
        if not all(part.strip() for part in ((form,) if isinstance(form, str) else form)):
            raise ValueError("a surface form must not be blank")
    return forms


Forms = Annotated[
    list[Text | Annotated[list[Text], Field(min_length=1)]], Field(min_length=1), AfterValidator(_none_blank)
]


class _Authored(BaseModel):
    # Every YAML scalar arrives as text (see yaml_lines), so numbers are converted here and nowhere guessed.
    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnFile(_Authored):
    """One utterance."""

    role: Literal["mentee", "mentor"]
    text: Text


class ContextFile(_Authored):
    """What the service holds about the mentee."""

    profile: str = ""
    notes: list[Text] = []
    turns: list[TurnFile] = []


class KeyFactFile(_Authored):
    """A piece of the context that a good answer must use."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]
    fact: Text
    forms: Forms
    where: Annotated[list[str], Field(min_length=1)]


class MustNotFile(_Authored):
    """A claim that a bad answer would make."""

    claim: Text
    forms: Forms
    kind: Literal["outdated", "contradicted", "injected", "unsupported"]


class CriterionFile(_Authored):
    """One line of the rubric."""

    criterion: Text
    anchors: dict[Annotated[int, Field(ge=0, le=5)], Text]

    @field_validator("anchors")
    @classmethod
    def _has_ends_and_middle(cls, value: dict[int, str]) -> dict[int, str]:
        if not {0, 3, 5} <= set(value):
            raise ValueError("anchors must describe at least 0, 3 and 5")
        return value


class CaseFile(_Authored):
    """One case as authored."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64), AfterValidator(safe_name)]
    language: Literal["ko", "en"]
    persona: Literal["moon", "square", "earth", "pen"]
    persona_reason: Text
    category: Category
    difficulty: Difficulty
    severity: Severity
    severity_reason: Text
    setting: Text
    source: Text
    licence: Text
    message: Text
    context: ContextFile
    key_facts: Annotated[list[KeyFactFile], Field(min_length=3, max_length=8)]
    must_not: list[MustNotFile] = []
    rubric: Annotated[list[CriterionFile], Field(min_length=1)]
    reference_answer: Text
    pair_id: str | None = None

    @model_validator(mode="after")
    def _places_exist(self) -> CaseFile:
        ids = [fact.id for fact in self.key_facts]
        if len(set(ids)) < len(ids):
            raise ValueError(f"key_facts: duplicate id in {', '.join(ids)}")
        for fact in self.key_facts:
            for place in fact.where:
                if place_text(self.context, place) is None:
                    raise ValueError(f"key_facts {fact.id}: the context has no {place}")
        return self


def place_text(context: ContextFile | Context, place: str) -> str | None:
    """Return what stands at a place (profile, notes[i], turns[i]) of a context; None if nothing does."""
    match = _PLACE.match(place)
    if match is None:
        return None
    if place == "profile":
        return context.profile or None
    _, note, turn = match.groups()
    items: list[str] = [t.text for t in context.turns] if note is None else list(context.notes)
    index = int(turn if note is None else note)
    return items[index] if index < len(items) else None


def places_of(context: Context) -> dict[str, str]:
    """Return every place of a context (profile, notes[i], turns[i]) with its text, in reading order."""
    places = {"profile": context.profile} if context.profile else {}
    places |= {f"notes[{i}]": note for i, note in enumerate(context.notes)}
    return places | {f"turns[{i}]": turn.text for i, turn in enumerate(context.turns)}


def context_text(context: Context) -> str:
    """Return the whole text of a context, a line end between its places."""
    return "\n".join(places_of(context).values())


def parse_case(text: str, file: Path) -> Case:
    """Read one case.

    Raises:
        BadInput: Naming file and line.
    """
    data = parse_yaml(text, file)
    return _case(check(data, CaseFile, file, lambda where: line_in_yaml(text, where)))


def parse_row(row: Row) -> Case:
    """Read one case from a record.

    Raises:
        BadInput: Naming file, line and row, and the column if a mapping tells it.
    """
    if row.values is None:
        raise row.error(row.problem)
    wrong: list[Where] = []
    try:
        return _case(check(row.values, CaseFile, row.file, wrong.append))
    except BadInput as error:
        field = next((str(part) for where in wrong for part in where if part in row.columns), "")
        column = f" (column {row.columns[field]!r})" if field else ""
        raise row.error(f"{error.message}{column}") from None


def _forms(forms: list[Any]) -> tuple[Form, ...]:
    return tuple(form if isinstance(form, str) else tuple(form) for form in forms)


def _case(file: CaseFile) -> Case:
    plain = file.model_dump(
        include={
            "id", "language", "persona", "persona_reason", "setting", "severity_reason", "source", "licence",
            "pair_id",
        }
    )  # fmt: skip
    return Case(
        **plain,
        category=file.category,
        difficulty=file.difficulty,
        severity=file.severity,
        message=file.message.strip(),
        reference_answer=file.reference_answer.strip(),
        context=Context(
            profile=file.context.profile.strip(),
            notes=tuple(note.strip() for note in file.context.notes),
            turns=tuple(Turn(role=turn.role, text=turn.text.strip()) for turn in file.context.turns),
        ),
        key_facts=tuple(
            KeyFact(id=f.id, fact=f.fact, forms=_forms(f.forms), where=tuple(f.where)) for f in file.key_facts
        ),
        must_not=tuple(
            MustNot(claim=m.claim, forms=_forms(m.forms), kind=MustNotKind(m.kind)) for m in file.must_not
        ),
        rubric=tuple(
            Criterion(criterion=c.criterion, anchors=tuple(sorted(c.anchors.items()))) for c in file.rubric
        ),
    )
