"""When to try again, and how long to wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception
from tenacity.wait import wait_random_exponential

from evalharness.core.errors import ProviderError
from evalharness.core.experiment import Limits
from evalharness.core.ports import Clock

Sleep = Callable[[float], Awaitable[None]]

RATE_LIMITED = 429

_BACKOFF = wait_random_exponential(multiplier=0.5, max=30)


async def with_retries(
    attempt: Callable[[], Awaitable[None]], *, limits: Limits, clock: Clock, sleep: Sleep
) -> None:
    """Make a try, and others after it while one may succeed later, at the pace that the provider asks for.

    Raises:
        BaseException: Of the last try, or of `sleep`.
    """
    deadline = clock.monotonic() + limits.deadline_s
    failed: list[ProviderError] = []
    # Most calls need one try, and going through a policy costs more than all else that is done for a call.
    try:
        return await attempt()
    except ProviderError as failure:
        failed.append(failure)

    async def first_again() -> None:
        if failed:
            raise failed.pop()
        await attempt()

    tries = _policy(limits, clock, sleep, deadline)
    try:
        await tries(first_again)
    finally:
        # Else it holds itself, and stays until the collector comes by.
        tries.iter_state.reset()


def _policy(limits: Limits, clock: Clock, sleep: Sleep, deadline: float) -> AsyncRetrying:
    """Return the policy of one call.

    Waiting for a rate limit is not failing: a 429 does not use up `max_attempts`, but like everything it
    is bounded by the deadline, the wait to come included.
    """
    failures = 0

    def stop(state: RetryCallState) -> bool:
        nonlocal failures
        error = _error(state)
        failures += error is None or error.status != RATE_LIMITED
        return failures >= limits.max_attempts or clock.monotonic() + state.upcoming_sleep > deadline

    return AsyncRetrying(
        stop=stop,
        retry=retry_if_exception(lambda error: isinstance(error, ProviderError) and error.retryable),
        wait=_wait,
        sleep=sleep,
        reraise=True,
    )


def _wait(state: RetryCallState) -> float:
    error = _error(state)
    if error is not None and error.retry_after_s is not None:
        return error.retry_after_s
    return _BACKOFF(state)


def _error(state: RetryCallState) -> ProviderError | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, ProviderError) else None
