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


def test_a_tree_appears_whole_with_the_folders_that_it_needs(tmp_path: Path) -> None:
    disk.write_tree(tmp_path / "a" / "b", {"x": b"1", "c/y": b"2"})
    assert (tmp_path / "a" / "b" / "c" / "y").read_bytes() == b"2"
    disk.write_tree(tmp_path / "a", {"b/c/z": b"3", "d": b"4"})
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()) == [
        "a/b/c/y", "a/b/c/z", "a/b/x", "a/d",
    ]  # fmt: skip


def test_a_tree_that_cannot_be_put_in_place_is_taken_back(tmp_path: Path) -> None:
    """The file in the way is met after other files were moved."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine").write_bytes(b"mine")
    (tmp_path / "c").write_bytes(b"in the way")
    with pytest.raises(NotADirectoryError):
        disk.write_tree(tmp_path, {"a/x": b"1", "b/y": b"2", "c/z": b"3"})
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")) == ["b", "b/mine", "c"]


def test_taken_names_are_files_folders_links_and_what_blocks_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    names = ["file/x", "file/y", "folder/inner", "folder/new", "new/z"]
    assert disk.taken(tmp_path, names) == ["file", "folder/inner"]
    assert disk.taken(tmp_path / "none", names) == []


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


def test_a_file_beyond_the_bound_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert disk.read_bounded(file, 5) == b"12345"
    assert disk.read_bounded(file, 4) is None
    assert disk.read_bounded(file, 0) is None


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no file here that hides its size")
def test_a_file_that_does_not_tell_its_size_is_bounded_too() -> None:
    file = Path("/proc/self/status")
    whole = disk.read_bounded(file, 1_000_000)
    assert whole is not None
    assert whole.startswith(b"Name:")
    assert disk.read_bounded(file, 5) is None
