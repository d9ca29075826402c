"""Replay, misses and modes, without a network."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.errors import CassetteDamaged, CassetteMiss, ProviderError
from evalharness.core.provenance import Delivery
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.gateway.cassette import files
from evalharness.gateway.cassette.interaction import to_json
from evalharness.gateway.cassette.miss import describe_miss
from evalharness.gateway.cassette.modes import MissingThenRecord, Mode
from evalharness.gateway.cassette.replay import ReplayClient

Recorded = tuple[Path, ModelRequest]


def test_replay_returns_the_recorded_answer(recorded: Recorded) -> None:
    """Body, latency and time are the recorded ones; only the delivery says replayed."""
    folder, request = recorded
    reply = asyncio.run(ReplayClient(folder).complete(request, draw=0))
    assert reply.body["candidates"][0]["content"]["parts"][0]["text"] == "먼저 목표를 적어 보세요 😀"
    assert reply.delivery is Delivery.REPLAYED
    assert (reply.latency_ms, reply.client) == (812.5, "google-genai/3.4.0")


def test_a_miss_says_what_was_asked(recorded: Recorded) -> None:
    """Another draw is another recording."""
    folder, request = recorded
    with pytest.raises(
        CassetteMiss, match=r"-d1\.json: no recording .* gemini-3.8-flash, draw 1 .*record-missing"
    ):
        asyncio.run(ReplayClient(folder).complete(request, draw=1))
    with pytest.raises(CassetteMiss):
        asyncio.run(ReplayClient(folder / "absent").complete(request, draw=0))


def test_replay_refuses_damage(recorded: Recorded) -> None:
    """A damaged recording is not a miss."""
    folder, request = recorded
    (file,) = files.recordings(folder)
    file.write_bytes(b"")
    with pytest.raises(CassetteDamaged):
        asyncio.run(ReplayClient(folder).complete(request, draw=0))


def test_unused_recordings_are_known(recorded: Recorded, make_request: Any, make_interaction: Any) -> None:
    """What no call asked for is listed; temporary and hidden files are not recordings."""
    folder, request = recorded
    other = files.write(folder, make_interaction(make_request("남는 질문")), overwrite=False)
    (folder / ".x.json.1234.partial").write_bytes(b"")
    client = ReplayClient(folder)
    assert len(client.unused()) == 2
    asyncio.run(client.complete(request, draw=0))
    assert client.unused() == (other,)


def test_record_missing_asks_the_live_client_for_what_is_missing(recorded: Recorded) -> None:
    """And for nothing else; a damaged recording is not asked for again."""
    folder, request = recorded
    asked: list[int] = []

    class Live:
        name = "live/1"

        async def complete(self, request: ModelRequest, *, draw: int) -> Any:
            asked.append(draw)
            raise ProviderError("down")

        async def aclose(self) -> None:
            asked.append(-1)

    client = MissingThenRecord(replay=ReplayClient(folder), record=Live())
    assert client.name == "live/1"
    assert asyncio.run(client.complete(request, draw=0)).delivery is Delivery.REPLAYED
    with pytest.raises(ProviderError) as caught:
        asyncio.run(client.complete(request, draw=3))
    assert caught.value.__context__ is None
    files.recordings(folder)[0].write_bytes(b"{}")
    with pytest.raises(CassetteDamaged):
        asyncio.run(client.complete(request, draw=0))
    asyncio.run(client.aclose())
    assert asked == [3, -1]


def test_what_each_mode_does() -> None:
    """Only replay never connects; only record replaces."""
    assert [(str(m), m.connects, m.records, m.overwrites) for m in Mode] == [
        ("replay", False, False, False),
        ("record", True, True, True),
        ("record-missing", True, True, False),
        ("live", True, False, False),
    ]


def test_the_nearest_recording_and_what_differs(
    recorded: Recorded, make_request: Any, make_interaction: Any
) -> None:
    """The same model comes before a more similar text; the differences name the fields."""
    folder, request = recorded
    text = "이직을 고민합니다. 무엇부터 볼까요?"
    files.write(folder, make_interaction(make_request("전혀 다른 이야기")), overwrite=False)
    files.write(folder, make_interaction(make_request(text, model="gemini-3.1-pro-preview")), overwrite=False)
    (folder / "broken.json").write_bytes(b"{}\n")
    changed = make_request(text.replace("볼까요", "할까요"), seed=34, thinking_level="low")
    miss = describe_miss(folder, changed, 2)
    assert miss.nearest == f"{request.digest}-d0.json"
    assert miss.wanted == f"{changed.digest}-d2.json"
    assert miss.damaged == 1
    assert [str(item) for item in miss.differences] == [
        f'contents[0].parts[0].text: "{text}" → "{text.replace("볼까요", "할까요")}"',
        "draw: 0 → 2",
        "generationConfig.seed: 7 → 34",
        'generationConfig.thinkingConfig: absent → {"thinkingLevel": "LOW"}',
    ]
    assert str(miss).startswith(f"nearest recording {miss.nearest} differs in contents[0].parts[0].text: ")
    assert "\n" not in str(miss)


def test_a_missing_draw_is_nearest_to_its_sibling(recorded: Recorded) -> None:
    """If only the draw is missing, only the draw differs."""
    folder, request = recorded
    assert [str(item) for item in describe_miss(folder, request, 1).differences] == ["draw: 0 → 1"]


def test_another_model_is_nearest_when_there_is_nothing_else(recorded: Recorded, make_request: Any) -> None:
    """The model shows in the path."""
    folder, _ = recorded
    request = make_request("이직을 고민합니다. 무엇부터 볼까요?", model="gemini-4-argon")
    assert [item.field for item in describe_miss(folder, request, 0).differences] == ["path"]


def test_many_differences_are_cut(recorded: Recorded, make_request: Any) -> None:
    """One line stays one line."""
    folder, _ = recorded
    request = make_request("x", messages=tuple(Message(role="user", text=str(i)) for i in range(20)))
    assert str(describe_miss(folder, request, 0)).endswith("; and 14 more")


def test_nothing_to_compare_with(tmp_path: Path, make_request: Any) -> None:
    """An empty or absent folder is said to be so."""
    miss = describe_miss(tmp_path / "absent", make_request("x"), 0)
    assert (miss.nearest, miss.differences) == (None, ())
    assert "no recording in" in str(miss)
    (tmp_path / "broken.json").write_bytes(b"")
    assert "(1 damaged)" in str(describe_miss(tmp_path, make_request("x"), 0))


_AUDITED = """
import sys
seen = []
forbidden = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
sys.addaudithook(lambda event, args: seen.append(event) if event in forbidden else None)
from pathlib import Path
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.gateway.cassette.modes import Mode
from evalharness.gateway.cassette.replay import ReplayClient
request = ModelRequest(
    model="gemini-3.8-flash", system="당신은 멘토입니다.", max_output_tokens=512, seed=7,
    messages=(Message(role="user", text="이직을 고민합니다. 무엇부터 볼까요?"),),
)
try:
    ReplayClient(Path(sys.argv[1])).complete(request, draw=0).send(None)
