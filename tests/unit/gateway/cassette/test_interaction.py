"""The file of one interaction: readable, exact, and refused when it is not what was written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.errors import CassetteDamaged, IntegrityError
from evalharness.core.provenance import Delivery
from evalharness.core.wire.canonical import canonical_body
from evalharness.core.wire.request import ModelRequest
from evalharness.gateway.cassette import files
from evalharness.gateway.cassette.interaction import Interaction, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable

Recorded = tuple[Path, ModelRequest]


def only_file(folder: Path) -> Path:
    """Return the one recording of a folder."""
    (file,) = files.recordings(folder)
    return file


def test_the_file_is_named_by_digest_and_draw_and_is_readable(recorded: Recorded) -> None:
    """Korean and emoji are legible, lines end in LF, and the hashes stand last."""
    folder, request = recorded
    file = only_file(folder)
    assert file.name == f"{request.digest}-d0.json"
    content = file.read_bytes()
    text = content.decode("utf-8")
    assert "먼저 목표를 적어 보세요 😀" in text
    assert b"\r" not in content
    assert text.endswith("}\n")
    assert text.startswith('{\n  "format": 1,\n  "request": {\n    "method": "POST",')
    assert list(json.loads(text)["sha256"]) == ["request", "response", "interaction"]


def test_reading_gives_what_was_written(recorded: Recorded) -> None:
    """All fields survive, and writing again gives the same bytes."""
    file = only_file(recorded[0])
    interaction = files.read(file)
    assert to_json(interaction) == file.read_bytes()
    assert interaction.digest == recorded[1].digest
    reply = interaction.reply(Delivery.REPLAYED)
    assert (reply.latency_ms, reply.recorded_at, reply.client) == (
        812.5,
        "2026-11-22T09:30:15Z",
        "google-genai/3.4.0",
    )


def test_half_an_emoji_survives(make_interaction: Callable[..., Interaction], make_request: Any) -> None:
    """An answer cut inside a surrogate pair is written as an escape and read back the same."""
    interaction = make_interaction(make_request("x"), answer="끝 \ud83d")
    content = to_json(interaction)
    assert b"\\ud83d" in content
    assert from_json(content, file=Path(f"{interaction.key}.json")) == interaction


def test_hashes_are_those_of_the_canonical_json_of_what_they_cover(
    make_interaction: Callable[..., Interaction], make_request: Any
) -> None:
    """The file's hashes are composed of pieces; they are those of the whole, with every optional field."""
    made = make_interaction(make_request("x"), answer="끝 \ud83d")
    document = json.loads(to_json(replace(made, first_token_ms=12.5, redacted={"email": 1})))
    stated = document.pop("sha256")
    parts = {
        "request": canonical_body(document["request"]["body"]),
        "response": document["response"]["body"],
        "interaction": document,
    }
    for name, part in parts.items():
        canonical = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        expected = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
        assert stated[name] == expected, name


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(answer=st.dictionaries(st.text(), json_values, max_size=5), draw=st.integers(0, 10**6))
def test_any_answer_survives(answer: dict[str, Any], draw: int) -> None:
    """Whatever JSON a provider sends is read back equal."""
    request = ModelRequest(model="m", system="", messages=(), max_output_tokens=1, seed=1)
    interaction = Interaction(
        path=request.path,
        host="h",
        request_body=request.body,
        draw=draw,
        headers={},
        response_body=answer,
        latency_ms=0.5,
        recorded_at="2026-11-22T09:30:15Z",
        client="c",
    )
    assert from_json(to_json(interaction), file=Path(f"{interaction.key}.json")) == interaction


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | json_values.map(lambda v: json.dumps(v).encode())
)
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    """No content whatever ends in another exception."""
    for tail in (b"", b"\n}\n"):
        with pytest.raises(CassetteDamaged, match=r"^x\.json: recording is damaged: "):
            from_json(content + tail, file=Path("x.json"))


def edit(**changes: Any) -> Callable[[bytes], bytes]:
    """Return a change of single fields, named by paths with __ for dots, that leaves the layout as it is."""

    def apply(content: bytes) -> bytes:
        document = json.loads(content)
        for path, value in changes.items():
            *parents, last = path.split("__")
            target = document
            for name in parents:
                target = target[name]
            if value is None:
                del target[last]
            else:
                target[last] = value
        return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()

    return apply


def swap(old: str, new: str) -> Callable[[bytes], bytes]:
    """Return a textual replacement."""
    return lambda content: content.replace(old.encode(), new.encode(), 1)


