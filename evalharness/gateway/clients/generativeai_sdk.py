"""The old SDK itself: made to carry our JSON, once, and to keep quiet. Loads it, and requests."""

from __future__ import annotations

import asyncio
import io
import json
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from evalharness.core.errors import BadInput, EvalHarnessError
from evalharness.core.wire.canonical import canonical_body, request_digest
from evalharness.gateway.clients.difference import differences
from evalharness.gateway.clients.exchange import TAP, Exchange
from evalharness.gateway.clients.failures import (
    connection_failure,
    http_failure,
    malformed_failure,
    timeout_failure,
)
from evalharness.gateway.clients.generativeai import sdk_config

with warnings.catch_warnings():
    # Both say what docs/decisions/0007-legacy-sdk.md says, at every start; any other warning still shows.
    for _words in (
        r"\s*All support for the `google\.generativeai` package has ended",
        r"You are using a Python version \([\d.]+\) which Google will stop supporting",
    ):
        warnings.filterwarnings("ignore", _words, FutureWarning)
    # By name, so that types are checked the same whether or not the extra is installed.
    genai: Any = import_module("google.generativeai")
    _sdk_client: Any = import_module("google.generativeai.client")

if TYPE_CHECKING:
    from evalharness.core.ports import Clock
    from evalharness.core.wire.request import ModelRequest
    from evalharness.gateway.clients.endpoint import Endpoint
    from evalharness.gateway.clients.keys import Secret

_MOST_THREADS = 256
"""The most that limits.concurrency allows: only the engine limits concurrency."""
_PIECE_BYTES = 65_536


def sdk_name() -> str:
    """Return the SDK's name and version."""
    return f"google-generativeai/{genai.__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer with status 200."""

    content: bytes
    headers: tuple[tuple[str, str], ...]
    latency_ms: float


@dataclass(slots=True)
class _Sending:
    """What the transport must know about the call it serves, and what it saw."""

    request: ModelRequest
    deadline: float
    answer: Answer | None = None


_SENDING: ContextVar[_Sending] = ContextVar("evalharness_legacy_sending")