except StopIteration as done:
    assert "목표" in str(done.value.body)
# Bare "google" does not count: the legacy SDK's .pth file makes an empty one in every interpreter.
heavy = {"google", "httpx", "httpx2", "httpcore2", "vcr", "requests", "aiohttp", "urllib3", "asyncio",
         "socket", "ssl", "pydantic", "dotenv", "pandas", "numpy"}
print(seen, sorted(heavy & {name.partition(".")[0] for name in sys.modules if name != "google"}))
"""


def test_replay_connects_to_nothing_and_loads_nothing(recorded: Recorded) -> None:
    """No connect, bind or look-up; no SDK, HTTP client or vcrpy, and not even a socket module."""
    # Escaped: an ASCII or cp949 console could not pass Korean as an argument.
    source = _AUDITED.encode("ascii", "backslashreplace").decode()
    command = [sys.executable, "-c", source, str(recorded[0])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[] []"


def test_replay_of_many_finds_each_its_own(
    tmp_path: Path, make_request: Any, make_interaction: Any, record_property: Any
) -> None:
    """Four hundred recordings, asked in another order; the time is noted, not asserted."""
    body = "멘토에게 묻습니다. " * 150
    requests = [make_request(f"{body}{i}") for i in range(400)]
    for index, request in enumerate(requests):
        content = to_json(make_interaction(request, answer=f"{index}번 답"))
        (tmp_path / f"{request.digest}-d0.json").write_bytes(content)
    client = ReplayClient(tmp_path)
    started = time.perf_counter()

    async def main() -> list[str]:
        replies = [await client.complete(request, draw=0) for request in reversed(requests)]
        return [reply.body["candidates"][0]["content"]["parts"][0]["text"] for reply in replies]

    assert asyncio.run(main()) == [f"{index}번 답" for index in reversed(range(400))]
    record_property("seconds for 400", round(time.perf_counter() - started, 3))
    assert client.unused() == ()


def test_concurrent_replay_gives_every_cell_its_own_answer(
    tmp_path: Path, make_request: Any, make_interaction: Any
) -> None:
    """Four hundred cells that differ in one figure, in twenty random orders, on tasks and on threads."""
    body = "멘토에게 묻습니다. " * 40
    cells = [(make_request(f"{body}{i // 2}"), i % 2) for i in range(400)]
    for index, (request, draw) in enumerate(cells):
        files.write(tmp_path, make_interaction(request, draw, f"{index}번 답"), overwrite=False)
    client = ReplayClient(tmp_path)

    async def ask(index: int) -> str:
        request, draw = cells[index]
        await asyncio.sleep(0)
        reply = await client.complete(request, draw=draw)
        await asyncio.sleep(0)
        return str(reply.body["candidates"][0]["content"]["parts"][0]["text"])

    async def all_at_once(order: list[int]) -> list[str]:
        return list(await asyncio.gather(*map(ask, order)))

    for seed in range(20):
        order = random.Random(seed).sample(range(400), 400)  # noqa: S311 - an order, not a secret
        assert asyncio.run(all_at_once(order)) == [f"{index}번 답" for index in order]
    with ThreadPoolExecutor(8) as threads:
        parts = [order[at::8] for at in range(8)]
        for part, answers in zip(
            parts, threads.map(lambda p: asyncio.run(all_at_once(p)), parts), strict=True
        ):
            assert answers == [f"{index}번 답" for index in part]
    assert client.unused() == ()
