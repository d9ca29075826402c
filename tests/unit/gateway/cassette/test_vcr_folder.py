"""People who use plain vcrpy, or pytest, play the same recordings."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from vcr.errors import CannotOverwriteExistingCassetteException

from evalharness.core.errors import BadInput, CassetteDamaged, IntegrityError
from evalharness.gateway.cassette.files import recordings, write
from evalharness.gateway.cassette.vcr_folder import FolderPersister, folder_vcr

GOOGLE = "https://generativelanguage.googleapis.com"


@pytest.fixture
def folder(tmp_path: Path, make_request: Any, make_interaction: Any) -> Path:
    """Three questions, one of them with two draws."""
    path = tmp_path / "cassettes"
    for index, text in enumerate(("첫 질문", "둘째 질문", "셋째 질문")):
        write(path, make_interaction(make_request(text), answer=f"{index}번 답 😀"), overwrite=False)
    write(path, make_interaction(make_request("첫 질문"), draw=1, answer="다시 답"), overwrite=False)
    return path


def ask(body: Any, *, model: str = "gemini-3.8-flash", base: str = GOOGLE) -> str:
    answer = httpx2.post(f"{base}/v1beta/models/{model}:generateContent", json=body).json()
    return str(answer["candidates"][0]["content"]["parts"][0]["text"])


def test_vcrpy_plays_a_folder_by_question(folder: Path, make_request: Any) -> None:
    """Whatever order, host and spelling of keys; the same question again gets an answer again."""
    with folder_vcr().use_cassette(str(folder)) as cassette:
        assert ask(make_request("셋째 질문").body) == "2번 답 😀"
        assert ask(make_request("둘째 질문").body) == "1번 답 😀"
        assert ask(make_request("둘째 질문").body, base="http://127.0.0.1:1") == "1번 답 😀"
        snake = json.loads(
            json.dumps(make_request("셋째 질문").body)
            .replace("systemInstruction", "system_instruction")
            .replace("maxOutputTokens", "max_output_tokens")
        )
        assert ask(snake) == "2번 답 😀"
        assert [ask(make_request("첫 질문").body) for _ in range(2)] == ["0번 답 😀", "0번 답 😀"]
    assert cassette.play_count == 6
    with folder_vcr().use_cassette(str(folder), allow_playback_repeats=False):
        assert [ask(make_request("첫 질문").body) for _ in range(2)] == ["0번 답 😀", "다시 답"]
    assert len(recordings(folder)) == 4


def test_the_sdk_is_answered_from_a_folder(folder: Path) -> None:
    """google-genai as its users call it: it spells the request in its own way."""
    from google import genai

    client = genai.Client(api_key="none", http_options={"api_version": "v1beta"})
    with folder_vcr().use_cassette(str(folder)):
        answer = client.models.generate_content(
            model="gemini-3.8-flash",
            contents="둘째 질문",
            config={"system_instruction": "당신은 멘토입니다.", "max_output_tokens": 512, "seed": 7},
        )
    client.close()
    assert answer.text == "1번 답 😀"


def test_what_was_not_recorded_is_refused(folder: Path, make_request: Any) -> None:
    with folder_vcr().use_cassette(str(folder)):
        for body, model in (
            (make_request("넷째 질문").body, "gemini-3.8-flash"),
            (make_request("둘째 질문").body, "gemini-3.1-pro-preview"),
        ):
            with pytest.raises(CannotOverwriteExistingCassetteException):
                ask(body, model=model)
        with pytest.raises(CannotOverwriteExistingCassetteException):
            httpx2.get("http://127.0.0.1:1/other")


def test_damage_and_absence_are_errors_not_empty_cassettes(folder: Path, tmp_path: Path) -> None:
    """Vcrpy takes a file that it cannot read for an empty one, and would go on to record."""
    with pytest.raises(BadInput, match="no such folder"), folder_vcr().use_cassette(str(tmp_path / "absent")):
        pass
    recordings(folder)[0].write_bytes(b"")
    with pytest.raises(CassetteDamaged), folder_vcr().use_cassette(str(folder)):
        pass
    with pytest.raises(IntegrityError, match="does not record"):
        FolderPersister.save_cassette(folder, {}, None)


def test_the_page_for_plain_vcrpy_works_without_evalharness(
    folder: Path, root: Path, tmp_path: Path, make_request: Any
) -> None:
    """The program in docs/cassettes.md, run as it stands, with evalharness not importable."""
    page = (root / "docs" / "cassettes.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python plain_vcr\.py\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "plain_vcr.py").write_text(program, encoding="utf-8", newline="\n")
    body = ascii(json.dumps(make_request("둘째 질문").body))
    use = (
        "import sys; sys.modules['evalharness'] = None\n"
        "import httpx2, json, plain_vcr\n"
        f"with plain_vcr.folder_vcr.use_cassette({str(folder)!r}):\n"
        f"    answer = httpx2.post('{GOOGLE}/v1beta/models/gemini-3.8-flash:generateContent',"
        f" json=json.loads({body})).json()\n"
        "print(ascii(answer['candidates'][0]['content']['parts'][0]['text']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", use],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.stdout.strip() == ascii("1번 답 😀"), done.stderr


OTHER_PROJECT = """
import asyncio
import pytest
from evalharness.core.errors import CassetteMiss
from evalharness.core.wire.request import Message, ModelRequest

BODY = {body}

def ask(text):
    return ModelRequest(model="gemini-3.8-flash", system="당신은 멘토입니다.", max_output_tokens=512, seed=7,
                        messages=(Message(role="user", text=text),))

def test_any_code(evalharness_replay):
    replay = evalharness_replay("cassettes")
    answer = replay.generate_content("gemini-3.8-flash", BODY)
    assert answer["candidates"][0]["content"]["parts"][0]["text"] == "1번 답 😀"
    assert len(replay.unused()) == 3

def test_a_model_client(evalharness_replay):
    reply = asyncio.run(evalharness_replay("cassettes").complete(ask("셋째 질문")))
    assert reply.body["candidates"][0]["content"]["parts"][0]["text"] == "2번 답 😀"
    assert reply.delivery == "replayed"

def test_draws(evalharness_replay):
    reply = asyncio.run(evalharness_replay("cassettes").complete(ask("첫 질문"), draw=1))
    assert reply.body["candidates"][0]["content"]["parts"][0]["text"] == "다시 답"

def test_a_miss_tells_the_nearest(evalharness_replay):
    with pytest.raises(CassetteMiss, match="nearest recording .* differs in contents") as caught:
        evalharness_replay("cassettes").generate_content("gemini-3.8-flash", ask("둘째 물음").body)
    assert "둘째 질문" in str(caught.value)

def test_no_folder(evalharness_replay):
    with pytest.raises(Exception, match="no such folder"):
        evalharness_replay("absent")
"""


def test_the_fixture_in_another_projects_tests(folder: Path, make_request: Any) -> None:
    """Found by its entry point; the tests of a folder that has nothing else."""
    source = OTHER_PROJECT.replace("{body}", repr(make_request("둘째 질문").body))
    (folder.parent / "test_other.py").write_text(source, encoding="utf-8", newline="\n")
    (folder.parent / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_other.py"],
        cwd=folder.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert "5 passed" in done.stdout, done.stdout


def test_the_plugin_imports_nothing_heavy() -> None:
    """It is loaded into every pytest run of whoever installs evalharness."""
    code = (
        "import sys, pytest; before = set(sys.modules); import evalharness.app.pytest_plugin\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "['evalharness', 'evalharness.app', 'evalharness.app.pytest_plugin']"
