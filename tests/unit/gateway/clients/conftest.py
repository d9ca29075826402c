"""A real HTTP server on loopback whose answers each test chooses."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.requests import Request

ANSWER: dict[str, Any] = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "안녕하세요"}]}, "finishReason": "STOP"}],
    "usageMetadata": {
        "promptTokenCount": 3,
        "candidatesTokenCount": 2,
        "totalTokenCount": 5,
        "serviceTier": "x",
    },
    "modelVersion": "gemini-3.8-flash",
    "responseId": "r1",
}


@dataclass
class Seen:
    """One request as it arrived."""

    path: str
    query: str
    headers: dict[str, str]
    body: bytes


async def _say_hello(request: Request) -> Response:
    del request
    return JSONResponse(ANSWER, headers={"server-timing": "gfet4t7; dur=12", "x-secret": "s"})


@dataclass
class Stub:
    """The server: what it saw, and what it says."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    respond: Callable[[Request], Awaitable[Response]] = _say_hello

    def say(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """Answer every request the same way; bytes are sent as they are."""

        async def respond(request: Request) -> Response:
            del request
            if isinstance(body, bytes):
                return Response(body, status, headers, "application/json")
            return JSONResponse(body, status, headers)

        self.respond = respond


@dataclass
class SteadyClock:
    """A clock whose date stands still."""

    def now(self) -> dt.datetime:
        """Return the day of these tests."""
        return dt.datetime(2026, 11, 22, 9, 30, 15, 500_000, tzinfo=dt.UTC)

    def monotonic(self) -> float:
        """Return real seconds."""
        return time.monotonic()


@pytest.fixture
def clock() -> SteadyClock:
    """A clock whose date stands still."""
    return SteadyClock()


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A server on a free port of loopback."""
    # The protocol number makes asyncio switch Nagle's algorithm off; without it each call takes 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    served = Stub(url=f"http://127.0.0.1:{bound.getsockname()[1]}")

    async def handle(request: Request) -> Response:
        body = await request.body()
        served.seen.append(Seen(request.url.path, request.url.query, dict(request.headers), body))
        return await served.respond(request)

    app = Starlette(routes=[Route("/{path:path}", handle, methods=["POST", "GET"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none", access_log=False))
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield served
    server.force_exit = server.should_exit = True
    thread.join(5)
    bound.close()
