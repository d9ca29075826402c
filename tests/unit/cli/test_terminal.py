"""Signs that a console cannot show become signs that it can."""

from __future__ import annotations

import codecs
import io
import sys

import pytest

from evalharness.cli import terminal


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("ascii", "36–190 % → “ok” ≥ 5 × …", '36-190 % -> "ok" >= 5 x ...'),
        ("ascii", "세나 ✒️", "?? ?"),
        ("cp949", "세나(✒️) 36–190 %", "세나(?) 36-190 %"),
        ("utf-8", "세나(✒️) 36–190 %", "세나(✒️) 36–190 %"),
        ("utf-8", "half \ud83d", "half ?"),
        ("cp949", "경로 \udcec", "경로 ?"),
    ],
)
def test_what_is_shown(encoding: str, text: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.write_plainly_where_needed()
    stream.write(text)
    stream.flush()
    assert raw.getvalue().decode(encoding) == shown


def test_streams_of_an_embedding_program_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", None)
    terminal.write_plainly_where_needed()


def test_only_encoding_is_mended() -> None:
    terminal.write_plainly_where_needed()
    with pytest.raises(UnicodeDecodeError):
        codecs.decode(b"\xff", "utf-8", "evalharness.plain")
