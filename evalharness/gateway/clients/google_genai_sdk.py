"""The SDK itself: made to carry our JSON, once, and to keep quiet. Loads google-genai and httpx2."""

from __future__ import annotations

import asyncio
import json
import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2
from google import genai
from google.genai import types
from google.genai.client import DebugConfig
from pydantic import ValidationError

from evalharness.core.errors import BadInput, EvalHarnessError
from evalharness.core.wire.canonical import canonical_body, request_digest
from evalharness.core.wire.request import API_VERSION, ModelRequest
from evalharness.gateway.clients.difference import differences
from evalharness.gateway.clients.failures import (
    connection_failure,
    http_failure,
    malformed_failure,
    timeout_failure,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evalharness.core.ports import Clock
    from evalharness.gateway.clients.endpoint import Endpoint
    from evalharness.gateway.clients.keys import Secret

SDK_NAME = f"google-genai/{genai.__version__}"
_LOGGERS = ("google_genai", "httpx2", "httpcore2")


@dataclass(slots=True)
class _Sending:
    """What the HTTP client's hooks must know about the call they serve."""

    request: ModelRequest
    sent_at: float


# The SDK hands nothing of ours through to the HTTP client; the context of the asyncio task does.
_SENDING: ContextVar[_Sending] = ContextVar("evalharness_sending")


class Connection:
    """One SDK client over one HTTP client of ours.

    The SDK carries our JSON by its documented `extra_body`. Two hooks on the HTTP client see to the rest:
    what leaves is compared with the request before it is sent, and errors become ours before the SDK parses
    them.
    """

    def __init__(self, *, endpoint: Endpoint, key: Secret, clock: Clock, timeout_s: float) -> None:
        """Prepare both clients; nothing is sent yet.

        Raises:
            BadInput: If the environment asks the SDK for an HTTP client that is not installed.
        """
        for name in _LOGGERS:
            if logging.getLogger(name).level == logging.NOTSET:
                logging.getLogger(name).setLevel(logging.ERROR)
        self._endpoint = endpoint
        self._key = key
        self._clock = clock
        self._timeout_s = timeout_s
        self._http = self._http_client()
        # Kept as long as the connection: a temporary genai.Client can be closed in the middle of a call.
        self._sdk = self._sdk_client()

    async def send(self, request: ModelRequest) -> tuple[str, Mapping[str, str], float]:
        """Make one call.

        Returns:
            Body and headers of an answer with status 200, and the monotonic time when the request was sent.

        Raises:
            ProviderError: No such answer.
            BadInput: The SDK cannot carry a field of the request.
        """
        sending = _Sending(request=request, sent_at=self._clock.monotonic())
        token = _SENDING.set(sending)
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await _generate(self._sdk, request)
            return answer.body or "", answer.headers or {}, sending.sent_at
        except EvalHarnessError:
            raise
        except Exception as error:
            failure = self._failure(error)
            if failure is None:
                raise
        finally:
            _SENDING.reset(token)
        # Raised out here, not "from error": the SDK's exception holds the request, and that the key.
        raise failure

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        self._sdk.close()

    def _http_client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            timeout=self._timeout_s,
            # What the recorder can read too; with a brotli or zstd package installed more would be offered.
            headers={"accept-encoding": "gzip, deflate"},
            # Only the engine limits concurrency: a wait for a free connection would count as latency.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            # Proxy variables are for the network; through a proxy, loopback would be the proxy's own machine.
            trust_env=not self._endpoint.loopback,
            # A redirect would carry the x-goog-api-key header to another host.
            follow_redirects=False,
            event_hooks={"request": [self._check_request], "response": [self._check_response]},
        )

    def _sdk_client(self) -> genai.Client:
        options = types.HttpOptions(
            base_url=self._endpoint.url,
            api_version=API_VERSION,
            timeout=max(1, round(self._timeout_s * 1000)),  # milliseconds
            retry_options=None,  # none: one try
            # Handing one in also keeps the SDK from choosing aiohttp, which tries a dropped connection again.
            httpx_async_client=self._http,
        )
        try:
            return genai.Client(
                # All explicit: the SDK reads the rest from variables such as GOOGLE_GENAI_USE_VERTEXAI.
                enterprise=False,
                api_key=self._key.reveal(),
                debug_config=DebugConfig(client_mode=None, replays_directory=None, replay_id=None),
                http_options=options,
            )
        except ImportError as error:
            raise BadInput(f"unset GOOGLE_GENAI_HTTP_CLIENT: {error}") from None

    async def _check_request(self, sent: httpx2.Request) -> None:
        """Let a request out only if it is the one that was asked for; start its time."""
        sending = _SENDING.get()
        asked = sending.request
        carried = json.loads(sent.content)
        if request_digest(sent.url.path, carried, method=sent.method) != asked.digest:
            changed = differences(canonical_body(asked.body), canonical_body(carried))
            raise _cannot_carry(*(item.field for item in changed))
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

    def _failure(self, error: Exception) -> EvalHarnessError | None:
        host = self._endpoint.host
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            return timeout_failure(host, self._timeout_s)
        if isinstance(error, httpx2.DecodingError):
            return malformed_failure(host, error)
        if isinstance(error, httpx2.RequestError):
            return connection_failure(host, error)
        if isinstance(error, ValidationError):
            return _cannot_carry(*(".".join(map(str, item["loc"])) for item in error.errors()))
        return None


async def _generate(sdk: genai.Client, request: ModelRequest) -> types.HttpResponse:
    options = types.HttpOptions(extra_body=dict(request.body))
    response = await sdk.aio.models.generate_content(
        model=request.model,
        # The SDK insists on contents and reads them strictly; extra_body then replaces them by the same JSON
        # and adds everything else, unchanged.
        contents=[types.Content.model_validate(content) for content in request.body["contents"]],
        config=types.GenerateContentConfig(
            http_options=options,
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


def _cannot_carry(*fields: str) -> BadInput:
    names = ", ".join(sorted(set(fields))) or "the model id"
    return BadInput(f"{SDK_NAME} cannot carry {names}: leave it out or use another client")
