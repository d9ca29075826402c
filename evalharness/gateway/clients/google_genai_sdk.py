"""The SDK itself: made to carry our JSON, once, and to keep quiet. Loads google-genai and httpx2."""

from __future__ import annotations

import asyncio
import json
import logging
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx2
from google import genai
from google.genai import errors, types
from google.genai.client import DebugConfig
from pydantic import ValidationError

from evalharness.core.errors import BadInput, EvalHarnessError, ProviderError
from evalharness.core.wire.canonical import canonical_body, request_digest
from evalharness.core.wire.request import API_VERSION, ModelRequest
from evalharness.gateway.clients.difference import differences
from evalharness.gateway.clients.failures import (
    connection_failure,
    http_failure,
    malformed_failure,
    timeout_failure,
)
from evalharness.gateway.clients.first_token import WATCH, WatchedTransport
from evalharness.gateway.clients.stream_json import has_text, plain_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evalharness.core.ports import Clock
    from evalharness.gateway.clients.endpoint import Endpoint
    from evalharness.gateway.clients.keys import Secret

SDK_NAME = f"google-genai/{genai.__version__}"
# Only the engine limits concurrency: a wait for a free connection would count as latency.
_UNLIMITED = httpx2.Limits(max_connections=None, max_keepalive_connections=100)
_MALFORMED = (httpx2.DecodingError, errors.UnknownApiResponseError, json.JSONDecodeError)
_LOGGERS = ("google_genai", "httpx2", "httpcore2")


@dataclass(slots=True)
class _Sending:
    """What the HTTP client's hooks must know about the call they serve."""

    request: ModelRequest
    sent_at: float
    received: bytearray = field(default_factory=bytearray)
    """What has arrived of a stream."""
    headers: Mapping[str, str] = field(default_factory=dict)
    first_text_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer with status 200, as text."""

    text: str
    """The body: JSON, or server-sent events."""
    headers: Mapping[str, str]
    sent_at: float
    """When the request was sent, on the monotonic clock."""
    first_text_at: float | None = None
    """When a stream's first visible text arrived."""


# The SDK hands nothing of ours through to the HTTP client; the context of the asyncio task does.
_SENDING: ContextVar[_Sending] = ContextVar("evalharness_sending")


