"""The seams: what a stage needs from the outside, and where a new implementation plugs in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from evalharness.core.call import Attempt, Call, Reply
    from evalharness.core.case import Case, Context, Persona
    from evalharness.core.routing import Route
    from evalharness.core.score import Completed, Score
    from evalharness.core.sena import Budget, Compressed
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
            Unrecorded: An answer came and could not be recorded.
        """

    async def aclose(self) -> None:
        """Release connections."""


class Router(Protocol):
    """Chooses the persona that answers a message."""

    name: str
    version: str

    def route(self, message: str) -> tuple[Persona, str]:
        """Return the persona and a short reason, deterministic in the message."""

    def choose(self, message: str) -> Route:
        """Return the persona with confidence and reason, deterministic in the message.

        Raises:
            EmptyMessage: There is nothing to route.
            MessageTooLong: There is more than a message may have.
        """


class Compressor(Protocol):
    """Shortens a context, without a model call.

    Guarantees, whatever the method:

    * Fits: the kept tokens are at most the budget, unless protected content alone exceeds it; then nothing
      else is kept and the overrun is reported.
    * Whole: sentences, lines, fenced code, quotations and numbers are kept or dropped whole; no grapheme
      is split; order is kept; the result is never longer than its input.
    * Short contexts, and those that fit already, come back as they are.
    * Deterministic; and idempotent: compressing a result again to its `budget_tokens` changes nothing.
    """

    name: str
    version: str

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        """Return the context cut down to the budget.

        Args:
            context: What the service holds.
            message: The mentee's message: what is relevant depends on it; itself it is never shortened.
            budget: Share of the context's tokens to keep, in (0, 1], or an absolute number of tokens.

        Raises:
            BadInput: If the budget is no budget, or the method needs a package that is not installed.
        """


class Embedder(Protocol):
    """Turns texts into vectors of unit length; similar meanings point in similar directions."""

    version: str
    """Name and version of the model: vectors of different versions do not compare."""

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return one vector for each text, the same for the same text every time."""


class Lemmatizer(Protocol):
    """Reduces Korean words to what inflection leaves alone."""

    version: str
    """Name and version of the analyser and its model."""

    def lemmas(self, text: str) -> Sequence[str]:
        """Return the content lemmas of a text in order, with a mark between sentences."""


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

    def everything(self) -> Iterable[Call]:
        """Yield the last line of every call, failed ones included."""

    def earlier_attempts(self, key: str) -> tuple[Attempt, ...]:
        """Return the tries of a call that is to be made again, so that none is forgotten."""

    def append(self, call: Call) -> None:
        """Write a call durably before its answer is used."""
