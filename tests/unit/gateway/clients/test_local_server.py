"""The chat completions client over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from evalharness.core.errors import BadInput, ProviderError
from evalharness.core.provenance import Origin, derive_origin
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.core.wire.response import parse_response
from evalharness.gateway.clients.endpoint import resolve_chat_endpoint
from evalharness.gateway.clients.keys import Secret, bearer_for
from evalharness.gateway.clients.local_server import LocalServerClient

if TYPE_CHECKING:
    from evalharness.core.call import Reply

ANSWER = {
    "id": "chatcmpl-1",
    "model": "local",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "네"}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
}


def build(**change: Any) -> ModelRequest:
    """Return a request with some fields changed."""
    fields: dict[str, Any] = {
        "model": "local",
        "system": "짧게",
        "messages": (Message(role="user", text="안녕 😀"),),
        "max_output_tokens": 16,
        "seed": 7,
    }
    return ModelRequest(**(fields | change))


def ask(
    url: str, clock: Any, request: ModelRequest, *, key: Secret | None = None, timeout_s: float = 5
) -> Reply:
    """Make one call through a client of its own."""

    async def main() -> Reply:
        client = LocalServerClient(
            endpoint=resolve_chat_endpoint(url, {}), key=key, clock=clock, timeout_s=timeout_s
        )
        try:
            return await client.complete(request, draw=0)
        finally:
            await client.aclose()

    return asyncio.run(main())


def test_one_call(stub: Any, clock: Any) -> None:
    """The request stands on /v1/chat/completions, the reply is the engine's; no key is sent or needed."""
    stub.say(200, ANSWER)
    reply = ask(f"{stub.url}/v1/", clock, build())
    (seen,) = stub.seen
    assert seen.path == "/v1/chat/completions"
    assert json.loads(seen.body)["messages"][1] == {"role": "user", "content": "안녕 😀"}
    assert not {"authorization", "x-goog-api-key"} & set(seen.headers)
    assert parse_response(reply.body).text == "네"
    assert reply.body["openaiResponse"] == ANSWER
    assert (reply.client, reply.recorded_at) == ("openai-compatible/1", "2026-11-22T09:30:15Z")


def test_it_never_counts_as_google(stub: Any, clock: Any) -> None:
    """Even a server that claims to be Gemini is not believed."""
    stub.say(200, ANSWER | {"model": "gemini-3.8-flash"})
    reply = ask(stub.url, clock, build())
    assert derive_origin(reply.host, reply.headers, reply.body) is not Origin.GOOGLE


def test_a_key_goes_into_its_own_header(stub: Any, clock: Any) -> None:
    """As a bearer token."""
    stub.say(200, ANSWER)
    ask(stub.url, clock, build(), key=Secret("k-1"))
    assert stub.seen[0].headers["authorization"] == "Bearer k-1"


def test_a_field_it_cannot_carry_is_refused_by_name(stub: Any, clock: Any) -> None:
    """Nothing is sent."""
    with pytest.raises(BadInput, match=r"openai-compatible/1 cannot carry generationConfig.thinkingConfig"):
        ask(stub.url, clock, build(thinking_level="low"))
    assert stub.seen == []


@pytest.mark.parametrize(
    "failure",
    [
        (
            401,
            {"error": {"message": "no", "type": "authentication_error"}},
            "unknown",
            False,
            "OPENAI_API_KEY",
        ),
        (404, {"error": {"message": "no such model"}}, "unknown", False, "check the model id local"),
        (503, {"error": {"code": 503, "message": "Loading model"}}, "unknown", True, "Loading model"),
        (200, b"<html>", "malformed", True, "unreadable body"),
        (200, {"object": "error"}, "malformed", True, "not a chat completion"),
    ],
)
def test_failures(stub: Any, clock: Any, failure: tuple[Any, ...]) -> None:
    """Status, reason and fix in one line."""
    status, body, reason, retryable, advice = failure
    stub.say(status, body)
    with pytest.raises(ProviderError) as caught:
        ask(stub.url, clock, build())
    assert (caught.value.reason, caught.value.retryable) == (reason, retryable)
    assert advice in str(caught.value)


def test_a_slow_server_times_out(stub: Any, clock: Any) -> None:
    """LM Studio's clients wait five seconds; how long is the experiment's to say."""

    async def slowly(request: Any) -> Any:
        await asyncio.sleep(2)

    stub.respond = slowly
    with pytest.raises(ProviderError, match=r"did not answer within 0\.2 s"):
        ask(stub.url, clock, build(), timeout_s=0.2)


def test_nobody_listens(clock: Any) -> None:
    """The message names the variable to check."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ProviderError, match=r"no answer from 127.*OPENAI_BASE_URL"):
        ask(url, clock, build())


def test_where_the_server_is() -> None:
    """The argument, else the variable, else LM Studio's port; a trailing /v1 is custom and dropped."""
    assert resolve_chat_endpoint(None, {}).url == "http://127.0.0.1:1234"
    named = {"OPENAI_BASE_URL": "http://localhost:8080/v1"}
    assert resolve_chat_endpoint(None, named).url == "http://localhost:8080"
    assert resolve_chat_endpoint("https://vllm.example/v1/", named).url == "https://vllm.example"
    with pytest.raises(BadInput, match="OPENAI_BASE_URL is http://10"):
        resolve_chat_endpoint(None, {"OPENAI_BASE_URL": "http://10.0.0.1:1234"})


def test_a_key_is_for_encrypted_servers(stub: Any, clock: Any) -> None:
    """A server on this machine gets none, whatever is set."""
    environ = {"OPENAI_BASE_URL": stub.url, "OPENAI_API_KEY": "sk-0123456789abcdef"}
    stub.say(200, ANSWER)

    async def main() -> None:
        client = LocalServerClient.from_environment(environ, clock=clock, timeout_s=5)
        await client.complete(build(), draw=0)
        await client.aclose()

    asyncio.run(main())
    assert "authorization" not in stub.seen[0].headers
    remote = resolve_chat_endpoint("https://vllm.example", {})
    key = bearer_for(remote, environ)
    assert key is not None
    assert key.reveal() == "sk-0123456789abcdef"
    assert bearer_for(remote, {}) is None
    with pytest.raises(BadInput, match="OPENAI_API_KEY in the environment holds characters"):
        bearer_for(remote, {"OPENAI_API_KEY": "a b"})
