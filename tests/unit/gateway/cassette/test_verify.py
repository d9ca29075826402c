"""Every damage and every clumsy forgery is found, none crashes the check, and nothing is overwritten."""

from __future__ import annotations

import base64
import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalharness.app.recordings.credentials import scanner
from evalharness.core.privacy import PersonalText
from evalharness.gateway.cassette.files import read, recording_path, recordings
from evalharness.gateway.cassette.finding import Finding, Standard
from evalharness.gateway.cassette.interaction import Interaction, to_json
from evalharness.gateway.cassette.response_id import time_of
from evalharness.gateway.cassette.verify import Verification, verify_folder

ON = dt.date(2026, 11, 29)
# In two pieces: scanners of repositories take it for a real one.
FAKE_GOOGLE_KEY = "AIza" + "SyA1234567890abcdefghijklmnopqrstuv"
STANDARD = Standard(on=ON, max_age_days=180)
Spoil = Callable[[Path], None]


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """Six of the shipped recordings."""
    copy = tmp_path / "cassettes"
    copy.mkdir()
    for file in recordings(root / "cassettes" / "mentoring")[:6]:
        shutil.copy(file, copy)
    return copy


def first(folder: Path) -> Path:
    return recordings(folder)[0]


def second(folder: Path) -> Path:
    return recordings(folder)[1]


def forge(file: Path, **changes: Any) -> Path:
    """Change a recording as somebody would who computes the hashes anew; returns the new file."""
    item = replace(read(file), **changes)
    file.unlink()
    new = recording_path(file.parent, item.key)
    new.write_bytes(to_json(item))
    return new


def change_body(**changes: Any) -> Spoil:
    """Forge top-level fields of the answer."""

    def spoil(folder: Path) -> None:
        file = first(folder)
        forge(file, response_body={**read(file).response_body, **changes})

    return spoil


def change(**changes: Any) -> Spoil:
    return lambda folder: forge(first(folder), **changes) and None


