"""A local stand-in for Gemini: same wire protocol, simulated answers, every reply marked as simulated.

It answers from the request alone and shares no code with the rest of the package, so that what it shows
about the evaluation cannot be an echo of the evaluation's own code. Importing this module loads no server
library; `evalharness.emulator.app.build_app` gives the bare ASGI application.
"""

from __future__ import annotations

from evalharness.emulator.server import NonLoopbackHostError, running, serve
from evalharness.emulator.settings import EmulatorSettings

__all__ = ["EmulatorSettings", "NonLoopbackHostError", "running", "serve"]
