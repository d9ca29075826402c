"""Answers about real people are redacted before they are written or handed on, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.errors import CassetteDamaged, IntegrityError
from evalharness.core.privacy import PersonalText
from evalharness.gateway.cassette import files
from evalharness.gateway.cassette.interaction import from_json, to_json
from evalharness.gateway.cassette.record import recording
from evalharness.gateway.cassette.replay import ReplayClient
from evalharness.gateway.clients.endpoint import resolve_endpoint
from evalharness.gateway.clients.google_genai import GoogleGenaiClient
from evalharness.gateway.clients.keys import Secret
from evalharness.gateway.clients.redacting import RedactingClient

PERSONAL = PersonalText(names=("김민수",))
SAID = "김민수 님은 010-2345-6789로 전화하세요."
BODY = {
    "candidates": [{"content": {"parts": [{"text": SAID}]}, "finishReason": "STOP"}],
    "modelVersion": "gemini-3.8-flash",
    "responseId": "010-2345-6789",
}


def live(url: str, clock: Any) -> GoogleGenaiClient:
    return GoogleGenaiClient(
        endpoint=resolve_endpoint(url, {}), key=Secret("x" * 20), clock=clock, timeout_s=10
    )


def text(body: Any) -> str:
    return str(body["candidates"][0]["content"]["parts"][0]["text"])


def test_a_recording_is_redacted_and_says_so(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    """The reply, the file and its replay are equal; the request keeps its digest, the answer's id stays."""
    echo.raw = json.dumps(BODY).encode()
    request = make_request("질문")

    async def main() -> Any:
        with recording(tmp_path, client=live(echo.url, clock), clock=clock, personal=PERSONAL) as recorder:
            try:
                return await recorder.complete(request, draw=0)
            finally:
                await recorder.aclose()

    reply = asyncio.run(main())
    (file,) = files.recordings(tmp_path)
    item = files.read(file)
    assert text(reply.body) == text(item.response_body) == "[이름] 님은 [전화]로 전화하세요."
    assert item.redacted == {"name": 1, "phone number": 1}
    assert (item.digest, item.response_body["responseId"]) == (request.digest, "010-2345-6789")
    assert "김민수" not in file.read_text(encoding="utf-8")
    assert asyncio.run(ReplayClient(tmp_path).complete(request, draw=0)).body == reply.body


def test_an_answer_without_anything_personal_says_that_it_was_looked_at(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any
) -> None:
    async def main(personal: PersonalText | None, folder: Path) -> None:
        with recording(folder, client=live(echo.url, clock), clock=clock, personal=personal) as recorder:
            await recorder.complete(make_request("질문"), draw=0)
            await recorder.aclose()

    for personal, folder, mark in ((PERSONAL, tmp_path / "a", {}), (None, tmp_path / "b", None)):
        asyncio.run(main(personal, folder))
        assert files.read(files.recordings(folder)[0]).redacted == mark


def test_a_live_answer_is_redacted(echo: Any, clock: Any, make_request: Any) -> None:
    echo.raw = json.dumps(BODY).encode()

    async def main() -> Any:
        client = RedactingClient(live(echo.url, clock), PERSONAL)
        try:
            return await client.complete(make_request("질문"), draw=0)
        finally:
            await client.aclose()

    assert text(asyncio.run(main()).body) == "[이름] 님은 [전화]로 전화하세요."


@pytest.mark.parametrize("change", [{"system": "문의: help@lumen.kr"}, {}])
def test_a_request_with_personal_text_is_not_sent(
    echo: Any, clock: Any, tmp_path: Path, make_request: Any, change: dict[str, Any]
) -> None:
    """Neither live nor recording; the message does not repeat what it found."""
    request = make_request("" if change else SAID, **change)

    async def main() -> None:
        client = live(echo.url, clock)
        try:
            with pytest.raises(
                IntegrityError, match=r"not sent: the (system text|user) of a request"
            ) as caught:
                await RedactingClient(client, PERSONAL).complete(request, draw=0)
            assert not any(part in str(caught.value) for part in ("김민수", "010", "help@"))
            with (
                recording(tmp_path, client=client, clock=clock, personal=PERSONAL) as recorder,
                pytest.raises(IntegrityError, match="not sent"),
            ):
                await recorder.complete(request, draw=0)
        finally:
            await client.aclose()

    asyncio.run(main())
    assert (echo.prompts, list(tmp_path.iterdir())) == ([], [])


@pytest.mark.parametrize("value", [{"name": 0}, {"name": True}, {"name": "2"}, [], 1])
def test_a_mark_that_is_no_count_is_refused(
    tmp_path: Path, make_request: Any, make_interaction: Any, value: Any
) -> None:
    item = make_interaction(make_request("x"))
    document = json.loads(to_json(item)) | {"redacted": value}
    content = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    with pytest.raises(CassetteDamaged, match="redacted"):
        from_json(content, file=Path(f"{item.key}.json"))
