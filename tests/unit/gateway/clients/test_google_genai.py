"""google-genai over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from evalharness.core.errors import BadInput, ProviderError
from evalharness.core.provenance import Delivery
from evalharness.core.wire.canonical import canonical_body, request_digest
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.gateway.clients.endpoint import resolve_endpoint
from evalharness.gateway.clients.google_genai import GoogleGenaiClient
from evalharness.gateway.clients.keys import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evalharness.core.call import Reply

MARKED_KEY = "AIza-MARKED-0123456789-abcdefghij"


def build(**change: Any) -> ModelRequest:
    """Return a request with some fields changed."""
    fields: dict[str, Any] = {
        "model": "gemini-3.8-flash",
        "system": "당신은 멘토입니다.",
        "messages": (
            Message(role="user", text="이직을 고민합니다 😀"),
            Message(role="model", text="네"),
            Message(role="user", text='"따옴표"\n\tand \\ slash'),
        ),
        "max_output_tokens": 512,
        "seed": 7,
        "thinking_level": "low",
    }
    return ModelRequest(**(fields | change))


def ask(
    url: str, clock: Any, request: ModelRequest, *, key: str = MARKED_KEY, timeout_s: float = 10
) -> Reply:
    """Make one call through a client of its own."""

    async def main() -> Reply:
        client = GoogleGenaiClient(
            endpoint=resolve_endpoint(url, {}), key=Secret(key), clock=clock, timeout_s=timeout_s
        )
        try:
            return await client.complete(request, draw=0)
        finally:
            await client.aclose()

    return asyncio.run(main())


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"system": ""},
        {"thinking_level": None},
        {"thinking_level": None, "system": "", "seed": 0},
        {"seed": 2**31 - 1, "max_output_tokens": 1},
        {"model": "models/gemini-3.1-pro-preview"},
    ],
    ids=str,
)
def test_the_request_that_leaves_the_sdk_is_ours(stub: Any, clock: Any, change: dict[str, Any]) -> None:
    """Body and digest on the wire equal the request's, and the very JSON is the same."""
    request = build(**change)
    ask(stub.url, clock, request)
    (seen,) = stub.seen
    sent = json.loads(seen.body)
    assert sent == request.body
    assert canonical_body(sent) == canonical_body(request.body)
    assert request_digest(seen.path, sent) == request.digest
    assert seen.path.startswith("/v1beta/models/")
    assert seen.headers["x-goog-api-key"] == MARKED_KEY
    assert MARKED_KEY not in seen.query


def test_a_path_prefix_of_the_base_url_is_kept(stub: Any, clock: Any) -> None:
    """A gateway under a path is reached there, and the digest does not change."""
    request = build()
    ask(f"{stub.url}/proxy/", clock, request)
    assert stub.seen[0].path == f"/proxy{request.path}"
    assert request_digest(stub.seen[0].path, json.loads(stub.seen[0].body)) == request.digest


def test_the_reply_is_the_raw_json(stub: Any, clock: Any) -> None:
    """Fields that the SDK's types do not know survive; headers are those on the allow-list."""
    stub.say(
        200, {"candidates": [], "neverHeardOf": {"서비스": 1.5}}, {"server-timing": "dur=12", "x-secret": "s"}
    )
    reply = ask(stub.url, clock, build())
    assert reply.body == {"candidates": [], "neverHeardOf": {"서비스": 1.5}}
    assert set(reply.headers) == {"content-type", "date", "server-timing"}
    assert reply.host == stub.url.removeprefix("http://")
    assert reply.recorded_at == "2026-11-22T09:30:15Z"
    assert reply.delivery is Delivery.LIVE
    assert reply.client.startswith("google-genai/")


def test_latency_covers_the_wait_for_the_answer(stub: Any, clock: Any) -> None:
    """A server that takes 80 ms gives a latency of at least that."""
    say_hello = stub.respond

    async def slowly(request: Any) -> Any:
        await asyncio.sleep(0.08)
        return await say_hello(request)

    stub.respond = slowly
    assert 80 <= ask(stub.url, clock, build()).latency_ms < 5_000


