"""Gemini through google-genai, the maintained SDK."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalharness.core.call import Reply
from evalharness.core.errors import BadInput, EvalHarnessError
from evalharness.core.provenance import Delivery
from evalharness.core.wire.canonical import canonical_body, request_digest
from evalharness.core.wire.request import API_VERSION, ModelRequest
from evalharness.gateway.clients.difference import differences
from evalharness.gateway.clients.endpoint import Endpoint, resolve_endpoint
from evalharness.gateway.clients.failures import (
    connection_failure,
    http_failure,
    malformed_failure,
    timeout_failure,
)
from evalharness.gateway.clients.headers import allowed_headers
from evalharness.gateway.clients.json_text import parse_object
from evalharness.gateway.clients.keys import Secret, key_for

if TYPE_CHECKING:
    import httpx2
    from google import genai
    from google.genai import types

    from evalharness.core.ports import Clock

    Hook = Callable[[Any], Awaitable[None]]

_SDK_LOGGERS = ("google_genai", "httpx2", "httpcore2")


@dataclass(slots=True)
class _Sending:
    """What the HTTP client's hooks must know about the call they serve."""

    request: ModelRequest
    sent_at: float


# The SDK hands nothing of ours through to the HTTP client; the context of the asyncio task does.
_SENDING: ContextVar[_Sending] = ContextVar("evalharness_sending")


