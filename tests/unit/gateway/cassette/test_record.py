"""Recording over real HTTP on loopback, through vcrpy and google-genai."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from evalharness.core.errors import IntegrityError, ProviderError
from evalharness.core.provenance import Delivery, Origin, derive_origin
from evalharness.core.wire import parse_response
from evalharness.emulator import EmulatorSettings, running
from evalharness.gateway.cassette import files
from evalharness.gateway.cassette.modes import MissingThenRecord
from evalharness.gateway.cassette.record import recording
from evalharness.gateway.cassette.replay import ReplayClient
from evalharness.gateway.clients.endpoint import resolve_endpoint
from evalharness.gateway.clients.google_genai import GoogleGenaiClient
from evalharness.gateway.clients.keys import Secret

if TYPE_CHECKING:
    from pathlib import Path

    from evalharness.core.call import Reply
    from evalharness.core.wire.request import ModelRequest

MARKED_KEY = "AIza-MARKED-0123456789-abcdefghij"


def live_client(url: str, clock: Any) -> GoogleGenaiClient:
    """Return a client that holds a key worth hiding."""
    return GoogleGenaiClient(
        endpoint=resolve_endpoint(url, {}), key=Secret(MARKED_KEY), clock=clock, timeout_s=10
    )


def record(
    url: str, clock: Any, folder: Path, *jobs: tuple[ModelRequest, int], missing: bool = False
) -> list[Reply]:
    """Record all jobs at once under one cassette, or only those that are missing."""

    async def main() -> list[Reply]:
        with recording(
            folder, client=live_client(url, clock), clock=clock, overwrite=not missing
        ) as recorder:
            client = MissingThenRecord(replay=ReplayClient(folder), record=recorder) if missing else recorder
            try:
                return list(await asyncio.gather(*(client.complete(job, draw=draw) for job, draw in jobs)))
            finally:
                await client.aclose()

    return asyncio.run(main())


def answer(reply: Reply) -> str:
    """Return the text of a reply."""
    return str(reply.body["candidates"][0]["content"]["parts"][0]["text"])


def test_forty_prompts_at_once_each_record_and_replay_their_own(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """Answers are never swapped, and a replay equals the live reply in all but its delivery."""
    jobs = [(make_request(f"질문 {i}"), i % 3) for i in range(40)]
    live = record(echo.url, clock, tmp_path, *jobs)
    assert len(files.recordings(tmp_path)) == 40
    replay = ReplayClient(tmp_path)
    for index, ((request, draw), fetched) in enumerate(zip(jobs, live, strict=True)):
        replayed = asyncio.run(replay.complete(request, draw=draw))
        assert answer(fetched) == answer(replayed) == f"질문 {index}에 답합니다"
        assert fetched.delivery is Delivery.LIVE
        for name in ("body", "host", "headers", "latency_ms", "recorded_at", "client"):
            assert getattr(fetched, name) == getattr(replayed, name)
    assert replay.unused() == ()


def test_draws_of_one_request_are_kept_apart(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """The draw is known to the file only: the requests on the wire are equal."""
    request = make_request("같은 질문")
    live = record(echo.url, clock, tmp_path, *((request, draw) for draw in range(5)))
    assert len({reply.body["n"] for reply in live}) == 5
    for draw, fetched in enumerate(live):
        assert asyncio.run(ReplayClient(tmp_path).complete(request, draw=draw)).body == fetched.body


def test_what_is_recorded(echo: Any, clock: Any, tmp_path: Path, make_request: Any) -> None:
    """Request as sent, decompressed answer, allowed headers only, latency between 0 and the whole call."""
    request = make_request("기록")
    started = time.monotonic()
    record(echo.url, clock, tmp_path, (request, 0))
    interaction = files.read(files.recordings(tmp_path)[0])
    assert interaction.request_body == request.body
    assert set(interaction.headers) == {"content-type", "date", "server-timing"}
    assert 0 < interaction.latency_ms < (time.monotonic() - started) * 1000
    assert interaction.host == echo.url.removeprefix("http://")
    assert interaction.recorded_at == "2026-11-22T09:30:15Z"
    assert interaction.client.startswith("google-genai/")


def test_failures_are_not_recorded(echo: Any, clock: Any, tmp_path: Path, make_request: Any) -> None:
    """A 503 is an error for the engine, not an answer to replay."""
    echo.status = 503
    with pytest.raises(ProviderError):
        record(echo.url, clock, tmp_path, (make_request("x"), 0))
    assert files.recordings(tmp_path) == ()


@pytest.mark.parametrize("raw", [b"", b"[1]", b'{"a": ', b"\xff\xfe"])
def test_malformed_answers_are_not_recorded(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any, raw: bytes
) -> None:
    """The client reports them; nothing is written."""
    echo.raw = raw
    with pytest.raises(ProviderError) as caught:
        record(echo.url, clock, tmp_path, (make_request("x"), 0))
    assert caught.value.reason == "malformed"
    assert files.recordings(tmp_path) == ()


def test_record_replaces_and_record_missing_does_not(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """Only mode record asks again for what is there."""
    first, second = (make_request("하나"), 0), (make_request("둘"), 0)
    record(echo.url, clock, tmp_path, first)
    file = files.recordings(tmp_path)[0]
    before = file.read_bytes()
    fetched = record(echo.url, clock, tmp_path, first, second, missing=True)
    assert [reply.delivery for reply in fetched] == [Delivery.REPLAYED, Delivery.LIVE]
    assert echo.prompts == ["하나", "둘"]
    assert file.read_bytes() == before
    record(echo.url, clock, tmp_path, first)
    assert echo.prompts == ["하나", "둘", "하나"]
    assert file.read_bytes() != before


def test_the_key_is_in_no_file_and_no_log(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in recordings, nor in anything that vcrpy, the SDK or the HTTP client say at their loudest."""
    caplog.set_level(logging.DEBUG)
    record(echo.url, clock, tmp_path, *((make_request(f"질문 {i}"), 0) for i in range(5)))
    echo.status = 503
    with pytest.raises(ProviderError):
        record(echo.url, clock, tmp_path, (make_request("실패"), 0))
    everything = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(everything) == 5
    assert all(b"MARKED" not in content for content in everything)
    assert "MARKED" not in caplog.text