def test_a_compressed_answer_is_read(stub: Any, clock: Any) -> None:
    """Google compresses its answers."""
    stub.say(200, gzip.compress(b'{"candidates": []}'), {"content-encoding": "gzip"})
    assert ask(stub.url, clock, build()).body == {"candidates": []}


def test_forty_calls_at_once_keep_their_answers(stub: Any, clock: Any) -> None:
    """One shared client serves concurrent calls, each with its own answer."""

    async def echo(request: Any) -> Any:
        from starlette.responses import JSONResponse

        text = json.loads(await request.body())["contents"][0]["parts"][0]["text"]
        await asyncio.sleep(hash(text) % 7 / 1000)
        return JSONResponse({"candidates": [{"content": {"parts": [{"text": text}]}}]})

    stub.respond = echo

    async def main() -> list[Reply]:
        endpoint = resolve_endpoint(stub.url, {})
        client = GoogleGenaiClient(endpoint=endpoint, key=Secret("k"), clock=clock, timeout_s=10)
        requests = [build(messages=(Message(role="user", text=f"질문 {i}"),)) for i in range(40)]
        replies = await asyncio.gather(*(client.complete(request, draw=0) for request in requests))
        await client.aclose()
        return list(replies)

    for index, reply in enumerate(asyncio.run(main())):
        assert reply.body["candidates"][0]["content"]["parts"][0]["text"] == f"질문 {index}"


def test_a_field_the_sdk_does_not_know_is_refused_by_name(stub: Any, clock: Any) -> None:
    """Nothing is sent when a content holds a field that the SDK's types refuse."""
    request = build()
    request.body["contents"][0]["parts"][0]["hologram"] = "x"
    with pytest.raises(BadInput, match=r"google-genai/.* cannot carry parts\.0\.hologram"):
        ask(stub.url, clock, request)
    assert stub.seen == []