class Connection:
    """The SDK over a transport of ours, which checks what leaves and keeps what arrives."""

    def __init__(self, *, endpoint: Endpoint, key: Secret, clock: Clock, timeout_s: float) -> None:
        """Set the SDK up for this endpoint; nothing is sent yet."""
        self._endpoint = endpoint
        self._key = key
        self._clock = clock
        self._timeout_s = timeout_s
        genai.configure(api_key=key.reveal(), transport="rest", client_options={"api_endpoint": endpoint.url})
        self._client = _sdk_client.get_default_generative_client()
        session = self._client.transport._session
        # Proxy variables are for the network; through a proxy, loopback would be the proxy's own machine.
        session.trust_env = not endpoint.loopback
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Wire(self))
        self._session = session
        self._threads = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="legacy-sdk")

    async def send(self, request: ModelRequest) -> Answer:
        """Make one call, in a thread: over REST the SDK's own async methods raise TypeError.

        Raises:
            ProviderError: No answer with status 200.
            BadInput: The SDK cannot carry the request.
        """
        sending = _Sending(request=request, deadline=self._clock.monotonic() + self._timeout_s)
        token = _SENDING.set(sending)
        context = copy_context()
        _SENDING.reset(token)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout_s):
                await loop.run_in_executor(self._threads, context.run, self._generate, request)
        except TimeoutError:
            raise timeout_failure(self._endpoint.host, self._timeout_s) from None
        if sending.answer is None:
            raise TypeError("google-generativeai returned without an HTTP answer")
        return sending.answer

    def close(self) -> None:
        """Close the connections; calls in flight end by their timeout."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    def _generate(self, request: ModelRequest) -> None:
        failure: EvalHarnessError
        try:
            body = request.body
            system = body.get("systemInstruction")
            # Ours, built each time: the model object holds nothing but its name and this instruction.
            model = genai.GenerativeModel(request.model, system_instruction=system)
            model._client = self._client
            model.generate_content(
                body["contents"],
                generation_config=sdk_config(body),
                request_options={"timeout": self._timeout_s, "retry": None},
            )
            return
        except EvalHarnessError:
            raise
        except Exception as error:
            if _SENDING.get().answer is not None:
                # It came and was kept; that the SDK cannot parse it is no loss.
                return
            failure = self._failure(error)
        # Raised out here, not "from error": the SDK's exception holds the request, and that the key.
        raise failure

    def check(self, sent: requests.PreparedRequest) -> bytes:
        """Let a request out only if it is the one that was asked for; return its body."""
        asked = _SENDING.get().request
        content = sent.body.encode() if isinstance(sent.body, str) else sent.body
        if not isinstance(content, bytes):
            raise TypeError(f"google-generativeai sent a {type(content).__name__}")
        carried = json.loads(content)
        path = urlsplit(str(sent.url)).path
        if request_digest(path, carried, method=str(sent.method)) != asked.digest:
            changed = differences(canonical_body(asked.body), canonical_body(carried))
            fields = ", ".join(sorted({item.field for item in changed})) or "the model id"
            raise BadInput(f"{sdk_name()} cannot carry {fields}: use google-genai")
        return content

    def keep(self, exchange: Exchange) -> None:
        """Keep an answer, and show it to whoever records; turn every status but 200 into our error."""
        if exchange.status != 200:
            raise http_failure(
                exchange.status,
                exchange.received,
                {name.lower(): value for name, value in exchange.headers},
                model=_SENDING.get().request.model,
                host=self._endpoint.host,
                now=self._clock.now(),
                redact=self._key.redact,
            )
        _SENDING.get().answer = Answer(
            content=exchange.received, headers=exchange.headers, latency_ms=exchange.latency_ms
        )
        tap = TAP.get()
        if tap is not None:
            tap(exchange)

    def exchange(
        self, sent: requests.PreparedRequest, content: bytes, response: requests.Response, sent_at: float
    ) -> Exchange:
        """Read an answer to its end, within the call's time."""
        pieces = []
        for piece in response.iter_content(_PIECE_BYTES):
            pieces.append(piece)
            if self._clock.monotonic() > _SENDING.get().deadline:
                raise timeout_failure(self._endpoint.host, self._timeout_s)
        return Exchange(
            path=urlsplit(str(sent.url)).path,
            host=self._endpoint.host,
            sent=content,
            status=response.status_code,
            headers=tuple(response.headers.items()),
            received=b"".join(pieces),
            latency_ms=(self._clock.monotonic() - sent_at) * 1000,
            credentials=(self._key.reveal(),),
        )

    def now(self) -> float:
        """Return the monotonic time."""
        return self._clock.monotonic()

    def _failure(self, error: Exception) -> EvalHarnessError:
        host = self._endpoint.host
        if isinstance(error, requests.exceptions.Timeout):
            return timeout_failure(host, self._timeout_s)
        if isinstance(error, requests.exceptions.ContentDecodingError):
            return malformed_failure(host, error)
        if isinstance(error, requests.exceptions.RequestException):
            return connection_failure(host, error)
        # The SDK says in words of its own which field of ours its types do not know.
        return BadInput(f"{sdk_name()} cannot carry this request ({_one_line(error)}): use google-genai")


class _Wire(HTTPAdapter):
    """The hook on requests: the last to see a request, the first to see its answer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        super().__init__(pool_maxsize=_MOST_THREADS)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Check, send, keep; the SDK then parses a copy."""
        content = self._connection.check(request)
        sent_at = self._connection.now()
        response = super().send(request, *args, **options)
        try:
            exchange = self._connection.exchange(request, content, response, sent_at)
        finally:
            response.close()
        self._connection.keep(exchange)
        response.raw = io.BytesIO(exchange.received)
        response._content_consumed = False
        return response


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
