"""Response headers that are kept; all others, and every request header, are never written anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalharness.core.provenance import EMULATOR_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable

ALLOWED_HEADERS = frozenset({"content-type", "date", "server-timing", EMULATOR_HEADER})
"""Lower-case names. What origin, service time and plausibility are derived from, and nothing personal."""


def allowed_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the headers on the allow-list, lower-case and sorted; repeated ones are joined by commas."""
    kept: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() in ALLOWED_HEADERS:
            kept.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(kept[name]) for name in sorted(kept)}
