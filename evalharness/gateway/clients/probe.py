"""Questions to an endpoint that cost nothing: which models, how many tokens. Importing loads no client."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from evalharness.core.wire.request import API_VERSION, ModelRequest
from evalharness.gateway.clients.failures import (
    connection_failure,
    http_failure,
    malformed_failure,
    timeout_failure,
)
from evalharness.gateway.clients.json_text import parse_object

if TYPE_CHECKING:
    import httpx2

    from evalharness.core.ports import Clock
    from evalharness.gateway.clients.endpoint import Endpoint
    from evalharness.gateway.clients.keys import Secret

_MOST_PAGES = 20
_COUNTING = 8
"""Counts that are asked for at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """One entry of an endpoint's models list."""

    id: str
    input_token_limit: int | None
    output_token_limit: int | None
    methods: tuple[str, ...]
    """Such as generateContent; empty if the endpoint does not say."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Asks one endpoint."""

    endpoint: Endpoint
    key: Secret | None
    clock: Clock
    timeout_s: float = 10.0

    def gemini_models(self) -> tuple[ListedModel, ...]:
        """Return what models.list names.

        Raises:
            ProviderError: The endpoint refused, failed, or answered with something else.
        """
        found: list[ListedModel] = []
        page = ""
        for _ in range(_MOST_PAGES):
            query = "?pageSize=1000" + (f"&pageToken={page}" if page else "")
            body = self._ask("GET", f"/{API_VERSION}/models{query}", None)
            found += [_listed(entry) for entry in body.get("models") or []]
            page = str(body.get("nextPageToken") or "")
            if not page:
                break
        return tuple(found)

    def count_tokens(self, model: str, text: str) -> int:
        """Return the prompt tokens of a text, by countTokens, which is free.

        Raises:
            ProviderError: The endpoint refused, failed, or answered with something else.
        """
        return self._total(model, {"contents": [{"role": "user", "parts": [{"text": text}]}]})

    def count_requests(self, requests: Sequence[ModelRequest]) -> tuple[int, ...]:
        """Return the prompt tokens of whole requests, by countTokens, which is free.

        Raises:
            ProviderError: The endpoint refused, failed, or answered with something else.
        """

        def count(request: ModelRequest) -> int:
            inner = {k: v for k, v in request.body.items() if k in {"contents", "systemInstruction"}}
            asked = {"generateContentRequest": {"model": f"models/{request.model}", **inner}}
            return self._total(request.model, asked)

        with ThreadPoolExecutor(max_workers=_COUNTING) as pool:
            return tuple(pool.map(count, requests))

    def _total(self, model: str, asked: dict[str, Any]) -> int:
        body = self._ask("POST", f"/{API_VERSION}/models/{model}:countTokens", asked)
        try:
            return int(body["totalTokens"])
        except (KeyError, TypeError, ValueError) as error:
            raise malformed_failure(self.endpoint.host, error) from None

    def chat_models(self) -> tuple[str, ...]:
        """Return the ids that /v1/models of a chat completions server names.

        Raises:
            ProviderError: The server refused, failed, or answered with something else.
        """
        body = self._ask("GET", "/v1/models", None)
        return tuple(str(entry.get("id")) for entry in body.get("data") or [])

    def _ask(self, method: str, path: str, content: dict[str, Any] | None) -> dict[str, Any]:
        # Late: only a real question needs an HTTP client.
        import httpx2  # noqa: PLC0415

        headers = {} if self.key is None else {"x-goog-api-key": self.key.reveal()}
        host = self.endpoint.host
        try:
            with httpx2.Client(
                timeout=self.timeout_s, trust_env=not self.endpoint.loopback, follow_redirects=False
            ) as http:
                response = http.request(method, self.endpoint.url + path, json=content, headers=headers)
        except httpx2.TimeoutException:
            failure = timeout_failure(host, self.timeout_s)
        except httpx2.RequestError as error:
            failure = connection_failure(host, error)
        else:
            return self._body(response, path)
        # Raised out here: the HTTP client's exception holds the request, and that the key.
        raise failure

    def _body(self, response: httpx2.Response, path: str) -> dict[str, Any]:
        if response.status_code != 200:
            raise http_failure(
                response.status_code,
                response.content,
                response.headers,
                model=path.rpartition("/")[2].partition(":")[0],
                host=self.endpoint.host,
                now=self.clock.now(),
                redact=str if self.key is None else self.key.redact,
            )
        try:
            return parse_object(response.content)
        except ValueError as error:
            raise malformed_failure(self.endpoint.host, error) from None


def _listed(entry: dict[str, Any]) -> ListedModel:
    def limit(key: str) -> int | None:
        value = entry.get(key)
        return value if isinstance(value, int) else None

    return ListedModel(
        id=str(entry.get("name", "")).removeprefix("models/"),
        input_token_limit=limit("inputTokenLimit"),
        output_token_limit=limit("outputTokenLimit"),
        methods=tuple(cast("list[str]", entry.get("supportedGenerationMethods") or [])),
    )
