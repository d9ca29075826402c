"""Models behind /v1/chat/completions: LM Studio, llama.cpp, vLLM. Importing this loads no HTTP client."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from evalharness.core.call import Reply
from evalharness.core.errors import BadInput, EvalHarnessError
from evalharness.core.provenance import Delivery
from evalharness.core.wire.canonical import request_digest
from evalharness.gateway.clients import openai_wire
from evalharness.gateway.clients.endpoint import CHAT_URL_VARIABLE, Endpoint, resolve_chat_endpoint
from evalharness.gateway.clients.failures import (
    connection_failure,
    http_failure,
    malformed_failure,
    timeout_failure,
)
from evalharness.gateway.clients.headers import allowed_headers
from evalharness.gateway.clients.json_text import parse_object
from evalharness.gateway.clients.keys import BEARER_VARIABLE, Secret, bearer_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from evalharness.core.ports import Clock
    from evalharness.core.wire.request import ModelRequest

NAME = "openai-compatible/1"


class LocalServerClient:
    """One connection pool to one server that speaks chat completions; makes each call once."""

    def __init__(self, *, endpoint: Endpoint, key: Secret | None, clock: Clock, timeout_s: float) -> None:
        """Prepare the HTTP client; nothing is sent yet.

        Args:
            endpoint: Where to send (`endpoint.resolve_chat_endpoint`).
            key: Sent as a bearer token; None for servers that want none.
            clock: Source of latency and recording times.
            timeout_s: Longest time a call may take, connecting included, in seconds.
        """
        # Late: replay loads no HTTP client.
        import httpx2  # noqa: PLC0415

        self.name = NAME
        self._endpoint = endpoint
        self._key = key
        self._clock = clock
        self._timeout_s = timeout_s
        self._http = httpx2.AsyncClient(
            timeout=timeout_s,
            headers={"accept-encoding": "gzip, deflate"},
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            # Proxy variables are for the network, not for this machine.
            trust_env=not endpoint.loopback,
            follow_redirects=False,
        )

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str], *, clock: Clock, timeout_s: float, base_url: str | None = None
    ) -> LocalServerClient:
        """Build a client from OPENAI_BASE_URL (else LM Studio's address) and, over https, OPENAI_API_KEY.

        Raises:
            BadInput: If the base URL or the key is wrong.
        """
        endpoint = resolve_chat_endpoint(base_url, environ)
        key = bearer_for(endpoint, environ)
        return cls(endpoint=endpoint, key=key, clock=clock, timeout_s=timeout_s)

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Make exactly one call; the answer is in Gemini's terms, with the server's own words beside.

        Raises:
            ProviderError: The server refused or failed, or did not answer with a chat completion in time.
            BadInput: A chat completion cannot carry a field of the request, which is named.
        """
        del draw  # The request's seed tells draws apart; without one, the recording's name does.
        content = _written(request)
        sent_at = self._clock.monotonic()
        response = await self._post(content)
        latency_ms = (self._clock.monotonic() - sent_at) * 1000
        if response.status_code != 200:
            raise self._refusal(response, request.model)
        try:
            body = openai_wire.read_answer(parse_object(response.content))
        except ValueError as error:
            raise malformed_failure(self._endpoint.host, error) from None
        return Reply(
            body=body,
            host=self._endpoint.host,
            headers=allowed_headers(response.headers.items()),
            latency_ms=round(latency_ms, 3),
            recorded_at=f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            delivery=Delivery.LIVE,
            client=self.name,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, content: bytes) -> httpx2.Response:
        headers = {"content-type": "application/json"}
        if self._key is not None:
            headers["authorization"] = f"Bearer {self._key.reveal()}"
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._http.post(
                    self._endpoint.url + openai_wire.PATH, content=content, headers=headers
                )
        except Exception as error:
            failure = self._failure(error)
            if failure is None:
                raise
        # Raised out here: the HTTP client's exception holds the request, and that the key.
        raise failure

    def _failure(self, error: Exception) -> EvalHarnessError | None:
        import httpx2  # noqa: PLC0415

        host = self._endpoint.host
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            return timeout_failure(host, self._timeout_s)
        if isinstance(error, httpx2.DecodingError):
            return malformed_failure(host, error)
        if isinstance(error, httpx2.RequestError):
            return connection_failure(host, error, variable=CHAT_URL_VARIABLE)
        return None

    def _refusal(self, response: httpx2.Response, model: str) -> EvalHarnessError:
        return http_failure(
            response.status_code,
            response.content,
            response.headers,
            model=model,
            host=self._endpoint.host,
            now=self._clock.now(),
            redact=str if self._key is None else self._key.redact,
            key_variable=BEARER_VARIABLE,
        )


def _written(request: ModelRequest) -> bytes:
    """Return the chat request, after reading it back: it must ask what was asked."""
    try:
        chat = openai_wire.write_request(request.model, request.body)
    except openai_wire.CannotCarry as lost:
        raise BadInput(f"{NAME} cannot carry {lost}: leave it out or use another client") from None
    asked = openai_wire.read_request(chat)
    if request_digest(asked.path, asked.body) != request.digest:
        raise BadInput(f"{NAME} cannot carry this request unchanged: use another client")
    return json.dumps(chat, ensure_ascii=True).encode()
