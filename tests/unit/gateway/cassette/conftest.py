"""A server that echoes prompts over real HTTP, and recorded folders to play with."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evalharness.core.wire.request import Message, ModelRequest
from evalharness.gateway.cassette.files import write
from evalharness.gateway.cassette.interaction import Interaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from starlette.requests import Request

HELD = 15


@dataclass
class Clock:
    """A clock whose date stands still."""

    def now(self) -> dt.datetime:
        """Return the day of these tests."""
        return dt.datetime(2026, 11, 22, 9, 30, 15, tzinfo=dt.UTC)

    def monotonic(self) -> float:
        """Return real seconds."""
        return time.monotonic()


@dataclass
class Echo:
    """The server: where it is, what it saw, and how it fails."""

    url: str
    prompts: list[str] = field(default_factory=list)
    status: int = 200
    raw: bytes | None = None


def build_request(text: str, **change: Any) -> ModelRequest:
    """Return a request with this message."""
    fields: dict[str, Any] = {
        "model": "gemini-3.8-flash",
        "system": "당신은 멘토입니다.",
        "messages": (Message(role="user", text=text),),
        "max_output_tokens": 512,
        "seed": 7,
    }
    return ModelRequest(**(fields | change))


def build_interaction(request: ModelRequest, draw: int = 0, answer: str = "답") -> Interaction:
    """Return a recording of a request."""
    return Interaction(
        path=request.path,
        host="generativelanguage.googleapis.com",
        request_body=request.body,
        draw=draw,
        headers={"content-type": "application/json"},
        response_body={"candidates": [{"content": {"parts": [{"text": answer}]}}]},
        latency_ms=812.5,
        recorded_at="2026-11-22T09:30:15Z",
        client="google-genai/3.4.0",
    )


@pytest.fixture
def clock() -> Clock:
    """A clock whose date stands still."""
    return Clock()


@pytest.fixture
def make_request() -> Callable[..., ModelRequest]:
    """Builds a request from a message."""
    return build_request


@pytest.fixture
def make_interaction() -> Callable[..., Interaction]:
    """Builds a recording from a request."""
    return build_interaction


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, ModelRequest]:
    """A folder with one recording, and its request."""
    request = build_request("이직을 고민합니다. 무엇부터 볼까요?")
    folder = tmp_path / "cassettes"
    write(folder, build_interaction(request, answer="먼저 목표를 적어 보세요 😀"), overwrite=False)
    return folder, request


@pytest.fixture
def echo() -> Iterator[Echo]:
    """A server that answers each prompt with itself, after waits that shuffle them, compressed."""
    with _serving() as server:
        yield server


@pytest.fixture
def chat() -> Iterator[str]:
    """A chat completions server that answers each prompt with itself, after waits that shuffle them."""

    async def handle(request: Request) -> Response:
        asked = json.loads(await request.body())
        text = asked["messages"][-1]["content"]
        await asyncio.sleep(len(asked) * 7 % 20 / 1000)
        choice = {"index": 0, "finish_reason": "stop", "message": {"content": f"{text}에 답합니다"}}
        usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
        return JSONResponse({"id": text, "model": asked["model"], "choices": [choice], "usage": usage})

    with _running(handle) as url:
        yield url


@contextmanager
def _serving() -> Iterator[Echo]:
    served = Echo(url="")

    async def handle(request: Request) -> Response:
        text = json.loads(await request.body())["contents"][0]["parts"][0]["text"]
        served.prompts.append(text)
        arrived = len(served.prompts)
        if text.startswith("hold"):
            await asyncio.sleep(HELD)
        await asyncio.sleep(arrived * 7 % 20 / 1000)
        if served.raw is not None:
            return Response(served.raw, served.status, media_type="application/json")
        if served.status != 200:
            return JSONResponse({"error": {"code": served.status, "status": "UNAVAILABLE"}}, served.status)
        body = {"candidates": [{"content": {"parts": [{"text": f"{text}에 답합니다"}]}}], "n": arrived}
        content = gzip.compress(json.dumps(body, ensure_ascii=False).encode())
        headers = {"content-encoding": "gzip", "server-timing": "gfet4t7; dur=12", "set-cookie": "s=1"}
        return Response(content, 200, headers, "application/json; charset=UTF-8")

    with _running(handle) as served.url:
        yield served


@contextmanager
def _running(handle: Callable[[Request], Awaitable[Response]]) -> Iterator[str]:
    # The protocol number makes asyncio switch Nagle's algorithm off; without it each call takes 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/{path:path}", handle, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none", access_log=False))
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.force_exit = server.should_exit = True
        thread.join(5)
        bound.close()
