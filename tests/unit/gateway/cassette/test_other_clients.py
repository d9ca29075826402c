"""Recording through every way of reaching a model: one question, one file, whatever carried it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evalharness.core.errors import CassetteDamaged, IntegrityError
from evalharness.core.wire.response import parse_response
from evalharness.emulator import EmulatorSettings, running
from evalharness.gateway.cassette import files
from evalharness.gateway.cassette.interaction import from_json, to_json
from evalharness.gateway.cassette.record import recording
from evalharness.gateway.cassette.replay import ReplayClient
from evalharness.gateway.clients.endpoint import resolve_chat_endpoint, resolve_endpoint
from evalharness.gateway.clients.generativeai import GoogleGenerativeaiClient
from evalharness.gateway.clients.google_genai import GoogleGenaiClient
from evalharness.gateway.clients.keys import Secret
from evalharness.gateway.clients.local_server import LocalServerClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from evalharness.core.call import Reply
    from evalharness.core.ports import ModelClient
    from evalharness.core.wire.request import ModelRequest

INSTALLED = importlib.util.find_spec("google") is not None and (
    importlib.util.find_spec("google.generativeai") is not None
)
needs_sdk = pytest.mark.skipif(not INSTALLED, reason="LOUD SKIP: extra legacy-sdk is not installed")
KEY = "AIza-MARKED-0123456789-abcdefghij"


def record(
    build: Callable[[], ModelClient], clock: Any, folder: Path, *jobs: tuple[ModelRequest, int]
) -> list[Reply]:
    """Record all jobs at once."""

    async def main() -> list[Reply]:
        with recording(folder, client=build(), clock=clock) as recorder:
            try:
                return list(await asyncio.gather(*(recorder.complete(job, draw=draw) for job, draw in jobs)))
            finally:
                await recorder.aclose()

    return asyncio.run(main())


def replayed(folder: Path, request: ModelRequest, draw: int = 0) -> Reply:
    """Replay one call."""
    return asyncio.run(ReplayClient(folder).complete(request, draw=draw))


def through_genai(url: str, clock: Any, *, stream: bool = False) -> GoogleGenaiClient:
    """Return the maintained SDK's client."""
    endpoint = resolve_endpoint(url, {})
    return GoogleGenaiClient(endpoint=endpoint, key=Secret(KEY), clock=clock, timeout_s=10, stream=stream)


def through_generativeai(url: str, clock: Any) -> GoogleGenerativeaiClient:
    """Return the old SDK's client."""
    endpoint = resolve_endpoint(url, {})
    return GoogleGenerativeaiClient(endpoint=endpoint, key=Secret(KEY), clock=clock, timeout_s=10)


def seedless(make_request: Any, text: str) -> ModelRequest:
    """Return a request as an experiment with send_seed = false makes it."""
    request: ModelRequest = make_request(text)
    request.body["generationConfig"].pop("seed", None)
    return request


