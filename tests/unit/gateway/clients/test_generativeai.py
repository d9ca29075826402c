"""google-generativeai over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import gzip
import importlib.util
import json
import logging
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from evalharness.core.errors import BadInput, ProviderError
from evalharness.core.wire.canonical import request_digest
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.core.wire.response import parse_response
from evalharness.emulator import EmulatorSettings, running
from evalharness.gateway.clients.endpoint import resolve_endpoint
from evalharness.gateway.clients.generativeai import GoogleGenerativeaiClient, uncarried
from evalharness.gateway.clients.google_genai import GoogleGenaiClient
from evalharness.gateway.clients.keys import Secret

if TYPE_CHECKING:
    from evalharness.core.call import Reply

INSTALLED = importlib.util.find_spec("google") is not None and (
    importlib.util.find_spec("google.generativeai") is not None
)
needs_sdk = pytest.mark.skipif(not INSTALLED, reason="LOUD SKIP: extra legacy-sdk is not installed")
MARKED_KEY = "AIza-MARKED-0123456789-abcdefghij"


def build(text: str = "이직을 고민합니다 😀", *, seed: int | None = None, **change: Any) -> ModelRequest:
    """Return a request as an experiment with send_seed = false makes it, unless a seed is given."""
    fields: dict[str, Any] = {
        "model": "gemini-3.8-flash",
        "system": "당신은 멘토입니다.",
        "messages": (
            Message(role="user", text=text),
            Message(role="model", text='"\n\\'),
            Message(role="user", text="?"),
        ),
        "max_output_tokens": 512,
        "seed": seed or 0,
    }
    request = ModelRequest(**(fields | change))
    if seed is None:
        request.body["generationConfig"].pop("seed", None)
    return request


def ask(
    url: str, clock: Any, *requests: ModelRequest, key: str = MARKED_KEY, timeout_s: float = 10
) -> list[Reply]:
    """Make calls at once through a client of their own."""

    async def main() -> list[Reply]:
        client = GoogleGenerativeaiClient(
            endpoint=resolve_endpoint(url, {}), key=Secret(key), clock=clock, timeout_s=timeout_s
        )
        try:
            return list(await asyncio.gather(*(client.complete(request, draw=0) for request in requests)))
        finally:
            await client.aclose()

    return asyncio.run(main())


def test_what_the_sdk_cannot_carry_is_known_without_it() -> None:
    """Seed, thinking and JSON schema, by name; what it carries is not named."""
    body = build(seed=7, thinking_level="low").body
    body["generationConfig"]["responseJsonSchema"] = {"type": "object"}
    body["labels"] = {}
    assert uncarried(body) == (
        "generationConfig.responseJsonSchema",
        "generationConfig.seed",
        "generationConfig.thinkingConfig",
        "labels",
    )
    assert uncarried(build().body) == ()


def test_without_the_extra_the_fix_is_said(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback but what to install."""
    monkeypatch.setitem(sys.modules, "google.generativeai", None)
    monkeypatch.delitem(sys.modules, "evalharness.gateway.clients.generativeai_sdk", raising=False)
    with pytest.raises(BadInput, match=r"install evalharness\[legacy-sdk\]"):
        GoogleGenerativeaiClient(
            endpoint=resolve_endpoint("http://127.0.0.1:1", {}), key=Secret("k"), clock=clock, timeout_s=1
        )


@needs_sdk
def test_a_seed_is_refused_by_name_and_nothing_is_sent(stub: Any, clock: Any) -> None:
    """The message says what the experiment can declare instead."""
    with pytest.raises(
        BadInput, match=r"cannot carry generationConfig\.seed: say gateway\.send_seed = false"
    ):
        ask(stub.url, clock, build(seed=7))
    assert stub.seen == []


@needs_sdk
def test_the_request_that_leaves_the_sdk_is_ours(stub: Any, clock: Any) -> None:
    """Its digest on the wire is the request's; the key travels in its header only."""
    request = build()
    ask(stub.url, clock, request)
    (seen,) = stub.seen
    assert request_digest(seen.path, json.loads(seen.body)) == request.digest
    assert seen.headers["x-goog-api-key"] == MARKED_KEY
    assert MARKED_KEY not in seen.query


