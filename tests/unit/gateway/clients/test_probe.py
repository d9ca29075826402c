"""Free questions to an endpoint, over real HTTP."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from evalharness.core.errors import ProviderError
from evalharness.emulator import EmulatorSettings, running
from evalharness.gateway.clients.endpoint import resolve_endpoint
from evalharness.gateway.clients.keys import Secret
from evalharness.gateway.clients.probe import Probe

MARKED_KEY = "AIza-MARKED-0123456789-abcdefghij"


def probe(url: str, clock: Any, key: str = MARKED_KEY) -> Probe:
    """Return a probe of a local server."""
    return Probe(endpoint=resolve_endpoint(url, {}), key=Secret(key), clock=clock, timeout_s=2)


def test_the_emulators_models_and_tokens(clock: Any) -> None:
    """Ids without prefix, limits, methods; tokens as it counts them."""
    with running(EmulatorSettings()) as url:
        asked = probe(url, clock)
        listed = {model.id: model for model in asked.gemini_models()}
        assert asked.count_tokens("gemini-3.8-flash", "Hello there") > 0
    flash = listed["gemini-3.8-flash"]
    assert (flash.input_token_limit, flash.output_token_limit) == (1_048_576, 65_536)
    assert "generateContent" in flash.methods


def test_every_page_of_a_list_is_read(stub: Any, clock: Any) -> None:
    """Lists come in pages."""
    from starlette.responses import JSONResponse

    async def respond(request: Any) -> Any:
        page = int(request.query_params.get("pageToken", 0))
        body: dict[str, Any] = {"models": [{"name": f"models/m{page}"}]}
        return JSONResponse(body | ({"nextPageToken": str(page + 1)} if page < 2 else {}))

    stub.respond = respond
    assert [model.id for model in probe(stub.url, clock).gemini_models()] == ["m0", "m1", "m2"]
    assert all(MARKED_KEY not in seen.query for seen in stub.seen)


def test_chat_models(stub: Any, clock: Any) -> None:
    """A local server lists what is loaded."""
    stub.say(200, {"object": "list", "data": [{"id": "smollm2-135m"}]})
    assert probe(stub.url, clock).chat_models() == ("smollm2-135m",)
    assert stub.seen[0].path == "/v1/models"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(403, {"error": {"message": f"key {MARKED_KEY}"}}, "unknown"), (200, b"<html>", "malformed")],
)
def test_failures_are_one_line_without_the_key(
    stub: Any, clock: Any, status: int, body: Any, reason: str
) -> None:
    """As any call's."""
    stub.say(status, body)
    with pytest.raises(ProviderError) as caught:
        probe(stub.url, clock).gemini_models()
    assert caught.value.reason == reason
    assert MARKED_KEY not in str(caught.value)


def test_nobody_listens_and_no_count(stub: Any, clock: Any) -> None:
    """Both are provider errors."""
    stub.say(200, {})
    with pytest.raises(ProviderError, match="unreadable body"):
        probe(stub.url, clock).count_tokens("m", "x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ProviderError, match="no answer from") as caught:
        probe(url, clock).gemini_models()
    assert caught.value.__context__ is None