def test_a_request_changed_on_its_way_is_not_sent(
    stub: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the SDK adds, drops or changes a field, the call fails and names it."""
    from google.genai import types

    class Meddling(types.HttpOptions):
        """An SDK that answers for itself what the seed should be."""

        def __init__(self, **options: Any) -> None:
            if "extra_body" in options:
                options["extra_body"]["generationConfig"] = {"maxOutputTokens": 512, "seed": 8}
            super().__init__(**options)

    monkeypatch.setattr(types, "HttpOptions", Meddling)
    with pytest.raises(
        BadInput, match=r"cannot carry generationConfig.seed, generationConfig.thinkingConfig:"
    ):
        ask(stub.url, clock, build())
    assert stub.seen == []


def _error(code: int, status: str, message: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "status": status, "message": message, "details": list(details)}}


_INVALID_KEY = _error(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},
)
_QUOTA = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "RequestsPerDay-x"}],
}
_RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}


@pytest.mark.parametrize(
    "answer_and_error",
    [
        (400, _INVALID_KEY, {}, "API_KEY_INVALID", False, None, "GEMINI_API_KEY"),
        (
            400,
            _error(400, "INVALID_ARGUMENT", "bad\nfield"),
            {},
            "INVALID_ARGUMENT",
            False,
            None,
            "bad field",
        ),
        (401, _error(401, "UNAUTHENTICATED", "no"), {}, "UNAUTHENTICATED", False, None, "GEMINI_API_KEY"),
        (403, _error(403, "PERMISSION_DENIED", "no"), {}, "PERMISSION_DENIED", False, None, "another key"),
        (
            404,
            _error(404, "NOT_FOUND", "no"),
            {},
            "NOT_FOUND",
            False,
            None,
            "check the model id gemini-3.8-flash",
        ),
        (
            429,
            _error(429, "RESOURCE_EXHAUSTED", "slow", _RETRY),
            {},
            "RESOURCE_EXHAUSTED",
            True,
            17.0,
            "slow",
        ),
        (
            429,
            _error(429, "RESOURCE_EXHAUSTED", "slow"),
            {"retry-after": "9"},
            "RESOURCE_EXHAUSTED",
            True,
            9.0,
            "",
        ),
        (
            429,
            _error(429, "RESOURCE_EXHAUSTED", "spent", _QUOTA),
            {},
            "RESOURCE_EXHAUSTED",
            False,
            None,
            "midnight Pacific",
        ),
        (429, b"<html>", {"retry-after": "Sun, 22 Nov 2026 09:31:15 GMT"}, "unknown", True, 59.5, "HTTP 429"),
        (500, _error(500, "INTERNAL", "oops"), {}, "INTERNAL", True, None, "oops"),
        (
            503,
            [_error(503, "UNAVAILABLE", "busy")],
            {"retry-after": "soon"},
            "UNAVAILABLE",
            True,
            None,
            "busy",
        ),
        (504, _error(504, "DEADLINE_EXCEEDED", "late"), {}, "DEADLINE_EXCEEDED", True, None, "late"),
        (502, b"\xff\xfe not text", {}, "unknown", True, None, "HTTP 502"),
        (302, b"", {"location": "/elsewhere"}, "unknown", False, None, "HTTP 302"),
    ],
)
def test_provider_errors(stub: Any, clock: Any, answer_and_error: tuple[Any, ...]) -> None:
    """Status, reason, retryability and wait come through; the message is one line and says the fix."""
    status, body, headers, reason, retryable, after, advice = answer_and_error
    stub.say(status, body, headers)
    with pytest.raises(ProviderError) as caught:
        ask(stub.url, clock, build())
    error = caught.value
    assert (error.status, error.reason, error.retryable) == (status, reason, retryable)
    assert error.retry_after_s == after
    assert advice in str(error)
    assert "\n" not in str(error)
    assert str(error).startswith("127.0.0.1:")
    assert len(stub.seen) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"candidates": [', b"<html>", b'{"a": NaN}', b'{"a": 1e999}'])
def test_malformed_answers(stub: Any, clock: Any, body: bytes) -> None:
    """HTTP 200 without a JSON object is retryable, and the message names the host."""
    stub.say(200, body)
    with pytest.raises(ProviderError, match="answered 200 with an unreadable body") as caught:
        ask(stub.url, clock, build())
    assert (caught.value.reason, caught.value.retryable) == ("malformed", True)


def test_an_answer_that_cannot_be_unpacked_is_malformed(stub: Any, clock: Any) -> None:
    """Compressed in name only."""
    stub.say(200, b'{"candidates": []}', {"content-encoding": "gzip"})
    with pytest.raises(ProviderError, match="unreadable body") as caught:
        ask(stub.url, clock, build())
    assert (caught.value.reason, caught.value.retryable) == ("malformed", True)


def test_timeout(stub: Any, clock: Any) -> None:
    """The timeout bounds the whole call, also when bytes keep trickling in."""
    from starlette.responses import StreamingResponse

    async def drip() -> Any:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.05)

    async def respond(request: Any) -> Any:
        del request
        return StreamingResponse(drip(), media_type="application/json")

    stub.respond = respond
    with pytest.raises(ProviderError, match=r"did not answer within 0\.3 s.*timeout_s") as caught:
        ask(stub.url, clock, build(), timeout_s=0.3)
    assert (caught.value.reason, caught.value.retryable) == ("timeout", True)


@contextmanager
def _dropping_server(first_bytes: bytes) -> Iterator[str]:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        connection.recv(65536)
        connection.sendall(first_bytes)
        connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        thread.join(5)
        server.close()


@pytest.mark.parametrize("first_bytes", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
def test_dropped_connection(clock: Any, first_bytes: bytes) -> None:
    """A connection that breaks before or in the answer is retryable."""
    with (
        _dropping_server(first_bytes) as url,
        pytest.raises(ProviderError, match="no answer from 127") as caught,
    ):
        ask(url, clock, build())
    assert (caught.value.reason, caught.value.retryable) == ("connection", True)


def test_refused_connection(clock: Any) -> None:
    """Nobody listens: the message names the host and the variable to check."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ProviderError, match=r"no answer from 127.*GOOGLE_GEMINI_BASE_URL") as caught:
        ask(url, clock, build())
    assert (caught.value.reason, caught.value.status) == ("connection", None)


def test_the_key_shows_nowhere(stub: Any, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the log at its loudest, nor in an error that quotes it, its chain or the client's repr."""
    caplog.set_level(logging.DEBUG)
    ask(stub.url, clock, build())
    stub.say(403, _error(403, "PERMISSION_DENIED", f"Consumer 'api_key:{MARKED_KEY}' has been suspended."))
    with pytest.raises(ProviderError, match="key hidden") as caught:
        ask(stub.url, clock, build())
    error: BaseException | None = caught.value
    while error is not None:
        assert MARKED_KEY not in repr(error) + str(vars(error))
        error = error.__cause__ or error.__context__
    assert MARKED_KEY not in caplog.text
    client = GoogleGenaiClient(
        endpoint=resolve_endpoint(stub.url, {}), key=Secret(MARKED_KEY), clock=clock, timeout_s=1
    )
    assert MARKED_KEY not in repr(client) + repr(vars(client))
    asyncio.run(client.aclose())


def test_transport_errors_hold_no_sdk_object(clock: Any) -> None:
    """An SDK exception holds the request and so the key: ours is not chained to it."""
    with _dropping_server(b"") as url, pytest.raises(ProviderError) as caught:
        ask(url, clock, build())
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_environment_does_not_reroute_the_sdk(
    stub: Any, clock: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Variables that the SDK reads by itself change neither where nor how a call goes, and cause no noise."""
    for name, value in {
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_GENAI_USE_ENTERPRISE": "true",
        "GOOGLE_GENAI_CLIENT_MODE": "replay",
        "GOOGLE_GENAI_API_VERSION": "v1alpha",
        "GOOGLE_CLOUD_PROJECT": "p",
        "GOOGLE_CLOUD_LOCATION": "l",
        "GOOGLE_API_KEY": "other-key",
        "GEMINI_API_KEY": "another-key",
        "GOOGLE_GEMINI_BASE_URL": "https://example.invalid",
        "HTTP_PROXY": "http://proxy.invalid:1",
        "HTTPS_PROXY": "http://proxy.invalid:1",
    }.items():
        monkeypatch.setenv(name, value)
    request = build()
    ask(stub.url, clock, request)
    assert stub.seen[0].path == request.path
    assert stub.seen[0].headers["x-goog-api-key"] == MARKED_KEY
    assert caplog.text == ""


def test_an_http_backend_that_is_not_installed_is_named(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """GOOGLE_GENAI_HTTP_CLIENT cannot be overridden in the SDK, so a wrong one is an error with its fix."""
    from google.genai import _api_client

    monkeypatch.setattr(_api_client, "httpx", None)
    monkeypatch.setenv("GOOGLE_GENAI_HTTP_CLIENT", "httpx")
    with pytest.raises(BadInput, match="unset GOOGLE_GENAI_HTTP_CLIENT"):
        ask("http://127.0.0.1:1", clock, build())


def test_the_body_is_not_changed_by_sending(stub: Any, clock: Any) -> None:
    """A request can be sent again and has the same digest."""
    request = build()
    before = json.dumps(request.body)
    ask(stub.url, clock, request)
    assert json.dumps(request.body) == before


def test_from_environment_sends_a_loopback_server_the_placeholder(stub: Any, clock: Any) -> None:
    """The emulator needs no key, and a real one does not reach it."""
    environ = {"GOOGLE_GEMINI_BASE_URL": stub.url, "GEMINI_API_KEY": MARKED_KEY}

    async def main() -> None:
        client = GoogleGenaiClient.from_environment(environ, clock=clock, timeout_s=5)
        await client.complete(build(), draw=0)
        await client.aclose()

    asyncio.run(main())
    assert stub.seen[0].headers["x-goog-api-key"] == "emulator"


def test_importing_the_module_loads_no_sdk() -> None:
    """The SDK costs a second; only building a client may pay for it."""
    # With the legacy SDK installed, every interpreter starts with an empty `google`: its .pth file makes it.
    code = (
        "import sys, evalharness.gateway.clients.google_genai, evalharness.gateway.clients.keys\n"
        "heavy = {'google', 'httpx', 'httpx2', 'vcr', 'dotenv', 'pydantic', 'requests'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules if name != 'google'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
