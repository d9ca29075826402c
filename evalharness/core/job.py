"""Jobs: planned model calls."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evalharness.core.wire.request import ModelRequest


class Purpose(StrEnum):
    """What a model call is for; every purpose goes through the same engine, journal and bill."""

    COMPRESS = "compress"
    ANSWER = "answer"
    JUDGE = "judge"
    PAIRWISE = "pairwise"


JUDGING = frozenset({Purpose.JUDGE, Purpose.PAIRWISE})
"""Purposes of calls that judge answers, and are no part of what an arm would cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One case in one arm, one repeat."""

    case_id: str
    arm: str
    repeat: int

    @property
    def id(self) -> str:
        """Sortable name of the cell."""
        return f"{self.case_id}/{self.arm}/{self.repeat}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One planned model call, and the cells that ask for it.

    Identical requests of the same draw are one job: bought once, used by every cell in `cells`.
    """

    purpose: Purpose
    request: ModelRequest
    draw: int
    cells: tuple[Cell, ...]

    @property
    def key(self) -> str:
        """Name of the call in the journal and of its recording: request digest and draw."""
        return call_key(self.request.digest, self.draw)


def call_key(digest: str, draw: int) -> str:
    """Return the name shared by a job, its call and its recording."""
    return f"{digest}-d{draw}"
