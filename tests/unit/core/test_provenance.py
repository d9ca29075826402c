"""Where answers come from is derived from what was recorded."""

from __future__ import annotations

import pytest

from evalharness.core.provenance import EMULATOR_HEADER, Origin, derive_origin, weakest

GOOGLE = "generativelanguage.googleapis.com"
FLASH = {"modelVersion": "gemini-3.8-flash", "responseId": "AbC123"}


@pytest.mark.parametrize(
    ("host", "headers", "body", "origin"),
    [
        (GOOGLE, {}, FLASH, Origin.GOOGLE),
        (GOOGLE, {}, {"modelVersion": "models/gemini-3.8-flash"}, Origin.GOOGLE),
        ("europe-west4-aiplatform.googleapis.com", {}, FLASH, Origin.GOOGLE),
        (GOOGLE, {EMULATOR_HEADER: "simulated"}, FLASH, Origin.SIMULATED),
        (GOOGLE, {}, FLASH | {"modelVersion": "gemini-3.8-flash-simulated"}, Origin.SIMULATED),
        (GOOGLE, {}, FLASH | {"responseId": "simulated-00"}, Origin.SIMULATED),
        ("127.0.0.1:8080", {}, FLASH, Origin.UNVERIFIED),
        ("generativelanguage.googleapis.com.evil.example", {}, FLASH, Origin.UNVERIFIED),
        ("evilaiplatform.googleapis.com.example", {}, FLASH, Origin.UNVERIFIED),
        (GOOGLE, {}, {"modelVersion": "other-1"}, Origin.UNVERIFIED),
        (GOOGLE, {}, {}, Origin.UNVERIFIED),
    ],
)
def test_origin(host: str, headers: dict[str, str], body: dict[str, str], origin: Origin) -> None:
    assert derive_origin(host, headers, body) is origin


@pytest.mark.parametrize(
    ("origins", "weak"),
    [
        ({Origin.GOOGLE}, Origin.GOOGLE),
        ({Origin.GOOGLE, Origin.LOCAL}, Origin.LOCAL),
        ({Origin.GOOGLE, Origin.SIMULATED}, Origin.SIMULATED),
        ({Origin.SIMULATED, Origin.UNVERIFIED}, Origin.UNVERIFIED),
        (set(), Origin.UNVERIFIED),
    ],
)
def test_a_mixture_takes_the_weakest(origins: set[Origin], weak: Origin) -> None:
    assert weakest(frozenset(origins)) is weak
