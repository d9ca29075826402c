"""prompts/terms/*.toml → Terms: what a provider's terms mean for the service, as somebody read them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evalharness.core.reporting import Term, Terms
from evalharness.experiment.edge import Misplaced, Strict, read_toml

_LONGEST = 400
Sentence = Annotated[str, Field(min_length=10, max_length=_LONGEST)]


class TermTable(Strict):
    """One [[terms]] table."""

    topic: Literal["data_use", "retention", "region", "age"]
    en: Sentence
    ko: Sentence
    source: Annotated[str, Field(min_length=10, max_length=200)]
    as_of: dt.date


class TermsFile(Strict):
    """A file of terms as authored."""

    provider: Annotated[str, Field(min_length=2, max_length=60)]
    terms: Annotated[list[TermTable], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_topic_once(self) -> TermsFile:
        seen: set[str] = set()
        for index, table in enumerate(self.terms):
            if table.topic in seen:
                raise Misplaced(f"{table.topic!r} is there twice", "terms", index, "topic")
            seen.add(table.topic)
        return self


def load_terms(path: Path) -> Terms:
    """Read and check a file of terms.

    Raises:
        BadInput: Naming file and line.
    """
    file = read_toml(path, TermsFile)
    return Terms(
        provider=file.provider,
        terms=tuple(
            Term(
                topic=table.topic,
                texts=(("en", table.en), ("ko", table.ko)),
                source=table.source,
                as_of=table.as_of,
            )
            for table in file.terms
        ),
    )
