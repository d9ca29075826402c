"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalharness.experiment.lint.corpus import Corpus


class Severity(StrEnum):
    """Whether a finding fails the lint."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Something wrong, where it stands, and what to do."""

    file: Path
    line: int | None
    message: str
    case_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A spot, with the rule that found it."""

    rule: str
    severity: Severity
    spot: Spot

    def __str__(self) -> str:
        """Return the one line that a user sees."""
        line = "" if self.spot.line is None else f":{self.spot.line}"
        return f"{self.spot.file}{line}: {self.severity} [{self.rule}] {self.spot.message}"


def _always(_corpus: Corpus) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check of a dataset: pure, over everything that was read."""

    id: str
    severity: Severity
    summary: str
    """What it holds cases to, one line."""
    check: Callable[[Corpus], Iterable[Spot]]
    skip: Callable[[Corpus], str | None] = _always
    """Why it cannot run on this corpus; None if it can."""