def test_a_streamed_recording_answers_the_plain_question(
    clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """Its file has the plain call's name and bill, and the time to the first token, seen below vcrpy."""
    request = make_request("I have three years of Java. How do I move to data work?", thinking_level="low")
    with running(EmulatorSettings(latency_scale=0.25)) as url:
        (plain,) = record(lambda: through_genai(url, clock), clock, tmp_path / "plain", (request, 0))
        (live,) = record(
            lambda: through_genai(url, clock, stream=True), clock, tmp_path / "streamed", (request, 0)
        )
    names = [[file.name for file in files.recordings(tmp_path / kind)] for kind in ("plain", "streamed")]
    assert names[0] == names[1]
    again = replayed(tmp_path / "streamed", request)
    assert parse_response(again.body) == parse_response(plain.body)
    start = float(again.headers["server-timing"].rpartition("=")[2])
    assert again.first_token_ms == live.first_token_ms
    assert start - 2 <= (again.first_token_ms or 0) < again.latency_ms - 5
    assert replayed(tmp_path / "plain", request).first_token_ms is None


@needs_sdk
def test_twenty_recordings_are_interchangeable_between_the_sdks(
    clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """Same names, same requests, same answers, both recorded and replayed."""
    jobs = [(seedless(make_request, f"I have {i} years of Java. How do I move on?"), 0) for i in range(20)]
    new, old = tmp_path / "new", tmp_path / "old"
    with running(EmulatorSettings(latency_scale=0)) as url:
        record(lambda: through_genai(url, clock), clock, new, *jobs)
        record(lambda: through_generativeai(url, clock), clock, old, *jobs)
    assert [file.name for file in files.recordings(old)] == [file.name for file in files.recordings(new)]
    for request, draw in jobs:
        mine, theirs = replayed(old, request, draw), replayed(new, request, draw)
        assert mine.body == theirs.body
        assert mine.client.startswith("google-generativeai/")
        assert files.read(old / f"{request.digest}-d0.json").digest == request.digest


@needs_sdk
def test_the_old_sdk_in_many_threads_loses_nothing(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """Forty calls at once: every one is recorded, with its own answer. vcrpy over requests kept 7 to 15."""
    jobs = [(seedless(make_request, f"질문 {i}"), i % 2) for i in range(40)]
    record(lambda: through_generativeai(echo.url, clock), clock, tmp_path, *jobs)
    assert len(files.recordings(tmp_path)) == 40
    for index, (request, draw) in enumerate(jobs):
        body = replayed(tmp_path, request, draw).body
        assert body["candidates"][0]["content"]["parts"][0]["text"] == f"질문 {index}에 답합니다"


@needs_sdk
def test_without_a_seed_the_draw_is_in_the_name(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """Two draws of one request are two files with two answers."""
    request = seedless(make_request, "같은 질문")
    record(lambda: through_generativeai(echo.url, clock), clock, tmp_path, (request, 0), (request, 1))
    assert [file.name for file in files.recordings(tmp_path)] == [
        f"{request.digest}-d0.json",
        f"{request.digest}-d1.json",
    ]
    assert replayed(tmp_path, request, 0).body["n"] != replayed(tmp_path, request, 1).body["n"]


@needs_sdk
def test_the_old_sdks_key_is_not_recorded(echo: Any, clock: Any, tmp_path: Path, make_request: Any) -> None:
    """A prompt that holds the key is refused; nothing is written."""
    with pytest.raises(IntegrityError, match="the API key stands in the prompt"):
        record(
            lambda: through_generativeai(echo.url, clock),
            clock,
            tmp_path,
            (seedless(make_request, f"my key is {KEY}"), 0),
        )
    assert files.recordings(tmp_path) == ()


def test_a_chat_completion_is_recorded_as_the_question_it_answers(
    chat: str, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """Named by our request, translated, its own words beside; replay gives the live reply."""
    requests = [make_request(f"질문 {i}", model="local") for i in range(10)]
    endpoint = resolve_chat_endpoint(chat, {})
    lives = record(
        lambda: LocalServerClient(endpoint=endpoint, key=None, clock=clock, timeout_s=10),
        clock,
        tmp_path,
        *((request, 0) for request in requests),
    )
    for index, (request, live) in enumerate(zip(requests, lives, strict=True)):
        again = replayed(tmp_path, request)
        assert again.body == live.body
        assert parse_response(again.body).text == f"질문 {index}에 답합니다"
        assert again.body["openaiResponse"]["model"] == "local"


def test_old_files_keep_their_bytes_and_new_ones_round_trip(make_interaction: Any, make_request: Any) -> None:
    """Without a time to the first token nothing is written of it; with one it survives."""
    old = make_interaction(make_request("x"))
    name = Path(f"{old.key}.json")
    assert b"first_token_ms" not in to_json(old)
    new = replace(old, first_token_ms=37.5)
    read = from_json(to_json(new), file=name)
    assert read == new
    reply = read.reply("replayed")
    assert reply.first_token_ms == 37.5


@pytest.mark.parametrize("value", [-1, "soon", True, None])
def test_a_first_token_that_is_no_time_is_refused(
    make_interaction: Any, make_request: Any, value: Any
) -> None:
    """As any other damage."""
    interaction = make_interaction(make_request("x"))
    document = json.loads(to_json(interaction)) | {"first_token_ms": value}
    content = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    with pytest.raises(CassetteDamaged, match="first_token_ms is"):
        from_json(content, file=Path(f"{interaction.key}.json"))
