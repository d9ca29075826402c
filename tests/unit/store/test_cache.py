"""The cache: right, or not there."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from evalharness.store.cache import ContentCache


def cache(path: Path, version: str = "1") -> ContentCache[list[int]]:
    return ContentCache(path, version=version, dump=json.dumps, load=json.loads)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "results.sqlite"


def test_what_is_kept_is_there_the_next_time(path: Path) -> None:
    with cache(path) as first:
        first["a"] = [1]
        assert first["a"] == [1]
        first["b"] = [2]
    with cache(path) as second:
        assert dict(second) == {"a": [1], "b": [2]}
        del second["a"]
    with cache(path) as third:
        assert list(third) == ["b"]
        assert len(third) == 1


def test_it_can_be_used_again_after_it_was_left(path: Path) -> None:
    kept = cache(path)
    with kept:
        kept["a"] = [1]
    with kept:
        assert kept["a"] == [1]
        kept["b"] = [2]
    assert sorted(cache(path)) == ["a", "b"]


def test_what_was_found_before_an_error_is_kept(path: Path) -> None:
    with pytest.raises(RuntimeError), cache(path) as first:
        first["a"] = [1]
        raise RuntimeError
    assert cache(path)["a"] == [1]


def test_a_damaged_value_is_not_there(path: Path) -> None:
    with cache(path) as first:
        first["a"] = [1]
    with sqlite3.connect(path) as file:
        file.execute("UPDATE results SET value = '[9]'")
    file.close()
    with cache(path) as second, pytest.raises(KeyError):
        _ = second["a"]


def test_results_of_another_version_are_not_there(path: Path) -> None:
    for version in ("1", "2"):
        with cache(path, version) as kept:
            assert list(kept) == []
            kept["a"] = [int(version)]
    assert cache(path)["a"] == [1]


def test_a_value_that_cannot_be_read_is_not_there(path: Path) -> None:
    with ContentCache[str](path, version="1", dump=str, load=str) as first:
        first["a"] = "no JSON"
    with cache(path) as second, pytest.raises(KeyError):
        _ = second["a"]


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to look at" * 99])
def test_a_file_that_is_no_cache_becomes_one(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with cache(path) as first:
        assert "a" not in first
        first["a"] = [1]
    assert cache(path)["a"] == [1]


def test_a_place_that_cannot_be_written_is_an_empty_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with cache(tmp_path / "file" / "results.sqlite") as kept:
        kept["a"] = [1]
        assert kept["a"] == [1]
        assert "b" not in kept


def test_a_file_that_another_process_holds_is_an_empty_cache(path: Path) -> None:
    with cache(path) as first:
        first["a"] = [1]
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with cache(path) as second:
            assert "a" not in second
            second["b"] = [2]
    finally:
        holder.close()
    assert list(cache(path)) == ["a"]
