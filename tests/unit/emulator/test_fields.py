"""Every field the emulator emits is a field that Gemini's API has."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from evalharness.emulator import EmulatorSettings, running
from evalharness.emulator.replies import DOCUMENTED_FIELDS

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "gemini_wire" / "recordings.jsonl"


def _paths(value, prefix=""):
    """Yield the paths of all leaves, list positions left out."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _paths(item, f"{prefix}.{name}" if prefix else name)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, f"{prefix}[]")
    else:
        yield prefix


@pytest.fixture(scope="module")
def real_paths():
    """Leaf paths of all recorded real responses."""
    if not RECORDINGS.exists():
        pytest.skip(f"THE REAL RECORDINGS ARE ABSENT, NOTHING WAS CHECKED: {RECORDINGS}")
    paths = set()
    for line in RECORDINGS.read_text(encoding="utf-8").splitlines():
        paths.update(_paths(json.loads(line)["response"]))
    return paths


def _emitted(post, make_body, text):
    settings = EmulatorSettings(latency_scale=0, implicit_caching=True)
    everything_fails = EmulatorSettings(latency_scale=0, rate_limited_share=1.0)
    long_text = text + " and so on, as we said before" * 700
    with running(settings) as url, running(everything_fails) as failing:
        yield from _paths(post(url, make_body(text)).json())
        yield from _paths(post(url, make_body(long_text)).json())
        yield from _paths(post(url, make_body(text, maxOutputTokens=5)).json())
        yield from _paths(post(url, make_body(text, responseSchema={})).json())
        yield from _paths(post(url, {"contents": [], "foo": 1}).json())
        yield from _paths(post(url, make_body(text), key="invalid").json())
        yield from _paths(post(url, make_body(text), key="").json())
        yield from _paths(post(url, make_body(text), model="none").json())
        yield from _paths(post(url, {"contents": make_body(text)["contents"]}, method="countTokens").json())
        yield from _paths(post(failing, make_body(text)).json())
        yield from _paths(httpx2.get(f"{url}/v1beta/models", headers={"x-goog-api-key": "k"}).json())


def test_every_field_is_real_or_documented(real_paths, post, make_body, histories):
    """Nothing is invented, and nothing documented is already among the recordings."""
    emitted = set(_emitted(post, make_body, histories[0].text()))
    invented = {path.replace("models[].supportedGenerationMethods[]", "models[].supportedGenerationMethods")
                for path in emitted} - real_paths - set(DOCUMENTED_FIELDS)  # fmt: skip
    assert invented == set()
    assert "usageMetadata.cacheTokensDetails[].tokenCount" in emitted
    assert not set(DOCUMENTED_FIELDS) & real_paths


def test_every_documented_field_names_its_source():
    """A path without a document would be a claim."""
    assert all(source.strip() for source in DOCUMENTED_FIELDS.values())
