"""A file is written whole or not at all, also where a reader holds the old one open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evalharness import disk


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "new" / "x.json"
    disk.write_whole(file, b"a")
    disk.write_whole(file, b"b")
    assert file.read_bytes() == b"b"
    assert [path.name for path in file.parent.iterdir()] == ["x.json"]


def test_a_target_that_is_held_open_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows refuses it while a virus scanner reads."""
    refusals = [PermissionError(13, "used by another process")] * 3
    rename, waits = Path.replace, []

    def refuse(self: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(disk.time, "sleep", waits.append)
    disk.write_whole(tmp_path / "x", b"a")
    assert (tmp_path / "x").read_bytes() == b"a"
    assert len(waits) == 3


def test_what_stays_refused_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "used by another process")

    (tmp_path / "x").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(disk.time, "sleep", lambda _: None)
    with pytest.raises(PermissionError):
        disk.write_whole(tmp_path / "x", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"old")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match="not a file"):
            disk.open_regular(tmp_path / name)
    (tmp_path / "file").write_bytes(b"a")
    with disk.open_regular(tmp_path / "file") as stream:
        assert stream.read() == b"a"
