"""Answers that do not arrive whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_PROMISED_TOO_MUCH = 64


class CutResponse(Response):
    """Sends half of a body and leaves: the server then closes the connection."""

    def __init__(self, body: bytes) -> None:
        """Take the body that will not arrive."""
        super().__init__(body, media_type="application/json; charset=UTF-8")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        """Send headers that promise more than what follows."""
        length = str(len(self.body) + _PROMISED_TOO_MUCH).encode()
        headers = [(b"content-type", b"application/json; charset=UTF-8"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


class CutStream(StreamingResponse):
    """Sends a stream without its end and leaves: the server then closes the connection."""

    async def stream_response(self, send: Send) -> None:
        """Send every piece, and never say that it was the last."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for piece in self.body_iterator:
            await send({"type": "http.response.body", "body": piece, "more_body": True})


def halved(reply: Response) -> Response:
    """Return a reply whose body ends in the middle, complete as far as HTTP can tell."""
    headers = {name: value for name, value in reply.headers.items() if name != "content-length"}
    return Response(reply.body[: len(reply.body) // 2], reply.status_code, headers)
