"""A design file: what a dataset was asked to be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from evalharness.core.case import Category, Difficulty
from evalharness.experiment.edge import Strict, read_text, read_toml
from evalharness.experiment.lint.finding import Spot
from evalharness.experiment.toml_lines import line_of

Count = Annotated[int, Field(ge=0)]
Band = Annotated[list[Annotated[int, Field(gt=0)]], Field(min_length=2, max_length=2)]


class PersonaCounts(Strict):
    """[personas]: cases of each label, exactly."""

    moon: Count
    square: Count
    earth: Count
    pen: Count


class LanguageCounts(Strict):
    """[languages]: cases in each language, exactly."""

    ko: Count
    en: Count


class TokenBands(Strict):
    """[tokens]: least and most approximate tokens of each text, both allowed."""

    context: Band
    message: Band
    reference_answer: Band


class DesignFile(Strict):
    """A design as authored."""

    cases: Annotated[int, Field(gt=0)]
    pairs_at_least: Count
    mentor_facts_at_least: Annotated[float, Field(ge=0, le=1)]
    licence: str
    personas: PersonaCounts
    languages: LanguageCounts
    categories_at_least: dict[str, Count]
    difficulties_at_least: dict[str, Count]
    tokens: TokenBands

    @model_validator(mode="after")
    def _names_exist(self) -> DesignFile:
        tables = (
            ("categories_at_least", self.categories_at_least, {category.value for category in Category}),
            ("difficulties_at_least", self.difficulties_at_least, {level.value for level in Difficulty}),
        )
        for table, counts, known in tables:
            unknown = set(counts) - known
            if unknown:
                raise ValueError(f"{table}: unknown {min(unknown)!r}; there are {', '.join(sorted(known))}")
        for name, total in (("personas", self.personas), ("languages", self.languages)):
            stated = sum(total.model_dump().values())
            if stated != self.cases:
                raise ValueError(f"{name} sum to {stated}, cases is {self.cases}")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A checked design and where it stands."""

    file: Path
    text: str
    asked: DesignFile

    def spot(self, message: str, *where: str | int) -> Spot:
        """Return a finding at a key of the design."""
        return Spot(file=self.file, line=line_of(self.text, where), message=message)


def load_design(path: Path) -> Design:
    """Read and check a design file.

    Raises:
        BadInput: Naming file and line; also for counts that contradict each other.
    """
    return Design(file=path, text=read_text(path), asked=read_toml(path, DesignFile))