def nested(levels: int) -> dict[str, Any]:
    """Return an object in an object in an object."""
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value, "b": 1}
    return value


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "empty"),
    "truncated": (lambda content: content[: len(content) // 2], "cut off"),
    "last line lost": (lambda content: content[:-2], "cut off"),
    "BOM": (lambda content: b"\xef\xbb\xbf" + content, "byte order mark"),
    "UTF-16": (lambda content: content.decode().encode("utf-16"), "byte order mark"),
    "cp949": (lambda content: content.decode().replace("😀", "").encode("cp949"), "is not UTF-8"),
    "CRLF": (lambda content: content.replace(b"\n", b"\r\n"), "CR line ends"),
    "edited answer": (swap("목표", "연봉"), "the answer was changed"),
    "edited prompt": (swap("고민", "준비"), "the request was changed"),
    "edited host": (swap("generativelanguage", "example"), "around the bodies"),
    "edited latency": (edit(latency_ms=1.0), "around the bodies"),
    "edited draw": (edit(draw=1), "around the bodies"),
    "edited time": (edit(recorded_at="2026-11-23T00:00:00Z"), "around the bodies"),
    "edited path": (swap("3.8-flash", "3.1-pro-preview"), "around the bodies"),
    "edited hash": (edit(sha256__response="0" * 64), "the answer was changed"),
    "duplicate keys": (swap('"draw": 0', '"draw": 1,\n  "draw": 0'), "'draw' stands twice"),
    "duplicate inner keys": (swap('"text": "먼저', '"text": "나중",\n "text": "먼저'), "'text' stands twice"),
    "missing key": (edit(client=None), "client is missing"),
    "missing inner key": (edit(request__host=None), "request.host is missing"),
    "unknown key": (edit(note="hi"), "note does not belong"),
    "header": (edit(response__headers={"set-cookie": "s=1"}), "'set-cookie' is not on the allow-list"),
    "header value": (edit(response__headers={"date": 1}), "'date' is not a string"),
    "newer format": (edit(format=2), "format is 2"),
    "status": (edit(response__status=503), "status is not 200"),
    "type": (edit(request__body=[]), "body is a list"),
    "boolean draw": (edit(draw=True), "draw is a bool"),
    "negative draw": (edit(draw=-1), "draw is negative"),
    "negative latency": (edit(latency_ms=-1), "latency_ms is negative"),
    "infinite latency": (swap("812.5", "1e999"), "too large"),
    "NaN": (swap("812.5", "NaN"), "NaN"),
    "local time": (edit(recorded_at="2026-11-22T09:30:15"), "not a UTC time"),
    "no time": (edit(recorded_at="yesterday"), "isoformat"),
    "query in path": (edit(request__path="/v1beta/models/m:generateContent?key=x"), "canonical form"),
    "other path": (edit(request__path="/etc/passwd"), "not a Gemini model method"),
    "more than JSON": (lambda content: content + b"\n}\n", "Extra data"),
    "deep": (swap('"body": {', '"body": {"x": ' + '{"a":' * 600 + "1" + "}" * 600 + ","), "nested"),
    "very deep": (lambda _: b'{"a":' * 100_000 + b"\n}\n", "nested too deeply"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_told(recorded: Recorded, name: str) -> None:
    """Each kind of damage is refused with the file's name and what is wrong, in one line."""
    folder, _ = recorded
    file = only_file(folder)
    spoil, message = DAMAGE[name]
    file.write_bytes(spoil(file.read_bytes()))
    spoilt = file.read_bytes()
    with pytest.raises(CassetteDamaged) as caught:
        files.read(file)
    assert message in str(caught.value)
    assert file.name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == spoilt


def test_a_renamed_or_copied_file_is_refused(recorded: Recorded) -> None:
    """A recording counts under its own name only."""
    file = only_file(recorded[0])
    other = file.with_name(f"{'0' * 64}-d0.json")
    other.write_bytes(file.read_bytes())
    with pytest.raises(CassetteDamaged, match=r"renamed or copied"):
        files.read(other)


def test_an_answer_under_another_request_is_refused(
    recorded: Recorded, make_request: Any, make_interaction: Any
) -> None:
    """Swapping the answers of two recordings, hashes of the answers included, is noticed."""
    folder, _ = recorded
    mine = only_file(folder)
    other = files.write(
        folder, make_interaction(make_request("다른 질문"), answer="다른 답"), overwrite=False
    )
    document, foreign = json.loads(mine.read_bytes()), json.loads(other.read_bytes())
    document["response"] = foreign["response"]
    document["sha256"]["response"] = foreign["sha256"]["response"]
    mine.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
    with pytest.raises(CassetteDamaged, match="around the bodies"):
        files.read(mine)


def test_a_huge_file_is_refused_unread(recorded: Recorded) -> None:
    """Reading stops at 32 MiB."""
    file = only_file(recorded[0])
    with file.open("r+b") as stream:
        stream.truncate(100 * 1024 * 1024)
    with pytest.raises(CassetteDamaged, match="larger than 32 MiB"):
        files.read(file)


def test_a_folder_under_a_recordings_name_is_refused(tmp_path: Path) -> None:
    """What cannot be opened is damage, not a crash."""
    file = tmp_path / f"{'0' * 64}-d0.json"
    file.mkdir()
    with pytest.raises(CassetteDamaged, match="cannot be read"):
        files.read(file)


def test_writing_replaces_only_when_told(recorded: Recorded) -> None:
    """Mode record replaces; record-missing refuses and leaves the old file."""
    folder, _ = recorded
    file = only_file(folder)
    changed = replace(files.read(file), latency_ms=1.0)
    before = file.read_bytes()
    with pytest.raises(IntegrityError, match="recorded meanwhile"):
        files.write(folder, changed, overwrite=False)
    assert file.read_bytes() == before
    files.write(folder, changed, overwrite=True)
    assert files.read(file).latency_ms == 1.0
    assert [path.name for path in folder.iterdir()] == [file.name]


def test_an_answer_nested_too_deeply_is_not_written(
    tmp_path: Path, make_request: Any, make_interaction: Any
) -> None:
    """What could not be read back is refused at once."""
    interaction = replace(make_interaction(make_request("x")), response_body=nested(5_000))
    with pytest.raises(IntegrityError, match="nested too deeply"):
        files.write(tmp_path, interaction, overwrite=True)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_clear_line(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch, make_request: Any, make_interaction: Any
) -> None:
    """What could not be written leaves nothing behind."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    folder, _ = recorded
    with pytest.raises(IntegrityError, match=r"cannot write recording: No space left on device; make room"):
        files.write(folder, make_interaction(make_request("새 질문")), overwrite=True)
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_one_clear_line(
    tmp_path: Path, make_request: Any, make_interaction: Any
) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "cassettes").write_text("", encoding="utf-8")
    with pytest.raises(IntegrityError, match="cannot write recording"):
        files.write(tmp_path / "cassettes", make_interaction(make_request("x")), overwrite=True)
