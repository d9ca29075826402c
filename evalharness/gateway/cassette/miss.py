"""What a missing recording was like: the nearest one there is, and the fields that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from evalharness.core.errors import CassetteDamaged
from evalharness.core.job import call_key
from evalharness.core.wire.canonical import canonical_body, canonical_path
from evalharness.gateway.cassette.files import read, recordings
from evalharness.gateway.clients.difference import Difference, differences

if TYPE_CHECKING:
    from pathlib import Path

    from evalharness.gateway.cassette.interaction import Interaction

_SHOWN = 6


class Question(Protocol):
    """What is asked of a model, whoever built it."""

    @property
    def model(self) -> str:
        """Model id."""

    @property
    def path(self) -> str:
        """URL path of the call."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Wire JSON of the call."""

    @property
    def digest(self) -> str:
        """SHA-256 that names the interaction."""

    @property
    def seed(self) -> int | None:
        """Generation seed, if it is known apart from the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A request without a recording, beside the most similar one."""

    folder: Path
    wanted: str
    """File name of the recording that is not there."""
    model: str
    draw: int
    nearest: str | None
    """File name of the nearest recording; None if the folder holds none that is whole."""
    differences: tuple[Difference, ...]
    """What differs, recorded value before, asked value after; empty without a nearest."""
    damaged: int
    """Recordings in the folder that could not be read."""

    def __str__(self) -> str:
        """Return one line: what is missing, what is nearest, and how it differs."""
        if self.nearest is None:
            damaged = f" ({self.damaged} damaged)" if self.damaged else ""
            return f"no recording in {self.folder}{damaged} to compare with"
        shown = "; ".join(str(item) for item in self.differences[:_SHOWN])
        more = len(self.differences) - _SHOWN
        return (
            f"nearest recording {self.nearest} differs in {shown}{f'; and {more} more' if more > 0 else ''}"
        )


def describe_miss(folder: Path, request: Question, draw: int) -> Miss:
    """Find the recording nearest to a request; for error messages, as it reads the whole folder.

    The same model comes first, then the share of words in common, then how few fields differ.
    """
    whole, damaged = _readable(folder)
    nearest = _nearest(whole, request, draw)
    return Miss(
        folder=folder,
        wanted=f"{call_key(request.digest, draw)}.json",
        model=request.model,
        draw=draw,
        nearest=None if nearest is None else f"{nearest.key}.json",
        differences=() if nearest is None else _differences(nearest, request, draw),
        damaged=damaged,
    )


def _readable(folder: Path) -> tuple[list[Interaction], int]:
    whole, damaged = [], 0
    for file in recordings(folder):
        try:
            whole.append(read(file))
        except (CassetteDamaged, FileNotFoundError):
            damaged += 1
    return whole, damaged


def _nearest(whole: Sequence[Interaction], request: Question, draw: int) -> Interaction | None:
    path, words = canonical_path(request.path), _words(request.body)
    likeness = [(item.path == path, _shared(words, _words(item.request_body))) for item in whole]
    # Fields are compared for the most similar texts only: doing it for all would be slow.
    top = max(likeness, default=None)
    best = [item for item, value in zip(whole, likeness, strict=True) if value == top]
    return min(best, key=lambda item: len(_differences(item, request, draw)), default=None)


def _shared(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return len(ours & theirs) / max(1, len(ours | theirs))


def _differences(recorded: Interaction, request: Question, draw: int) -> tuple[Difference, ...]:
    return differences(
        {"path": recorded.path, "draw": recorded.draw} | canonical_body(recorded.request_body),
        {"path": canonical_path(request.path), "draw": draw} | canonical_body(request.body),
    )


def _words(body: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(word for text in _texts(body) for word in text.split())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
