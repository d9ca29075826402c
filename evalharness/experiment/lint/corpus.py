"""A dataset as lint sees it: the cases with the lines they stand on, and what did not parse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.privacy import FindCredentials, find_credentials, redact_case
from evalharness.experiment.case_file import context_text
from evalharness.experiment.dataset_description import describe_dataset
from evalharness.experiment.dataset_file import CaseSource, find_sources
from evalharness.experiment.lint.design import Design, load_design
from evalharness.experiment.lint.finding import Spot

Embed: TypeAlias = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts → unit vectors, shape (n, d): near in meaning, near in angle, across languages."""


@dataclass(frozen=True)
class LintCase:
    """A case and where it stands."""

    case: Case
    source: CaseSource

    def spot(self, message: str, *where: str | int) -> Spot:
        """Return a finding at a key of the case, such as ("key_facts", 2, "forms")."""
        line = self.source.line(where)
        return Spot(file=self.source.file, line=line, message=message, case_id=self.case.id)

    @cached_property
    def context(self) -> str:
        """The whole text of the context."""
        return context_text(self.case.context)

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """(key, text) of the three texts a model or a reader sees."""
        return (
            ("message", self.case.message),
            ("context", self.context),
            ("reference_answer", self.case.reference_answer),
        )

    def is_twin_of(self, other: LintCase) -> bool:
        """Whether both belong to one translation pair."""
        return self.case.pair_id is not None and self.case.pair_id == other.case.pair_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Everything that rules look at."""

    path: Path
    cases: tuple[LintCase, ...]
    unreadable: tuple[BadInput, ...] = ()
    """What is wrong with cases that do not parse."""
    design: Design | None = None
    """What the dataset was asked to be, if that is written down."""
    embed: Embed | None = None
    """Sentence embeddings, if they are installed."""
    find_credentials: FindCredentials = find_credentials
    """What finds keys and tokens in a text."""


def read_corpus(
    path: Path, *, embed: Embed | None = None, find_credentials: FindCredentials = find_credentials
) -> Corpus:
    """Read a dataset, redacted if it is real, and the design beside it (`<name>.design.toml`).

    Raises:
        BadInput: If it cannot be read at all; a case that does not parse is only noted.
    """
    cases: list[LintCase] = []
    unreadable: list[BadInput] = []
    description = describe_dataset(path)
    for source in find_sources(path):
        try:
            case = source.parse()
            if description.real:
                case, _ = redact_case(case, description.personal)
            cases.append(LintCase(case=case, source=source))
        except BadInput as error:
            unreadable.append(error)
    design = path.with_name(f"{path.name.removesuffix('.toml')}.design.toml")
    return Corpus(
        path=path,
        cases=tuple(cases),
        unreadable=tuple(unreadable),
        design=load_design(design) if design.exists() else None,
        embed=embed,
        find_credentials=find_credentials,
    )
