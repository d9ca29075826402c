"""When to try again, and how long to wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from evalharness.core.errors import ProviderError

Sleep = Callable[[float], Awaitable[None]]

FATAL_REASONS = frozenset(
    {"API_KEY_INVALID", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "FAILED_PRECONDITION"}
)
"""Reasons after which every further call would fail the same way."""

_BACKOFF = wait_random_exponential(multiplier=0.5, max=30)


def retrying(max_attempts: int, sleep: Sleep) -> AsyncRetrying:
    """Return the retry loop of one call: only what may succeed later is tried again, as the provider asks."""
    return AsyncRetrying(
        stop=stop_after_attempt(max_attempts),
        retry=retry_if_exception(lambda error: isinstance(error, ProviderError) and error.retryable),
        wait=_wait,
        sleep=sleep,
        reraise=True,
    )


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, ProviderError) and error.retry_after_s is not None:
        return error.retry_after_s
    return _BACKOFF(state)
