"""The files that routers are trained and measured on, read and held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from evalharness.app.dataset import resolve_dataset
from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.routing import PERSONAS, readable
from evalharness.core.text import normalise
from evalharness.experiment.dataset_file import load_dataset
from evalharness.experiment.edge import check, read_text
from evalharness.experiment.yaml_lines import line_in_yaml, parse_yaml
from evalharness.gateway.router.fitting import Example

Text = Annotated[str, Field(min_length=1)]


class Scene(BaseModel):
    """One situation in which four mentees need four different things."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Text
    moon: Text
    square: Text
    earth: Text
    pen: Text


class Short(BaseModel):
    """One message in one language or in both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ko: Text | None = None
    en: Text | None = None


class ExemplarFile(BaseModel):
    """Messages to train on, as authored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["ko", "en"] | None = None
    scenes: list[Scene] = []
    short: dict[Literal["moon", "square", "earth", "pen"], list[Short]] = {}
    late: dict[Literal["moon", "square", "earth", "pen"], list[Short]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterFolder:
    """Where everything lies that a router is trained and measured on."""

    dataset: Path
    routing: Path
    """Folder with exemplars*.yaml and blind.yaml."""

    @property
    def blind(self) -> Path:
        """The messages that nothing is fitted or tuned on."""
        return self.routing / "blind.yaml"

    @property
    def has_exemplars(self) -> bool:
        """Whether there are messages to train routers on."""
        return any(self.routing.glob("exemplars*.yaml"))

    def cases(self) -> tuple[Case, ...]:
        """Return the labelled cases."""
        return load_dataset(self.dataset).cases

    def exemplars(self) -> list[Example]:
        """Return the training messages of all exemplar files.

        Raises:
            BadInput: If there are none, or one is wrong.
        """
        found = [example for file in sorted(self.routing.glob("exemplars*.yaml")) for example in _read(file)]
        if not found:
            raise BadInput("no exemplars*.yaml here to train routers on", file=self.routing)
        return found


def find_router_files(path: Path) -> RouterFolder:
    """Return the files that belong to an experiment file or to a folder of prompts.

    Raises:
        BadInput: If the path is neither.
    """
    if path.suffix == ".toml":
        return RouterFolder(dataset=resolve_dataset(path), routing=path.parent / "routing")
    if (path / "experiment.toml").exists():
        return find_router_files(path / "experiment.toml")
    if (path / "mentoring").is_dir():
        return RouterFolder(dataset=path / "mentoring", routing=path / "routing")
    raise BadInput("neither an experiment file nor a folder with experiment.toml or mentoring/", file=path)


def case_examples(cases: Sequence[Case]) -> list[Example]:
    """Return the cases' messages; the two of a translation pair are one group."""
    return [
        Example(
            text=readable(case.message),
            persona=case.persona,
            group=f"case/{case.pair_id or case.id}",
            after_cues=False,
        )
        for case in cases
    ]


def refuse_overlap(training: Sequence[Example], messages: Sequence[str], file: Path) -> None:
    """Make sure that no message to measure on was trained on.

    Raises:
        BadInput: If one was.
    """
    known = {normalise(example.text) for example in training}
    for index, message in enumerate(messages):
        if normalise(readable(message)) in known:
            raise BadInput(
                f"message {index + 1} is among the training messages; it measures nothing", file=file
            )


def _read(path: Path) -> list[Example]:
    text = read_text(path)
    file = check(parse_yaml(text, path), ExemplarFile, path, lambda where: line_in_yaml(text, where))
    name = path.name.removesuffix(".yaml")
    found = [
        Example(
            text=readable(getattr(scene, persona)),
            persona=persona,
            group=f"{name}/{scene.id}",
            after_cues=False,
        )
        for scene in file.scenes
        for persona in PERSONAS
    ]
    for part, messages in (("short", file.short), ("late", file.late)):
        for persona, items in messages.items():
            for index, item in enumerate(items):
                found += [
                    Example(
                        text=readable(words),
                        persona=persona,
                        group=f"{name}/{part}/{persona}/{index}",
                        after_cues=True,
                    )
                    for words in (item.ko, item.en)
                    if words
                ]
    return found