@needs_sdk
def test_a_request_changed_on_its_way_is_not_sent(
    stub: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the SDK adds, drops or changes a field, the call fails and names it."""
    from evalharness.gateway.clients import generativeai_sdk

    monkeypatch.setattr(generativeai_sdk, "sdk_config", lambda body: {"max_output_tokens": 99})
    with pytest.raises(BadInput, match=r"cannot carry generationConfig\.maxOutputTokens"):
        ask(stub.url, clock, build())
    assert stub.seen == []


@needs_sdk
def test_the_reply_is_the_raw_json(stub: Any, clock: Any) -> None:
    """What the SDK's own objects lose is there: thinking tokens above all, which are billed."""
    body = {
        "candidates": [{"content": {"parts": [{"text": "네"}]}, "finishReason": "MODEL_ARMOR"}],
        "usageMetadata": {
            "promptTokenCount": 3,
            "candidatesTokenCount": 2,
            "thoughtsTokenCount": 40,
            "totalTokenCount": 45,
        },
        "responseId": "r1",
        "neverHeardOf": {"서비스": 1.5},
    }
    content = gzip.compress(json.dumps(body).encode())
    stub.say(200, content, {"content-encoding": "gzip", "server-timing": "dur=12", "x-secret": "s"})
    (reply,) = ask(stub.url, clock, build())
    assert reply.body == body
    usage = parse_response(reply.body).usage
    assert usage is not None
    assert (usage.output_tokens, usage.thinking_tokens) == (42, 40)
    assert set(reply.headers) == {"content-type", "date", "server-timing"}
    assert reply.client.startswith("google-generativeai/")


@needs_sdk
def test_twenty_requests_are_the_same_through_both_sdks(clock: Any) -> None:
    """Asked of the emulator over HTTP, the same questions get the same answers, billed the same."""
    requests = [build(f"I have {i} years of Java. How do I move to data work?") for i in range(20)]

    async def maintained(url: str) -> list[Reply]:
        client = GoogleGenaiClient(
            endpoint=resolve_endpoint(url, {}), key=Secret("k"), clock=clock, timeout_s=10
        )
        replies = await asyncio.gather(*(client.complete(request, draw=0) for request in requests))
        await client.aclose()
        return list(replies)

    with running(EmulatorSettings(latency_scale=0)) as url:
        new = asyncio.run(maintained(url))
        old = ask(url, clock, *requests)
    # Equal ids: the emulator derives them from the request that it understood.
    assert [reply.body for reply in old] == [reply.body for reply in new]
    assert len({reply.body["responseId"] for reply in old}) == 20
    assert all(parse_response(reply.body).usage.thinking_tokens > 0 for reply in old)  # type: ignore[union-attr]


def _error(code: int, status: str) -> dict[str, Any]:
    return {"error": {"code": code, "status": status, "message": "no"}}


@needs_sdk
@pytest.mark.parametrize(
    "failure",
    [
        (429, _error(429, "RESOURCE_EXHAUSTED"), {"retry-after": "9"}, ("RESOURCE_EXHAUSTED", True, 9.0)),
        (503, _error(503, "UNAVAILABLE"), {}, ("UNAVAILABLE", True, None)),
        (401, _error(401, "UNAUTHENTICATED"), {}, ("UNAUTHENTICATED", False, None)),
        (302, b"", {"location": "/elsewhere"}, ("unknown", False, None)),
        (200, b"<html>", {}, ("malformed", True, None)),
        (200, b"[]", {}, ("malformed", True, None)),
        (200, b"x", {"content-encoding": "gzip"}, ("malformed", True, None)),
    ],
    ids=lambda failure: f"{failure[0]}-{failure[3][0]}",
)
def test_failures(stub: Any, clock: Any, failure: tuple[Any, ...]) -> None:
    """As through the maintained SDK, and asked once: the engine does the retrying."""
    status, body, headers, expected = failure
    stub.say(status, body, headers)
    with pytest.raises(ProviderError) as caught:
        ask(stub.url, clock, build())
    error = caught.value
    assert (error.reason, error.retryable, error.retry_after_s) == expected
    assert "\n" not in str(error)
    assert len(stub.seen) == 1


@needs_sdk
def test_timeout_and_refused_connection(stub: Any, clock: Any) -> None:
    """The timeout bounds the whole call, also when bytes keep trickling in."""
    from starlette.responses import StreamingResponse

    async def drip() -> Any:
        for _ in range(40):
            yield b" "
            await asyncio.sleep(0.05)

    async def respond(request: Any) -> Any:
        return StreamingResponse(drip(), media_type="application/json")

    stub.respond = respond
    with pytest.raises(ProviderError, match=r"did not answer within 0\.3 s"):
        ask(stub.url, clock, build(), timeout_s=0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ProviderError, match="no answer from 127") as caught:
        ask(url, clock, build())
    assert caught.value.__context__ is None


@needs_sdk
def test_the_key_shows_nowhere(stub: Any, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the log at its loudest, nor in an error that quotes it."""
    caplog.set_level(logging.DEBUG)
    stub.say(403, {"error": {"code": 403, "message": f"Consumer '{MARKED_KEY}' is suspended."}})
    with pytest.raises(ProviderError, match="key hidden") as caught:
        ask(stub.url, clock, build())
    error: BaseException | None = caught.value
    while error is not None:
        assert MARKED_KEY not in repr(error) + str(vars(error))
        error = error.__cause__ or error.__context__
    assert MARKED_KEY not in caplog.text


_NOISE = """
import datetime, time, warnings
warnings.simplefilter("always")
from evalharness.gateway.clients.endpoint import resolve_endpoint
from evalharness.gateway.clients.generativeai import GoogleGenerativeaiClient
from evalharness.gateway.clients.keys import Secret

class Clock:
    now = staticmethod(lambda: datetime.datetime.now(datetime.UTC))
    monotonic = staticmethod(time.monotonic)

endpoint = resolve_endpoint("http://127.0.0.1:1", {})
client = GoogleGenerativeaiClient(endpoint=endpoint, key=Secret("k"), clock=Clock(), timeout_s=1)
print(client.notice)
warnings.warn("All support for something else has ended", FutureWarning)
"""


@needs_sdk
def test_the_end_of_support_is_said_once_and_without_warnings() -> None:
    """Choosing the client warns of nothing; other warnings still show."""
    done = subprocess.run([sys.executable, "-c", _NOISE], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.count("2025-11-30") == 1
    assert done.stderr.count("Warning") == 1
    assert "something else" in done.stderr


def test_importing_the_module_loads_no_sdk() -> None:
    """Only building a client may pay for the SDK."""
    code = (
        "import sys, evalharness.gateway.clients.generativeai\n"
        "heavy = {'google', 'httpx2', 'vcr', 'requests', 'grpc'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules if name != 'google'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"
