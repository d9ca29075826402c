"""google-genai streaming, over real HTTP, against the emulator's own clock."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from evalharness.core.errors import ProviderError
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.core.wire.response import parse_response
from evalharness.emulator import EmulatorSettings, running
from evalharness.gateway.clients.endpoint import resolve_endpoint
from evalharness.gateway.clients.google_genai import GoogleGenaiClient
from evalharness.gateway.clients.keys import Secret

if TYPE_CHECKING:
    from evalharness.core.call import Reply

REQUEST = ModelRequest(
    model="gemini-3.8-flash",
    system="당신은 멘토입니다.",
    messages=(Message(role="user", text="I have three years of Java. How do I move to data work?"),),
    max_output_tokens=512,
    seed=7,
    thinking_level="low",
)
CHUNK = {"candidates": [{"content": {"role": "model", "parts": [{"text": "네"}]}}]}


def ask(url: str, clock: Any, *, stream: bool = True, timeout_s: float = 10) -> Reply:
    """Make one call through a client of its own."""

    async def main() -> Reply:
        client = GoogleGenaiClient(
            endpoint=resolve_endpoint(url, {}),
            key=Secret("emulator"),
            clock=clock,
            timeout_s=timeout_s,
            stream=stream,
        )
        try:
            return await client.complete(REQUEST, draw=0)
        finally:
            await client.aclose()

    return asyncio.run(main())


def test_a_streamed_answer_is_the_plain_answer(clock: Any) -> None:
    """Text, usage, finish and ids are equal; only the way differs."""
    with running(EmulatorSettings(latency_scale=0)) as url:
        plain, streamed = ask(url, clock, stream=False), ask(url, clock)
    assert parse_response(streamed.body) == parse_response(plain.body)
    assert "usageMetadata" in streamed.body
    assert streamed.first_token_ms is not None
    assert plain.first_token_ms is None


def test_time_to_first_token_is_the_emulators(clock: Any) -> None:
    """The emulator announces when it starts to speak, and speaks evenly from then to the end."""
    with running(EmulatorSettings(latency_scale=0.5)) as url:
        ask(url, clock)  # the first call of a process pays for lazy imports
        plain, streamed = ask(url, clock, stream=False), ask(url, clock)
    assert streamed.first_token_ms is not None
    start = float(streamed.headers["server-timing"].rpartition("=")[2])
    end = float(plain.headers["server-timing"].rpartition("=")[2])
    chunks = len(streamed.body["candidates"][0]["content"]["parts"])
    spoken = start + (end - start) / chunks
    assert chunks > 1
    # Later than announced by what two processes' sleeps and one loopback add, never earlier.
    assert spoken - 2 <= streamed.first_token_ms < spoken + 120
    assert streamed.first_token_ms < streamed.latency_ms - (end - start) / chunks / 2


def test_the_request_that_leaves_is_ours(stub: Any, clock: Any) -> None:
    """The body is the plain request's, to the streaming method, uncompressed."""
    stub.say(200, f"data: {json.dumps(CHUNK)}\n\n".encode())
    ask(stub.url, clock)
    (seen,) = stub.seen
    assert seen.path == "/v1beta/models/gemini-3.8-flash:streamGenerateContent"
    assert seen.query == "alt=sse"
    assert json.loads(seen.body) == REQUEST.body
    assert seen.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (503, b'[{"error": {"code": 503, "status": "UNAVAILABLE", "message": "busy"}}]', "UNAVAILABLE"),
        (200, b'data: {"error": {"code": 503, "status": "UNAVAILABLE", "message": "b"}}\n\n', "UNAVAILABLE"),
        (200, b'data: {"candidates": [{]}\n\n', "malformed"),
        (200, b"", "malformed"),
        (200, b"<html>", "malformed"),
    ],
)
def test_a_stream_that_fails(stub: Any, clock: Any, status: int, body: bytes, reason: str) -> None:
    """Before or after its 200, a failure is ours, retryable, and one line."""
    stub.say(status, body)
    with pytest.raises(ProviderError) as caught:
        ask(stub.url, clock)
    assert (caught.value.reason, caught.value.retryable) == (reason, True)
    assert "\n" not in str(caught.value)
    # Of what began with 200 some may be on the bill.
    assert caught.value.may_be_billed is (status == 200)


def test_a_stream_that_stalls_times_out(stub: Any, clock: Any) -> None:
    """The timeout bounds the whole stream."""
    from starlette.responses import StreamingResponse

    async def stall() -> Any:
        yield f"data: {json.dumps(CHUNK)}\n\n".encode()
        await asyncio.sleep(2)

    async def respond(request: Any) -> Any:
        return StreamingResponse(stall(), media_type="text/event-stream")

    stub.respond = respond
    with pytest.raises(ProviderError, match="did not answer within"):
        ask(stub.url, clock, timeout_s=0.3)


def test_a_stream_of_thoughts_has_no_first_token(stub: Any, clock: Any) -> None:
    """Without visible text there is no time to it."""
    chunk = {"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}]}}]}
    stub.say(200, f"data: {json.dumps(chunk)}\n\n".encode())
    reply = ask(stub.url, clock)
    assert reply.first_token_ms is None
