"""Gemini through google-genai, the maintained SDK. Importing this module does not load the SDK."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evalharness.core.call import Reply
from evalharness.core.provenance import Delivery
from evalharness.gateway.clients.endpoint import Endpoint, resolve_endpoint
from evalharness.gateway.clients.failures import malformed_failure
from evalharness.gateway.clients.headers import allowed_headers
from evalharness.gateway.clients.json_text import parse_object
from evalharness.gateway.clients.keys import Secret, key_for
from evalharness.gateway.clients.stream_json import read_stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evalharness.core.ports import Clock
    from evalharness.core.wire.request import ModelRequest


class GoogleGenaiClient:
    """One shared connection pool to one endpoint; makes each call once, for the engine does the retrying."""

    def __init__(
        self, *, endpoint: Endpoint, key: Secret, clock: Clock, timeout_s: float, stream: bool = False
    ) -> None:
        """Load the SDK, which takes about a second, and prepare it; nothing is sent yet.

        Args:
            endpoint: Where to send.
            key: API key, sent as x-goog-api-key.
            clock: Source of latency and recording times.
            timeout_s: Longest time a call may take, connecting included, in seconds.
            stream: Fetch answers by streamGenerateContent, which also tells the time to the first text.

        Raises:
            BadInput: If the environment asks the SDK for an HTTP client that is not installed.
        """
        # Late: the SDK takes a second to load, and replay must not load it at all.
        from evalharness.gateway.clients.google_genai_sdk import (  # noqa: PLC0415
            SDK_NAME,
            Connection,
        )

        self.name = SDK_NAME
        self._endpoint = endpoint
        self._clock = clock
        self._stream = stream
        self._connection = Connection(
            endpoint=endpoint, key=key, clock=clock, timeout_s=timeout_s, stream=stream
        )

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        clock: Clock,
        timeout_s: float,
        base_url: str | None = None,
        dotenv: Path | None = None,
        stream: bool = False,
    ) -> GoogleGenaiClient:
        """Build a client from settings and environment variables.

        Args:
            environ: Environment variables: GOOGLE_GEMINI_BASE_URL, GEMINI_API_KEY, GOOGLE_API_KEY.
            clock: Source of latency and recording times.
            timeout_s: Longest time a call may take, in seconds.
            base_url: Overrides GOOGLE_GEMINI_BASE_URL.
            dotenv: A .env file that may hold the key; need not exist.
            stream: Fetch answers by streamGenerateContent.

        Raises:
            BadInput: If the base URL or the key is missing or wrong.
        """
        endpoint = resolve_endpoint(base_url, environ)
        key = key_for(endpoint, environ, dotenv)
        return cls(endpoint=endpoint, key=key, clock=clock, timeout_s=timeout_s, stream=stream)

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Make exactly one call.

        Raises:
            ProviderError: The provider refused or failed, or did not answer with JSON in time.
            BadInput: The SDK cannot carry a field of the request, which is named.
        """
        del draw  # The request's seed already tells draws apart.
        answer = await self._connection.send(request)
        arrived = self._clock.monotonic()
        try:
            body = read_stream(answer.text) if self._stream else parse_object(answer.text)
        except ValueError as error:
            raise malformed_failure(self._endpoint.host, error) from None
        reply = Reply(
            body=body,
            host=self._endpoint.host,
            headers=allowed_headers(answer.headers.items()),
            latency_ms=_ms(arrived - answer.sent_at),
            recorded_at=f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            delivery=Delivery.LIVE,
            client=self.name,
        )
        if not self._stream:
            return reply
        first = None if answer.first_text_at is None else _ms(answer.first_text_at - answer.sent_at)
        return replace(reply, first_token_ms=first)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connection.aclose()


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