class GoogleGenaiClient:
    """One shared connection pool to one endpoint; makes each call once, for the engine does the retrying.

    The SDK carries our JSON by its documented `extra_body`; what leaves it is compared with the request
    before it is sent. Two hooks on the HTTP client that the SDK is given do that, and keep the SDK from
    parsing errors.
    """

    def __init__(self, *, endpoint: Endpoint, key: Secret, clock: Clock, timeout_s: float) -> None:
        """Load the SDK, which takes about a second, and prepare it; nothing is sent yet.

        Args:
            endpoint: Where to send.
            key: API key, sent as x-goog-api-key.
            clock: Source of latency and recording times.
            timeout_s: Longest time a call may take, connecting included, in seconds.

        Raises:
            BadInput: If the environment asks the SDK for an HTTP client that is not installed.
        """
        from google import genai

        for name in _SDK_LOGGERS:
            if logging.getLogger(name).level == logging.NOTSET:
                logging.getLogger(name).setLevel(logging.ERROR)
        self.name = f"google-genai/{genai.__version__}"
        self._endpoint = endpoint
        self._key = key
        self._clock = clock
        self._timeout_s = timeout_s
        self._http = _http_client(endpoint, timeout_s, self._check_request, self._check_response)
        # Kept as long as the client lives: a temporary genai.Client can be closed in the middle of a call.
        self._sdk = _sdk_client(endpoint, key, timeout_s, self._http)

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        clock: Clock,
        timeout_s: float,
        base_url: str | None = None,
        dotenv: Path | None = None,
    ) -> GoogleGenaiClient:
        """Build a client from settings and environment variables.

        Args:
            environ: Environment variables: GOOGLE_GEMINI_BASE_URL, GEMINI_API_KEY, GOOGLE_API_KEY.
            clock: Source of latency and recording times.
            timeout_s: Longest time a call may take, in seconds.
            base_url: Overrides GOOGLE_GEMINI_BASE_URL.
            dotenv: A .env file that may hold the key; need not exist.

        Raises:
            BadInput: If the base URL or the key is missing or wrong.
        """
        endpoint = resolve_endpoint(base_url, environ)
        key = key_for(endpoint, environ, dotenv)
        return cls(endpoint=endpoint, key=key, clock=clock, timeout_s=timeout_s)

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Make exactly one call; the draw travels as the request's seed.

        Raises:
            ProviderError: The provider refused or failed, or did not answer with JSON in time.
            BadInput: The SDK cannot carry a field of the request, which is named.
        """
        sending = _Sending(request=request, sent_at=self._clock.monotonic())
        token = _SENDING.set(sending)
        try:
            answer = await self._send(request)
        finally:
            _SENDING.reset(token)
        latency_ms = (self._clock.monotonic() - sending.sent_at) * 1000
        try:
            body = parse_object(answer.body or "")
        except ValueError as error:
            raise malformed_failure(self._endpoint.host, error) from None
        return Reply(
            body=body,
            host=self._endpoint.host,
            headers=allowed_headers((answer.headers or {}).items()),
            latency_ms=round(latency_ms, 3),
            recorded_at=f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            delivery=Delivery.LIVE,
            client=self.name,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        self._sdk.close()

    async def _send(self, request: ModelRequest) -> types.HttpResponse:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await _generate(self._sdk, request)
        except EvalHarnessError:
            raise
        except Exception as error:
            failure = self._failure(error)
            if failure is None:
                raise
        # Raised out here, not "from error": the SDK's exception holds the request, and that the key.
        raise failure

    def _failure(self, error: Exception) -> EvalHarnessError | None:
        import httpx2
        from pydantic import ValidationError

        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            return timeout_failure(self._endpoint.host, self._timeout_s)
        if isinstance(error, httpx2.DecodingError):
            return malformed_failure(self._endpoint.host, error)
        if isinstance(error, httpx2.RequestError):
            return connection_failure(self._endpoint.host, error)
        if isinstance(error, ValidationError):
            fields = sorted({".".join(map(str, item["loc"])) for item in error.errors()})
            return BadInput(
                f"{self.name} cannot carry {', '.join(fields)}: leave it out or use another client"
            )
        return None

    async def _check_request(self, sent: httpx2.Request) -> None:
        """Let a request out only if it is the one that was asked for; start its time."""
        sending = _SENDING.get()
        asked = sending.request
        carried = json.loads(sent.content)
        if request_digest(sent.url.path, carried, method=sent.method) != asked.digest:
            changed = differences(canonical_body(asked.body), canonical_body(carried))
            what = ", ".join(item.field for item in changed) or f"the path {asked.path}"
            raise BadInput(f"{self.name} cannot carry {what}: leave it out or use another client")
        sending.sent_at = self._clock.monotonic()

    async def _check_response(self, response: httpx2.Response) -> None:
        """Turn every answer but 200 into our own error before the SDK sees it."""
        if response.status_code == 200:
            return
        raise http_failure(
            response.status_code,
            await response.aread(),
            response.headers,
            model=_SENDING.get().request.model,
            host=self._endpoint.host,
            now=self._clock.now(),
            redact=self._key.redact,
        )


async def _generate(sdk: genai.Client, request: ModelRequest) -> types.HttpResponse:
    from google.genai import types

    response = await sdk.aio.models.generate_content(
        model=request.model,
        # The SDK insists on contents and reads them strictly; extra_body then replaces them by the same JSON
        # and adds everything else, unchanged.
        contents=[types.Content.model_validate(content) for content in request.body["contents"]],
        config=types.GenerateContentConfig(
            http_options=types.HttpOptions(extra_body=dict(request.body)),
            should_return_http_response=True,
            # Either would make further, billed calls of its own.
            automatic_continuation=False,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        ),
    )
    answer = response.sdk_http_response
    if answer is None:
        raise TypeError("google-genai returned no HTTP response")
    return answer


def _http_client(
    endpoint: Endpoint, timeout_s: float, on_request: Hook, on_response: Hook
) -> httpx2.AsyncClient:
    import httpx2

    return httpx2.AsyncClient(
        timeout=timeout_s,
        # What the recorder can read too; with a brotli or zstd package installed more would be offered.
        headers={"accept-encoding": "gzip, deflate"},
        # Only the engine limits concurrency: a wait for a free connection would count as latency.
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
        # Proxy variables are for the network; through a proxy, loopback would be the proxy's own machine.
        trust_env=not endpoint.loopback,
        # A redirect would carry the x-goog-api-key header to another host.
        follow_redirects=False,
        event_hooks={"request": [on_request], "response": [on_response]},
    )


def _sdk_client(endpoint: Endpoint, key: Secret, timeout_s: float, http: httpx2.AsyncClient) -> genai.Client:
    from google import genai
    from google.genai import types
    from google.genai.client import DebugConfig

    options: dict[str, Any] = {
        "base_url": endpoint.url,
        "api_version": API_VERSION,
        "timeout": max(1, round(timeout_s * 1000)),  # milliseconds
        "retry_options": None,  # none: one try
        # Handing one in also keeps the SDK from choosing aiohttp, which tries a dropped connection again.
        "httpx_async_client": http,
    }
    try:
        return genai.Client(
            # All explicit: what is left out the SDK reads from GOOGLE_GENAI_USE_VERTEXAI, _CLIENT_MODE, ….
            enterprise=False,
            api_key=key.reveal(),
            debug_config=DebugConfig(client_mode=None, replays_directory=None, replay_id=None),
            http_options=types.HttpOptions(**options),
        )
    except ImportError as error:
        raise BadInput(f"unset GOOGLE_GENAI_HTTP_CLIENT: {error}") from None
