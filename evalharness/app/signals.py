"""SIGINT, SIGTERM and SIGHUP: the first asks politely, the second does not wait."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_EXIT_INTERRUPTED = 130


@contextmanager
def stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` inside the running event loop at the first signal; end the process at the second.

    What was appended to the journal has left the process by then, so ending at once loses no answer that was
    kept. Outside the main thread, which alone may handle signals, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    asked = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(_EXIT_INTERRUPTED)
        asked = True
        loop.call_soon_threadsafe(stop)

    previous = {number: signal.signal(number, handle) for number in _asking()}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _asking() -> tuple[signal.Signals, ...]:
    """Return the signals that ask a run to stop; under nohup a closed terminal asks nothing."""
    hangup: signal.Signals | None = getattr(signal, "SIGHUP", None)
    if hangup is None or signal.getsignal(hangup) is signal.SIG_IGN:
        return (signal.SIGINT, signal.SIGTERM)
    return (signal.SIGINT, signal.SIGTERM, hangup)
