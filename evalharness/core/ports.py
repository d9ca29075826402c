"""The seams: what a stage needs from the outside, and where a new implementation plugs in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from evalharness.core.call import Call, Reply
    from evalharness.core.case import Case, Context, Persona
    from evalharness.core.score import Completed, Score
    from evalharness.core.sena import Compressed
    from evalharness.core.wire.request import ModelRequest


class Clock(Protocol):
    """The time, passed in so that stages stay repeatable."""

    def now(self) -> dt.datetime:
        """Return the present time in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""


class ModelClient(Protocol):
    """One way of reaching one model. Retrying is the engine's business."""

    name: str
    """Name and version, such as google-genai/3.4.0."""

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Make exactly one call.

        Raises:
            ProviderError: The provider refused or failed; never returned as text.
            CassetteMiss: Replay has no recording of this request and draw.
            CassetteDamaged: The recording cannot be trusted.
        """

    async def aclose(self) -> None:
        """Release connections."""


class Router(Protocol):
    """Chooses the persona that answers a message."""

    name: str
    version: str

    def route(self, message: str) -> tuple[Persona, str]:
        """Return the persona and a short reason, deterministic in the message."""


class Compressor(Protocol):
    """Shortens a context, without a model call.

    Guarantees: deterministic; never longer than its input; order kept; code blocks, sentences and numbers
    are kept or dropped whole.
    """

    name: str
    version: str

    def compress(self, context: Context, *, message: str, budget: float) -> Compressed:
        """Return the context with about `budget` (share of its tokens, in (0, 1]) kept.

        Args:
            context: What the service holds.
            message: The mentee's message: what is relevant depends on it; itself it is never shortened.
            budget: Share of the context's tokens to keep.
        """


class Scorer(Protocol):
    """Measures one answer without calling a model."""

    name: str
    version: str

    def score(self, case: Case, record: Completed) -> Score:
        """Return a score, or why there is none."""


class Journal(Protocol):
    """Where calls are kept as they happen."""

    def completed(self) -> Mapping[str, Call]:
        """Return the calls that need not be made again, by key."""

    def append(self, call: Call) -> None:
        """Write a call durably before its answer is used."""
