"""calls.jsonl survives cuts, names corruption, and never loses a whole line."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.call import Attempt, Call, CallError, Reply
from evalharness.core.errors import IntegrityError, JournalDamaged
from evalharness.core.job import Purpose
from evalharness.core.provenance import Delivery, Origin
from evalharness.store.journal import FileJournal, read_calls


def call(key: str, *, error: CallError | None = None) -> Call:
    reply = Reply(
        body={"candidates": [{"content": {"parts": [{"text": "안녕하세요 \u2028 끝"}]}}]},
        host="127.0.0.1:1",
        headers={"date": "x"},
        latency_ms=12.5,
        recorded_at="2026-11-23T00:00:00Z",
        delivery=Delivery.LIVE,
        client="test/1",
    )
    return Call(
        key=key,
        purpose=Purpose.ANSWER,
        model="gemini-3.8-flash",
        attempts=(Attempt(at="2026-11-23T00:00:00+00:00", status=503, reason="UNAVAILABLE", latency_ms=3.0),),
        reply=None if error else reply,
        error=error,
        origin=Origin.SIMULATED,
    )


def filled(path: Path, count: int = 3) -> Path:
    with FileJournal(path) as journal:
        for index in range(count):
            journal.append(call(f"k{index}"))
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = filled(tmp_path / "calls.jsonl")
    assert read_calls(path) == {f"k{i}": call(f"k{i}") for i in range(3)}
    assert "안녕하세요" in path.read_text(encoding="utf-8")
    assert path.read_bytes().count(b"\n") == 3


def test_a_torn_last_line_is_cut_off_with_a_note(tmp_path: Path) -> None:
    path = filled(tmp_path / "calls.jsonl")
    whole = path.read_bytes()
    notes: list[str] = []
    for cut in range(1, 40):
        path.write_bytes(whole[:-cut] if cut > 1 else whole[:-5])
        with FileJournal(path, note=notes.append) as journal:
            assert set(journal.completed()) == {"k0", "k1"}
            journal.append(call("k2"))
        assert path.read_bytes() == whole
    assert "calls.jsonl:3: a torn last line was cut off" in notes[0]


def test_a_last_line_without_its_line_feed_is_kept(tmp_path: Path) -> None:
    path = filled(tmp_path / "calls.jsonl")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with FileJournal(path) as journal:
        assert set(journal.completed()) == {"k0", "k1", "k2"}
    assert path.read_bytes() == whole


@pytest.mark.parametrize("damage", [b"{}", b"not json", b'{"key": 3}', b"\xff\xfe", b"[" * 5000])
def test_a_corrupt_line_is_named_and_nothing_is_overwritten(tmp_path: Path, damage: bytes) -> None:
    path = filled(tmp_path / "calls.jsonl")
    lines = path.read_bytes().split(b"\n")
    lines[1] = damage
    path.write_bytes(b"\n".join(lines))
    before = path.read_bytes()
    with pytest.raises(JournalDamaged, match=r"calls\.jsonl:2: corrupt line"):
        FileJournal(path)
    with pytest.raises(JournalDamaged, match=r"calls\.jsonl:2: corrupt line"):
        read_calls(path)
    assert path.read_bytes() == before


def test_retryable_failures_are_made_again_and_final_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    again = CallError(status=503, reason="UNAVAILABLE", message="m", retryable=True)
    final = CallError(status=400, reason="INVALID_ARGUMENT", message="m", retryable=False)
    with FileJournal(path) as journal:
        journal.append(call("a", error=again))
        journal.append(call("b", error=final))
    with FileJournal(path) as journal:
        assert set(journal.completed()) == {"b"}
        journal.append(call("a"))
    assert read_calls(path)["a"].reply is not None


def test_fresh_starts_empty(tmp_path: Path) -> None:
    path = filled(tmp_path / "calls.jsonl")
    with FileJournal(path, fresh=True) as journal:
        assert journal.completed() == {}
    assert path.read_bytes() == b""
    assert list(tmp_path.iterdir()) == [path]


def test_a_fresh_start_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = filled(tmp_path / "calls.jsonl")
    before = path.read_bytes()
    with pytest.raises(RuntimeError), FileJournal(path, fresh=True) as journal:
        journal.append(call("other"))
        raise RuntimeError
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


KILLED = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from test_journal import call
from evalharness.store.journal import FileJournal
journal = FileJournal(Path({path!r}))
for index in range(10**6):
    journal.append(call(f"k{{index}}"))
    print(index, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is POSIX")
def test_kill_9_loses_no_whole_line(tmp_path: Path) -> None:
    """Every call that the writer reported as appended is there after a kill."""
    path = tmp_path / "calls.jsonl"
    script = KILLED.format(tests=str(Path(__file__).parent), path=str(path))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, encoding="utf-8") as writer:
        assert writer.stdout is not None
        reported = [int(writer.stdout.readline()) for _ in range(200)]
        os.kill(writer.pid, signal.SIGKILL)
    with FileJournal(path) as journal:
        assert {f"k{index}" for index in reported} <= set(journal.completed())
    for line in path.read_text(encoding="utf-8").split("\n")[:200]:
        json.loads(line)


class FullDisk:
    """A stream that takes half of a line and then says that the disk is full."""

    def __init__(self, stream: Any, whole: int) -> None:
        self._stream, self._whole = stream, whole

    def write(self, line: bytes) -> int:
        self._whole -= 1
        if self._whole >= 0:
            return int(self._stream.write(line))
        self._stream.write(line[: len(line) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def test_a_full_disk_is_one_line_and_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    with FileJournal(path) as journal:
        journal._stream = FullDisk(journal._stream, 2)
        journal.append(call("a"))
        journal.append(call("b"))
        with pytest.raises(IntegrityError, match=r"calls\.jsonl: a call cannot be written: No space left"):
            journal.append(call("c"))
        journal._stream = journal._stream._stream
        journal.append(call("d"))
    assert set(read_calls(path)) == {"a", "b", "d"}


def test_tries_of_failed_calls_are_remembered_and_calls_are_read_when_asked_for(tmp_path: Path) -> None:
    path = filled(tmp_path / "calls.jsonl")
    failed = call("x", error=CallError(status=503, reason="UNAVAILABLE", message="m", retryable=True))
    with FileJournal(path) as journal:
        journal.append(failed)
    with FileJournal(path) as journal:
        assert journal.earlier_attempts("x") == failed.attempts
        assert journal.earlier_attempts("k0") == ()
        assert journal.completed()["k1"] == call("k1")
        assert [kept.key for kept in journal.everything()] == ["k0", "k1", "k2", "x"]


def test_fsync_comes_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    with FileJournal(tmp_path / "calls.jsonl") as journal:
        for index in range(100):
            journal.append(call(f"k{index}"))
    assert 4 <= len(synced) < 30


def test_counts_that_contradict_each_other_are_a_corrupt_line(tmp_path: Path) -> None:
    """They parse as JSON and as types, and still cannot be what was written."""
    path = filled(tmp_path / "calls.jsonl")
    lines = path.read_text(encoding="utf-8").split("\n")
    wrong = json.loads(lines[1]) | {"reserve": {"input_tokens": -1, "output_tokens": 5}}
    path.write_text("\n".join([lines[0], json.dumps(wrong), ""]), encoding="utf-8", newline="\n")
    with pytest.raises(JournalDamaged, match=r"calls\.jsonl:2: corrupt line: input_tokens is negative"):
        read_calls(path)


def test_a_fresh_journal_that_cannot_be_put_in_place_says_so(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.mkdir()
    with pytest.raises(IntegrityError, match=r"calls\.jsonl: cannot be written"):
        FileJournal(path, fresh=True).close()
    assert list(tmp_path.iterdir()) == [path]
