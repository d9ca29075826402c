"""prompts/routing/*.yaml → RoutingSet: labelled messages, for reported accuracy only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from evalharness.core.case import Language, Persona
from evalharness.core.errors import BadInput
from evalharness.core.text import normalise
from evalharness.experiment.edge import check, read_text
from evalharness.experiment.yaml_lines import line_in_yaml, parse_yaml

Clearness: TypeAlias = Literal["clear", "close"]
Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingMessage:
    """A message and the persona that should answer it."""

    id: str
    language: Language
    persona: Persona
    difficulty: Clearness
    """close: a second persona is plausible."""
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSet:
    """Labelled messages in the file's order, and the hash of the file's text."""

    messages: tuple[RoutingMessage, ...]
    sha256: str


class RoutingMessageFile(BaseModel):
    """One labelled message as authored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    language: Literal["ko", "en"]
    persona: Literal["moon", "square", "earth", "pen"]
    difficulty: Literal["clear", "close"]
    reason: Text
    message: Text


class RoutingFile(BaseModel):
    """The whole set as authored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    messages: Annotated[list[RoutingMessageFile], Field(min_length=1)]


def load_routing(path: Path) -> RoutingSet:
    """Read and check a routing set.

    Raises:
        BadInput: Naming file and line; also for an id or a message that occurs twice.
    """
    text = read_text(path)
    file = check(parse_yaml(text, path), RoutingFile, path, lambda where: line_in_yaml(text, where))
    messages = tuple(
        RoutingMessage(**{**item.model_dump(), "message": item.message.strip()}) for item in file.messages
    )
    _refuse_doubles("id", [item.id for item in messages], text, path)
    _refuse_doubles("message", [item.message for item in messages], text, path, normalise)
    digest = hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()
    return RoutingSet(messages=messages, sha256=digest)


def _refuse_doubles(
    name: str, values: Sequence[str], text: str, path: Path, fold: Callable[[str], str] = str
) -> None:
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        first = seen.setdefault(fold(value), index)
        if first != index:
            lines = [line_in_yaml(text, ("messages", i, name)) for i in (first, index)]
            raise BadInput(f"{name} {value[:40]!r} is also on line {lines[0]}", file=path, line=lines[1])
