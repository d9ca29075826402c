"""Seeing a stream arrive, below vcrpy. Loads httpx2.

vcrpy replaces `AsyncHTTPTransport.handle_async_request` and hands an answer on when it is whole; whatever
looks from above it sees all chunks at the end. So the connection pool underneath is wrapped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx2

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable, AsyncIterator, Callable

    import httpcore2

    Watch = Callable[[bytes], None]

WATCH = "evalharness_watch"
"""Request extension: called with each piece of the response body at the moment it arrives."""


class WatchedTransport(httpx2.AsyncHTTPTransport):
    """The usual transport, over a pool that reports what arrives."""

    def __init__(self, *, verify: ssl.SSLContext, limits: httpx2.Limits, trust_env: bool) -> None:
        """Make the pool and wrap it.

        Args:
            verify: How servers are checked.
            limits: Connections.
            trust_env: Whether certificate variables of the environment count.
        """
        super().__init__(verify=verify, limits=limits, trust_env=trust_env)
        # httpx2 has no public place for a pool of one's own. Were the attribute renamed, its own code would
        # fail on the first call, and test_streaming.py says so before that.
        self._pool = cast("Any", _WatchedPool(self._pool))


class _WatchedPool:
    """A connection pool whose answers report each piece."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpcore2.Request) -> httpcore2.Response:
        response = await self._pool.handle_async_request(request)
        watch = request.extensions.get(WATCH)
        if watch is not None:
            response.stream = _WatchedStream(cast("Any", response.stream), watch)
        return response

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def __aenter__(self) -> _WatchedPool:
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *exc: Any) -> None:
        await self._pool.__aexit__(*exc)


class _WatchedStream:
    """A response body that is looked at as it comes."""

    def __init__(self, stream: AsyncIterable[bytes], watch: Watch) -> None:
        self._stream = stream
        self._watch = watch

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._watch(piece)
            yield piece

    async def aclose(self) -> None:
        close = getattr(self._stream, "aclose", None)
        if close is not None:
            await close()
