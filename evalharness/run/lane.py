"""One model's lane through a run: its pace, its health, and why it was closed."""

from __future__ import annotations

import datetime as dt

from evalharness.core.errors import ProviderError
from evalharness.core.experiment import Limits
from evalharness.core.pacific import PACIFIC, pacific_day
from evalharness.run.halt import Halt
from evalharness.run.pace import Gate, Meter
from evalharness.run.retry import RATE_LIMITED


class Lane:
    """Everything that the calls of one model share."""

    def __init__(self, model: str, limits: Limits) -> None:
        """Open a lane."""
        pace = limits.pace_of(model)
        self.model = model
        self.halt = Halt()
        self.gate = Gate(limits.concurrency)
        self.skipped = 0
        """Calls that were not made because the lane was closed."""
        self.closed_because: str | None = None
        self._stop_after = limits.stop_after_failures
        self._failures = 0
        self._requests = None if pace.requests_per_minute is None else Meter(pace.requests_per_minute)
        self._tokens = None if pace.tokens_per_minute is None else Meter(pace.tokens_per_minute)

    async def await_turn(self, tokens: int) -> None:
        """Wait until the limits per minute let a request of so many input tokens out."""
        if self._requests is not None:
            await self._requests.take(1)
        if self._tokens is not None:
            await self._tokens.take(tokens)

    @property
    def counts_tokens(self) -> bool:
        """Whether `await_turn` needs to know how long a request is."""
        return self._tokens is not None

    def answered(self) -> None:
        """Note an answer: the model is alive."""
        self._failures = 0

    def failed(self, error: ProviderError | None, now: dt.datetime) -> None:
        """Note a call that ended without an answer; closes the lane if going on is pointless."""
        if error is not None and is_daily_quota(error):
            reset = next_reset(now)
            wait_h, wait_min = divmod(int((reset - now).total_seconds()) // 60, 60)
            self._close(
                f"the daily quota of {self.model} is spent; it resets at midnight Pacific time, "
                f"{reset:%Y-%m-%d %H:%M} UTC (in {wait_h} h {wait_min} min): run the same command after that"
            )
            return
        self._failures += 1
        if self._failures >= self._stop_after:
            cause = "" if error is None else f"{error.message}; "
            self._close(
                f"{cause}{self.model} gave no answer {self._failures} times in a row and was stopped: "
                "run the same command again when it is well"
            )

    def _close(self, because: str) -> None:
        if self.closed_because is None:
            self.closed_because = because
        self.halt.stop()


def is_daily_quota(error: ProviderError) -> bool:
    """Whether a refusal lasts until the provider's day ends."""
    return error.status == RATE_LIMITED and not error.retryable


def next_reset(now: dt.datetime) -> dt.datetime:
    """Return the next midnight Pacific time, when daily quotas begin anew, in UTC."""
    tomorrow = pacific_day(now) + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), tzinfo=PACIFIC).astimezone(dt.UTC)
