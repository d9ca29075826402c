"""Injected provider errors, drawn so that a retry of the same request can succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalharness.emulator import errors
from evalharness.emulator.noise import Draws

if TYPE_CHECKING:
    from evalharness.emulator.settings import EmulatorSettings


def raise_fault(model: str, sha256: str, attempt: int, settings: EmulatorSettings) -> None:
    """Raise the error that this attempt is to meet, if any.

    Args:
        model: The requested model.
        sha256: Of the raw request body.
        attempt: 1 for the first time this server sees the body for this model, then counting up.
        settings: Holds the shares.

    Raises:
        EmulatorError: 429, 500 or 503.
    """
    draw = Draws(sha256).uniform("fault", model, attempt)
    if (draw := draw - settings.rate_limited_share) < 0:
        raise errors.rate_limited(model, settings.retry_delay_s)
    if (draw := draw - settings.internal_error_share) < 0:
        raise errors.internal()
    if draw - settings.unavailable_share < 0:
        raise errors.unavailable()