class Connection:
    """One SDK client over one HTTP client of ours.

    The SDK carries our JSON by its documented `extra_body`. Two hooks on the HTTP client see to the rest:
    what leaves is compared with the request before it is sent, and errors become ours before the SDK parses
    them.
    """

    def __init__(
        self, *, endpoint: Endpoint, key: Secret, clock: Clock, timeout_s: float, stream: bool = False
    ) -> None:
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
        self._stream = stream
        # One for every client: making one reads all certificates of the machine.
        self._tls = httpx2.create_ssl_context(trust_env=not endpoint.loopback)
        self._http = self._http_client()
        # Never used, but without one the SDK makes its own.
        self._idle = httpx2.Client(verify=self._tls, trust_env=False)
        # Kept as long as the connection: a temporary genai.Client can be closed in the middle of a call.
        self._sdk = self._sdk_client()

    async def send(self, request: ModelRequest) -> Answer:
        """Make one call.

        Raises:
            ProviderError: No answer with status 200.
            BadInput: The SDK cannot carry a field of the request.
        """
        sending = _Sending(request=request, sent_at=self._clock.monotonic())
        token = _SENDING.set(sending)
        try:
            async with asyncio.timeout(self._timeout_s):
                if self._stream:
                    await _drain(self._sdk, request)
                    return _streamed(sending)
                answer = await _generate(self._sdk, request)
            return Answer(text=answer.body or "", headers=answer.headers or {}, sent_at=sending.sent_at)
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
        self._idle.close()
        self._sdk.close()

    def _http_client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            timeout=self._timeout_s,
            # What the recorder can read too; with a brotli or zstd package installed more would be offered.
            # A stream is read as it arrives, so not compressed.
            headers={"accept-encoding": "identity" if self._stream else "gzip, deflate"},
            verify=self._tls,
            transport=self._watched() if self._stream else None,
            limits=_UNLIMITED,
            # Proxy variables are for the network; through a proxy, loopback would be the proxy's own machine.
            trust_env=not self._endpoint.loopback,
            # A redirect would carry the x-goog-api-key header to another host.
            follow_redirects=False,
            event_hooks={"request": [self._check_request], "response": [self._check_response]},
        )

    def _watched(self) -> WatchedTransport:
        return WatchedTransport(verify=self._tls, limits=_UNLIMITED, trust_env=not self._endpoint.loopback)

    def _sdk_client(self) -> genai.Client:
        options = types.HttpOptions(
            base_url=self._endpoint.url,
            api_version=API_VERSION,
            timeout=max(1, round(self._timeout_s * 1000)),  # milliseconds
            retry_options=None,  # none: one try
            # Handing one in also keeps the SDK from choosing aiohttp, which tries a dropped connection again.
            httpx_async_client=self._http,
            httpx_client=self._idle,
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
        carried, path = json.loads(sent.content), plain_path(sent.url.path)
        # What is the same to the letter needs no canonical form to be the same.
        same = carried == asked.body and path == asked.path and sent.method == "POST"
        if not same and request_digest(path, carried, method=sent.method) != asked.digest:
            changed = differences(canonical_body(asked.body), canonical_body(carried))
            raise _cannot_carry(*(item.field for item in changed))
        sending.sent_at = self._clock.monotonic()
        if self._stream:
            sent.extensions[WATCH] = lambda piece: self._arrived(sending, piece)

    def _arrived(self, sending: _Sending, piece: bytes) -> None:
        sending.received += piece
        if sending.first_text_at is None and has_text(bytes(sending.received)):
            sending.first_text_at = self._clock.monotonic()

    async def _check_response(self, response: httpx2.Response) -> None:
        """Turn every answer but 200 into our own error before the SDK sees it."""
        if response.status_code == 200:
            _SENDING.get().headers = response.headers
            return
        raise self._refusal(response.status_code, await response.aread(), response.headers)

    def _refusal(self, status: int, content: bytes, headers: Mapping[str, str]) -> ProviderError:
        return http_failure(
            status,
            content,
            headers,
            model=_SENDING.get().request.model,
            host=self._endpoint.host,
            now=self._clock.now(),
            redact=self._key.redact,
        )

    def _failure(self, error: Exception) -> EvalHarnessError | None:
        host = self._endpoint.host
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            return timeout_failure(host, self._timeout_s)
        if isinstance(error, _MALFORMED):
            return malformed_failure(host, error)
        if isinstance(error, httpx2.RequestError):
            return connection_failure(host, error)
        if isinstance(error, ValidationError):
            return _cannot_carry(*(".".join(map(str, item["loc"])) for item in error.errors()))
        if isinstance(error, errors.APIError):
            # A stream that began with 200 and went wrong on its way.
            refused = self._refusal(error.code or 500, json.dumps(error.details).encode(), {})
            refused.begun = True
            return refused
        return None


async def _generate(sdk: genai.Client, request: ModelRequest) -> types.HttpResponse:
    response = await sdk.aio.models.generate_content(
        model=request.model, contents=_contents(request), config=_config(request, whole=True)
    )
    answer = response.sdk_http_response
    if answer is None:
        raise TypeError("google-genai returned no HTTP response")
    return answer


async def _drain(sdk: genai.Client, request: ModelRequest) -> None:
    """Let the SDK read a stream to its end; what counts is the bytes that the transport saw."""
    stream = await sdk.aio.models.generate_content_stream(
        model=request.model, contents=_contents(request), config=_config(request, whole=False)
    )
    async for _ in stream:
        pass


def _streamed(sending: _Sending) -> Answer:
    return Answer(
        text=sending.received.decode("utf-8", "replace"),
        headers=sending.headers,
        sent_at=sending.sent_at,
        first_text_at=sending.first_text_at,
    )


def _contents(request: ModelRequest) -> list[types.Content]:
    # The SDK insists on contents and reads them strictly; extra_body then replaces them by the same JSON
    # and adds everything else, unchanged.
    return [types.Content.model_validate(content) for content in request.body["contents"]]


def _config(request: ModelRequest, *, whole: bool) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        http_options=types.HttpOptions(extra_body=dict(request.body)),
        should_return_http_response=whole,
        # Either would make further, billed calls of its own.
        automatic_continuation=False,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def _cannot_carry(*fields: str) -> BadInput:
    names = ", ".join(sorted(set(fields))) or "the model id"
    return BadInput(f"{SDK_NAME} cannot carry {names}: leave it out or use another client")
