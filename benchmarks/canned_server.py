"""A server that answers every call with the same body after the same time, and costs next to nothing itself.

    python -m benchmarks.canned_server 200        # milliseconds; prints its URL, ends when its input does

The emulator composes an answer from each request, which takes longer than what is to be measured here. Like
it, this server marks its answers as simulated.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

ANSWER = "Start with the smallest thing that your mentee can finish this week, and agree on a date. " * 14
_HEAD = re.compile(rb"POST /v1beta/models/([^:/ ]+):generateContent")
_LENGTH = re.compile(rb"(?i)content-length: *(\d+)")


class Canned(asyncio.Protocol):
    """One connection, kept alive; one request at a time, as HTTP/1.1 clients send them."""

    def __init__(self, latency_s: float) -> None:
        """Answer after so many seconds."""
        self._latency_s = latency_s
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's own promise
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[:end])
        length = _LENGTH.search(head)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self._received) < whole:
            return
        del self._received[:whole]
        found = _HEAD.match(head)
        reply = _reply(found[1].decode() if found else "unknown", self._latency_s)
        asyncio.get_running_loop().call_later(self._latency_s, self._send, reply)

    def _send(self, reply: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(reply)


def _reply(model: str, latency_s: float) -> bytes:
    body = json.dumps(
        {
            "candidates": [
                {"content": {"role": "model", "parts": [{"text": ANSWER}]}, "finishReason": "STOP"}
            ],
            "usageMetadata": {
                "promptTokenCount": 900, "candidatesTokenCount": 300, "totalTokenCount": 1200,
            },
            "modelVersion": f"{model}-simulated",
            "responseId": "canned",
        }
    ).encode()  # fmt: skip
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=UTF-8\r\ncontent-length: {len(body)}\r\n"
        f"server-timing: gfet4t7; dur={latency_s * 1000:.0f}\r\nx-evalharness-emulator: simulated\r\n\r\n"
    )
    return head.encode() + body


async def _serve(latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Canned(latency_s), "127.0.0.1", 0, backlog=200)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    # Whoever started this closes our input, or dies, which closes it too.
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]) / 1000))