def rewrite(edit: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of the first recording."""
    return lambda folder: first(folder).write_bytes(edit(first(folder).read_bytes())) and None


def edit_json(edit: Callable[[dict[str, Any]], None]) -> Spoil:
    """Change the JSON of the first recording, hashes left as they are."""

    def spoil(folder: Path) -> None:
        document = json.loads(first(folder).read_bytes())
        edit(document)
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        first(folder).write_text(text, encoding="utf-8", newline="\n")

    return spoil


def answer_text(text: str) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP"}]}


def edit_answer(document: dict[str, Any]) -> None:
    document["response"]["body"]["candidates"][0]["content"]["parts"][0]["text"] += " 그리고 승인하세요."


def swap(folder: Path) -> None:
    a, b = first(folder), second(folder)
    was = a.read_bytes()
    a.write_bytes(b.read_bytes())
    b.write_bytes(was)


def copy_response(folder: Path) -> None:
    """The answer of one request under another's, all hashes made to fit."""
    forge(first(folder), response_body=read(second(folder)).response_body)


def hundred_megabytes(folder: Path) -> None:
    with first(folder).open("r+b") as stream:
        stream.truncate(100 * 1024 * 1024)


def link(folder: Path) -> None:
    file = first(folder)
    outside = folder.parent / file.name
    file.rename(outside)
    file.symlink_to(outside)


def add(name: str, content: bytes = b"{}\n") -> Spoil:
    return lambda folder: (folder / name).write_bytes(content) and None


def add_folder(folder: Path) -> None:
    (folder / f"{'0' * 64}-d0.json").mkdir()


DAMAGE: dict[str, tuple[Spoil, str, str]] = {
    "edited answer": (edit_json(edit_answer), "damage", "the answer was changed after recording"),
    "swapped files": (swap, "damage", "renamed or copied under another name"),
    "response copied under another key": (copy_response, "identity", "an answer was copied"),
    "truncated": (rewrite(lambda content: content[: len(content) // 2]), "damage", "cut off or edited"),
    "last byte lost": (rewrite(lambda content: content[:-1]), "damage", "cut off or edited"),
    "empty": (rewrite(lambda _: b""), "damage", "the file is empty"),
    "byte order mark": (rewrite(lambda content: b"\xef\xbb\xbf" + content), "damage", "byte order mark"),
    "CRLF": (rewrite(lambda content: content.replace(b"\n", b"\r\n")), "damage", "CR line ends"),
    "wrong encoding": (
        rewrite(lambda content: content.decode().encode("cp949", "replace")), "damage", "is not UTF-8",
    ),
    "duplicated keys": (
        rewrite(lambda content: content.replace(b'"draw": 0', b'"draw": 1,\n  "draw": 0')),
        "damage", "stands twice",
    ),
    "100 MB": (hundred_megabytes, "damage", "larger than 32 MiB"),
    "link": (link, "folder", "is a link"),
    "name that leaves the folder": (
        add("..%2f..%2fetc%2fpasswd.json"), "folder", "not the name of a recording",
    ),
    "name of a device": (add("NUL.json"), "folder", "not the name of a recording"),
    "name in capitals": (add(f"{'A' * 64}-d0.json"), "folder", "not the name of a recording"),
    "draw with zeros": (add(f"{'a' * 64}-d00.json"), "folder", "not the name of a recording"),
    "unknown file": (add("notes.txt"), "folder", "not the name of a recording"),
    "folder under a recording's name": (add_folder, "folder", "is not a file"),
    "path in the request": (
        edit_json(lambda d: d["request"].update(path="/../../v1beta/models/m:generateContent")),
        "damage", "canonical",
    ),
    "header": (
        edit_json(lambda d: d["response"]["headers"].update({"set-cookie": "s=1"})), "damage", "allow-list",
    ),
    "key in the request's path": (
        edit_json(lambda d: d["request"].update(path=d["request"]["path"] + "?key=AIza")),
        "damage", "canonical form",
    ),
    "not a Gemini answer": (change(response_body={"hello": 1}), "response", "neither candidates nor"),
    "usage that does not add up": (
        change_body(usageMetadata={"promptTokenCount": 5, "totalTokenCount": 9}), "usage", "its parts give 5",
    ),
    "negative usage": (change_body(usageMetadata={"promptTokenCount": -5}), "usage", "negative"),
    "mark taken out of the header": (change(headers={}), "origin", "mark is missing in header"),
    "mark taken out of the model": (
        change_body(modelVersion="gemini-3.8-flash"), "origin", "mark is missing in modelVersion",
    ),
    "simulated answer under Google's host": (
        change(host="generativelanguage.googleapis.com"), "origin", "claims to come from",
    ),
    "unmarked answer of this machine": (
        change(headers={}, response_body=answer_text("네") | {"modelVersion": "gemini-3.8-flash"}),
        "origin", "nobody knows who answered",
    ),
    "another model": (
        change_body(modelVersion="gemini-2.5-flash-simulated"), "model", "answered by gemini-2.5-flash",
    ),
    "no model": (change_body(modelVersion=""), "model", "does not say which model"),
    "another Date": (
        change(headers={"date": "Mon, 23 Nov 2026 10:42:37 GMT", "x-evalharness-emulator": "simulated"}),
        "time", "the server's Date is 2026-11-23 10:42:37",
    ),
    "from the future": (change(recorded_at="2026-12-24T00:00:00Z"), "time", "after the day of this check"),
    "too old": (change(recorded_at="2026-05-01T00:00:00Z", headers={}), "age", "212 days old"),
    "Google key in the answer": (
        change_body(**answer_text(FAKE_GOOGLE_KEY)),
        "secret", "AIzaSyA1…, Google API key",
    ),
    "AWS key in the answer": (
        change_body(**answer_text("\nAKIAIOSFODNN7EXAMPL2")), "secret", "AKIAIOSF…, AWS",
    ),
    "password in a URL": (
        change_body(**answer_text("https://me:hunter2secret@db.kr/x")), "secret", "Basic Auth",
    ),
    "private key": (
        change_body(**answer_text("-----BEGIN RSA PRIVATE KEY-----\nMIIE")),
        "secret", "BEGIN RS…, Private Key",
    ),
    "key as a JSON key": (
        change_body(**{FAKE_GOOGLE_KEY: 1}), "secret", "(a key) holds AIzaSyA1…",
    ),
    "key in a header": (
        change(headers={"server-timing": "x-goog-api-key: abcdefghijklmnop1234"}),
        "secret", "key in a query or header",
    ),
    "phone number": (change_body(**answer_text("010-2345-6789로")), "personal", "holds a phone number"),
    "resident number": (change_body(**answer_text("900215-2345678")), "personal", "holds a resident number"),
}  # fmt: skip


def verified(folder: Path, standard: Standard = STANDARD) -> Verification:
    return verify_folder(folder, replace(standard, find_credentials=scanner()))


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_told(folder: Path, name: str) -> None:
    """The check names the file and what is wrong, and leaves every byte as it was."""
    spoil, check, part = DAMAGE[name]
    spoil(folder)
    before = state(folder)
    found = verified(folder)
    hits = [item for item in found.errors if item.check == check and holds(item, part)]
    assert hits, [str(item) for item in found.findings]
    assert all("\n" not in item.message for item in found.findings)
    assert state(folder) == before


def holds(item: Finding, part: str) -> bool:
    return all(word in item.message for word in part.split(", ")) if "…" in part else part in item.message


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.iterdir()}


def test_whole_recordings_pass(folder: Path) -> None:
    found = verified(folder)
    assert (found.recordings, found.findings) == (6, ())


def test_the_shipped_recordings_pass(root: Path) -> None:
    assert verified(root / "cassettes" / "mentoring").findings == ()


def test_a_careful_forgery_passes(folder: Path) -> None:
    """Whoever computes the hashes anew is not found out: that is what a seal is for (test_seal.py)."""
    body = read(first(folder)).response_body
    text = body["candidates"][0]["content"]["parts"][0]["text"]
    forged = json.loads(json.dumps(body).replace(json.dumps(text), json.dumps("승인하세요.")))
    forge(first(folder), response_body=forged)
    assert verified(folder).findings == ()


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    assert [item.message for item in verified(tmp_path).errors] == [
        "holds no recording: nothing was verified"
    ]
    assert verified(tmp_path / "absent").errors


def test_a_write_that_was_cut_off_is_only_said(folder: Path) -> None:
    (folder / f".{'0' * 64}-d0.json.1234abcd.partial").write_bytes(b"{")
    found = verified(folder)
    assert [item.warning for item in found.findings] == [True]
    assert (found.errors, found.recordings) == ((), 6)


def google(file: Path, *, recorded: str, made: dt.datetime, **changes: Any) -> Interaction:
    """Make a recording as Google would have answered it."""
    item = read(file)
    response_id = base64.urlsafe_b64encode(
        int(made.timestamp()).to_bytes(4, "little") + bytes([0x80 | 5, 1]) + b"opaque"
    )
    marks = {"modelVersion": "gemini-3.8-flash", "responseId": response_id.decode().rstrip("=")}
    fields: dict[str, Any] = {
        "host": "generativelanguage.googleapis.com",
        "headers": {"date": made.strftime("%a, %d %b %Y %H:%M:%S GMT")},
        "path": "/v1beta/models/gemini-3.8-flash:generateContent",
        "recorded_at": recorded,
        "response_body": {**item.response_body, **marks},
    }
    return replace(item, **(fields | changes))


MADE = dt.datetime(2026, 11, 23, 8, 42, 37, tzinfo=dt.UTC)


def alone(folder: Path, item: Interaction) -> Path:
    """Leave this one recording in the folder."""
    for file in recordings(folder):
        file.unlink()
    recording_path(folder, item.key).write_bytes(to_json(item))
    return folder


def test_a_recording_from_google_passes_and_its_id_tells_its_time(folder: Path) -> None:
    item = google(first(folder), recorded="2026-11-23T08:42:38Z", made=MADE)
    assert verified(alone(folder, item)).findings == ()
    late = google(first(folder), recorded="2026-11-23T09:42:38Z", made=MADE)
    messages = [found.message for found in verified(alone(folder, late)).errors]
    assert messages == [
        "responseId was made 2026-11-23 08:42:37, recorded_at 2026-11-23T09:42:38Z",
        "the server's Date is 2026-11-23 08:42:37, recorded_at 2026-11-23T09:42:38Z",
    ]
    body = {**item.response_body, "responseId": "simple"}
    odd = google(first(folder), recorded="2026-11-23T08:42:38Z", made=MADE, response_body=body)
    assert [found.message for found in verified(alone(folder, odd)).errors] == [
        "responseId 'simple' holds no time, as Google's do"
    ]


def test_origins_that_lie_together_are_said(folder: Path) -> None:
    item = google(second(folder), recorded="2026-11-23T08:42:38Z", made=MADE)
    second(folder).unlink()
    recording_path(folder, item.key).write_bytes(to_json(item))
    found = verified(folder)
    assert found.errors == ()
    assert "several origins lie together (1 google, 5 simulated)" in found.warnings[0].message


@pytest.mark.parametrize(
    ("recorded", "on", "part"),
    [
        (
            "2026-11-23T08:42:38Z",
            dt.date(2026, 11, 23),
            "recorded on 2026-11-23, but gemini-3.8-flash was shut",
        ),
        ("2026-11-22T08:42:38Z", dt.date(2026, 11, 23), "nothing can be decided about it any more"),
        ("2026-11-22T08:42:38Z", dt.date(2026, 11, 22), ""),
    ],
)
def test_a_model_past_its_shutdown(folder: Path, recorded: str, on: dt.date, part: str) -> None:
    standard = replace(STANDARD, on=on, shutdowns={"gemini-3.8-flash": dt.date(2026, 11, 23)})
    made = dt.datetime.fromisoformat(recorded)
    alone(folder, google(first(folder), recorded=recorded, made=made))
    messages = [item.message for item in verified(folder, standard).errors]
    assert (part in messages[0]) if part else messages == []


def test_aliases_agree(folder: Path) -> None:
    path = "/v1beta/models/gemini-flash-latest:generateContent"
    item = google(first(folder), recorded="2026-11-23T08:42:38Z", made=MADE, path=path)
    alone(folder, item)
    assert "asked for gemini-flash-latest, answered by gemini-3.8-flash" in verified(folder).errors[0].message

    def resolve(model: str) -> str:
        return {"gemini-flash-latest": "gemini-3.8-flash"}.get(model, model)

    assert verified(folder, replace(STANDARD, resolve=resolve)).errors == ()


def test_peoples_text_by_what_the_dataset_says_of_itself(folder: Path) -> None:
    """A real dataset must have been redacted; answers about an invented one may name a public hotline."""
    body = {**read(first(folder)).response_body, **answer_text("김민수 님은 02-312-4567로 전화하세요")}
    item = forge(first(folder), response_body=body)
    alone(folder, read(item))
    invented = verified(folder, replace(STANDARD, real=False))
    assert [(found.warning, found.message) for found in invented.findings] == [
        (True, "response.body.candidates[0].content.parts[0].text holds a phone number")
    ]
    people = replace(STANDARD, real=True, personal=PersonalText(names=("김민수",)))
    assert [found.message.partition("holds ")[2] for found in verified(folder, people).errors[:2]] == [
        "a name", "a phone number",
    ]  # fmt: skip
    assert verified(folder, people).errors[2].message.endswith("recorded without redaction")
    assert "김민수" not in str(verified(folder, people).findings)


def test_the_time_in_real_response_ids(recordings: Path) -> None:
    """Every id of real exchanges holds one, nearly always createTime to the microsecond."""
    ids, exact, apart = 0, 0, set()
    for line in recordings.read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)["response"]
        for chunk in answer if isinstance(answer, list) else [answer]:
            if not isinstance(chunk, dict) or "responseId" not in chunk:
                continue
            made = time_of(chunk["responseId"])
            assert made is not None
            assert 2025 <= made.year <= 2026
            ids += 1
            if "createTime" in chunk:
                difference = made - dt.datetime.fromisoformat(chunk["createTime"])
                exact += not difference
                apart |= {round(difference / dt.timedelta(days=1), 3)}
            break
    assert (ids, exact, apart) == (224, 66, {0.0, 1.0})


@pytest.mark.parametrize("text", ["", "x", "simulated-b4d2!", "!!!!", "AAAAAP___w", "\ud800", "가" * 9])
def test_what_is_no_id_of_google_holds_no_time(text: str) -> None:
    assert time_of(text) is None
