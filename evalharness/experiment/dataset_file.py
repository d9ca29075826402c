"""prompts/mentoring/*.yaml → Dataset: one case a file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from evalharness.core.case import (
    Case,
    Category,
    Context,
    Criterion,
    Dataset,
    Difficulty,
    KeyFact,
    MustNot,
    MustNotKind,
    Severity,
    Turn,
)
from evalharness.core.errors import BadInput
from evalharness.core.text import Form
from evalharness.experiment.edge import check, read_text

_PLACE = re.compile(r"^(profile|notes\[(\d+)\]|turns\[(\d+)\])$")
Text = Annotated[str, Field(min_length=1)]


class _Authored(BaseModel):
    # Every YAML scalar arrives as text (see _Loader), so numbers are converted here and nowhere guessed.
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
    forms: Annotated[list[Text | Annotated[list[Text], Field(min_length=1)]], Field(min_length=1)]
    where: Annotated[list[str], Field(min_length=1)]


class MustNotFile(_Authored):
    """A claim that a bad answer would make."""

    claim: Text
    forms: Annotated[list[Text | Annotated[list[Text], Field(min_length=1)]], Field(min_length=1)]
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

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
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


class _Loader(yaml.CSafeLoader):
    """YAML in which every scalar is text (no guessed dates, booleans or floats) and keys are unique."""


_Loader.yaml_implicit_resolvers = {}


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


def load_dataset(path: Path) -> Dataset:
    """Read every case of a folder (or one file).

    Returns:
        The cases sorted by id, with the SHA-256 of the files' text.

    Raises:
        BadInput: For an empty folder, a duplicate id, or the first thing wrong in a file, with its line.
    """
    files = sorted(path.glob("**/*.yaml")) if path.is_dir() else [path]
    if not files:
        raise BadInput("the dataset has no case (*.yaml)", file=path)
    digest = hashlib.sha256()
    seen: dict[str, Path] = {}
    cases = []
    for file in files:
        text = read_text(file)
        case = parse_case(text, file)
        if case.id in seen:
            raise BadInput(
                f"duplicate case id {case.id!r}, also in {seen[case.id].name}", file=file, line=_line(text, ("id",))
            )
        seen[case.id] = file
        cases.append(case)
    for case_id in sorted(seen):
        text = read_text(seen[case_id]).replace("\r\n", "\n")
        digest.update(f"{case_id}\0{text}\0".encode())
    return Dataset(cases=tuple(sorted(cases, key=lambda case: case.id)), sha256=digest.hexdigest())


def parse_case(text: str, file: Path) -> Case:
    """Read one case.

    Raises:
        BadInput: Naming file and line.
    """
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is CSafeLoader with fewer types
        _refuse_duplicate_keys(yaml.compose(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BadInput(f"bad YAML: {error.problem or error.context}", file=file, line=line) from None
    except yaml.YAMLError as error:
        raise BadInput(f"bad YAML: {' '.join(str(error).split())}", file=file) from None
    model = check(data, CaseFile, file, lambda where: _line(text, where))
    return _case(model)


def _refuse_duplicate_keys(node: yaml.Node | None) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"duplicate key {key.value!r}", problem_mark=key.start_mark)
            seen.add(key.value)
            _refuse_duplicate_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicate_keys(item)


def _line(text: str, where: tuple[str | int, ...]) -> int | None:
    node = yaml.compose(text, Loader=_Loader)
    for part in where:
        found = _child(node, part)
        if found is None:
            break
        node = found
    return None if node is None else node.start_mark.line + 1


def _child(node: yaml.Node | None, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: yaml.Node = node.value[part]
        return item
    return None


def _forms(forms: list[Any]) -> tuple[Form, ...]:
    return tuple(form if isinstance(form, str) else tuple(form) for form in forms)


def _case(file: CaseFile) -> Case:
    plain = file.model_dump(
        include={
            "id", "language", "persona", "persona_reason", "setting", "severity_reason", "source", "licence", "pair_id",
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
