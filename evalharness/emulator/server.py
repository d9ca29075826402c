"""Running the emulator on a loopback address: in the foreground, or behind a `with` block."""

from __future__ import annotations

import ipaddress
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn

    from evalharness.emulator.settings import EmulatorSettings

_START_TIMEOUT_S = 20.0
_STOP_TIMEOUT_S = 10.0


class NonLoopbackHostError(ValueError):
    """The emulator answers without checking who asks, so it stays on this machine."""


def serve(
    settings: EmulatorSettings,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[str], None] = print,
) -> None:
    """Serve until SIGINT or SIGTERM arrives, then stop and return.

    Args:
        settings: How the emulator behaves.
        host: A loopback address or `localhost`.
        port: 0 takes any free port.
        on_ready: Called once with the base URL, after the port accepts connections.

    Raises:
        NonLoopbackHostError: If the host is not this machine's loopback.
        OSError: If the port is taken.
        RuntimeError: If the server ends on its own.
    """
    stop = threading.Event()
    with _stopping_on_signals(stop), _background(settings, host, port) as (url, thread):
        on_ready(url)
        # A wait with a timeout, because an endless one cannot be interrupted on Windows.
        while not stop.wait(0.2):
            if not thread.is_alive():
                raise RuntimeError("the emulator stopped unexpectedly")


@contextmanager
def running(settings: EmulatorSettings, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a background thread; yields the base URL.

    Raises:
        NonLoopbackHostError: If the host is not this machine's loopback.
        OSError: If the port is taken.
    """
    with _background(settings, host, port) as (url, _):
        yield url


@contextmanager
def _background(settings: EmulatorSettings, host: str, port: int) -> Iterator[tuple[str, threading.Thread]]:
    server = _server(settings)
    bound = _bind(host, port)
    thread = threading.Thread(target=server.run, args=([bound],), name="emulator", daemon=True)
    address, actual_port = bound.getsockname()[:2]
    try:
        thread.start()
        _await_start(server, thread)
        yield f"http://{f'[{address}]' if ':' in address else address}:{actual_port}", thread
    finally:
        server.should_exit = True
        thread.join(_STOP_TIMEOUT_S)
        bound.close()


def _bind(host: str, port: int) -> socket.socket:
    address = "127.0.0.1" if host == "localhost" else host
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NonLoopbackHostError(f"the emulator serves loopback addresses only, not {host!r}")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's delay off; without, replies wait about 40 ms for an ACK.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


def _server(settings: EmulatorSettings) -> uvicorn.Server:
    # Imported late: the settings are wanted by code that never serves, and a web server is slow to load.
    import uvicorn  # noqa: PLC0415

    from evalharness.emulator.app import build_app  # noqa: PLC0415

    options: dict[str, Any] = {"lifespan": "off", "ws": "none", "log_config": None, "access_log": False}
    config = uvicorn.Config(
        build_app(settings), **options, log_level="critical", server_header=False, timeout_graceful_shutdown=1
    )
    return uvicorn.Server(config)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the emulator did not start")
        time.sleep(0.005)


@contextmanager
def _stopping_on_signals(stop: threading.Event) -> Iterator[None]:
    """Set the event on SIGINT and SIGTERM; a no-op outside the main thread, which alone may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in wanted}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
