"""Where an answer came from, and by what way it reached us."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

EMULATOR_HEADER = "x-evalharness-emulator"
SIMULATED_SUFFIX = "-simulated"


class Origin(StrEnum):
    """Who really produced an answer, derived from what was recorded. Ordered weakest last."""

    GOOGLE = "google"
    LOCAL = "local"
    IMPORTED = "imported"
    SIMULATED = "simulated"
    UNVERIFIED = "unverified"


class Delivery(StrEnum):
    """Whether an answer was fetched now or read from a cassette."""

    LIVE = "live"
    REPLAYED = "replayed"


_WEAKEST_FIRST = (Origin.UNVERIFIED, Origin.SIMULATED, Origin.IMPORTED, Origin.LOCAL, Origin.GOOGLE)


def weakest(origins: frozenset[Origin]) -> Origin:
    """Return the origin that a mixture counts as; nothing at all is unverified."""
    return next((origin for origin in _WEAKEST_FIRST if origin in origins), Origin.UNVERIFIED)


def derive_origin(host: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Origin:
    """Tell who answered, from what was recorded.

    A simulated mark anywhere wins; Google needs its host, a Gemini model and no contradiction; anything else
    is unverified. This is a plausibility check: somebody who forges every field can pass it.
    """
    served = str(body.get("modelVersion", ""))
    response_id = str(body.get("responseId", ""))
    if (
        EMULATOR_HEADER in headers
        or served.endswith(SIMULATED_SUFFIX)
        or response_id.startswith("simulated-")
    ):
        return Origin.SIMULATED
    name = host.partition(":")[0].lower()
    if "openaiResponse" in body:
        return Origin.LOCAL if name in {"127.0.0.1", "localhost", "["} else Origin.UNVERIFIED
    is_google = name == "generativelanguage.googleapis.com" or name.endswith("aiplatform.googleapis.com")
    if is_google and served.removeprefix("models/").startswith("gemini"):
        return Origin.GOOGLE
    return Origin.UNVERIFIED