def test_a_key_in_a_prompt_is_not_written(echo: Any, clock: Any, tmp_path: Path, make_request: Any) -> None:
    """Somebody pasted the key into a case: stop before it reaches the repository."""
    with pytest.raises(IntegrityError, match="API key stands in the prompt") as caught:
        record(echo.url, clock, tmp_path, (make_request(f"my key {MARKED_KEY} does not work"), 0))
    assert MARKED_KEY not in str(caught.value)
    assert files.recordings(tmp_path) == ()


def test_a_full_disk_stops_the_run_in_words(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is not handed on as if it had been kept."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(IntegrityError, match="No space left on device"):
        record(echo.url, clock, tmp_path, (make_request("x"), 0))
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_bypasses_the_recorder_is_caught(
    clock: Any, recorded: tuple[Path, ModelRequest], tmp_path: Path
) -> None:
    """An HTTP library that vcrpy does not know must not pass for recorded."""
    folder, request = recorded

    async def main() -> None:
        with recording(tmp_path / "new", client=ReplayClient(folder), clock=clock) as recorder:
            await recorder.complete(request, draw=0)

    with pytest.raises(IntegrityError, match="went past the recorder"):
        asyncio.run(main())
    assert not (tmp_path / "new").exists()


def test_an_answer_that_is_not_the_recorded_one_is_caught(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """A client that asks something else than it was asked to does not pass either."""

    class Muddled:
        name = "muddled/1"

        def __init__(self) -> None:
            self._inner = live_client(echo.url, clock)

        async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
            del request
            return await self._inner.complete(make_request("뒤바뀐 질문"), draw=draw)

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def main() -> None:
        with recording(tmp_path, client=Muddled(), clock=clock) as recorder:
            try:
                await recorder.complete(make_request("질문"), draw=0)
            finally:
                await recorder.aclose()

    with pytest.raises(IntegrityError, match="another exchange than muddled/1"):
        asyncio.run(main())
    assert files.recordings(tmp_path) == ()


def test_other_traffic_is_left_alone(echo: Any, clock: Any, tmp_path: Path) -> None:
    """A request that belongs to no call of ours passes through and is not recorded."""
    import httpx2

    async def main() -> int:
        with recording(tmp_path, client=live_client(echo.url, clock), clock=clock) as recorder:
            async with httpx2.AsyncClient() as other:
                body = {"contents": [{"parts": [{"text": "남의 것"}]}]}
                response = await other.post(f"{echo.url}/v1beta/models/m:generateContent", json=body)
            await recorder.aclose()
            return response.status_code

    assert asyncio.run(main()) == 200
    assert files.recordings(tmp_path) == ()


def test_vcrpy_is_gone_after_the_block(echo: Any, clock: Any, tmp_path: Path, make_request: Any) -> None:
    """The HTTP library is as it was."""
    import httpx2

    before = httpx2.AsyncHTTPTransport.handle_async_request
    record(echo.url, clock, tmp_path, (make_request("x"), 0))
    assert httpx2.AsyncHTTPTransport.handle_async_request is before


def test_the_emulator_is_recorded_with_its_mark(clock: Any, tmp_path: Path, make_request: Any) -> None:
    """What the emulator answered is simulated, live and replayed."""
    request = make_request("I have three years of Java. How do I move to data work?")
    with running(EmulatorSettings(latency_scale=0.0)) as url:
        (live,) = record(url, clock, tmp_path, (request, 0))
    replayed = asyncio.run(ReplayClient(tmp_path).complete(request, draw=0))
    for reply in (live, replayed):
        assert derive_origin(reply.host, reply.headers, reply.body) is Origin.SIMULATED
    assert parse_response(replayed.body) == parse_response(live.body)


_RECORDER = """
import asyncio, datetime, sys, time
from pathlib import Path
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.gateway.cassette.record import recording
from evalharness.gateway.clients.google_genai import GoogleGenaiClient

class Clock:
    now = staticmethod(lambda: datetime.datetime.now(datetime.UTC))
    monotonic = staticmethod(time.monotonic)

async def main():
    client = GoogleGenaiClient.from_environment({}, base_url=sys.argv[1], clock=Clock(), timeout_s=60)
    texts = [f"질문 {i}" for i in range(60)] + ["hold on"]
    with recording(Path(sys.argv[2]), client=client, clock=Clock()) as recorder:
        await asyncio.gather(*(
            recorder.complete(ModelRequest(
                model="gemini-3.8-flash", system="", messages=(Message(role="user", text=text),),
                max_output_tokens=9, seed=1,
            ), draw=0)
            for text in texts
        ))

asyncio.run(main())
"""


def test_kill_in_the_middle_leaves_whole_files_only(echo: Any, tmp_path: Path) -> None:
    """After kill -9 every recording reads and verifies, and the answers so far are there."""
    folder = tmp_path / "cassettes"
    # Escaped: an ASCII or cp949 console could not pass Korean as an argument.
    source = _RECORDER.encode("ascii", "backslashreplace").decode()
    command = [sys.executable, "-c", source, echo.url, str(folder)]
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 30
    while len(files.recordings(folder)) < 10 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    process.kill()
    process.wait()
    kept = files.recordings(folder)
    assert len(kept) >= 10
    for file in kept:
        assert files.read(file).key == file.stem
    assert "hold on" not in {
        files.read(file).request_body["contents"][0]["parts"][0]["text"] for file in kept
    }
