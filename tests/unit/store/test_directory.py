"""Run directories: what is written is read back; damage is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.core.errors import JournalDamaged
from evalharness.core.job import Cell
from evalharness.core.plan import PlannedCell
from evalharness.core.score import Answer, Completed, Failed, Scored, Unscored
from evalharness.core.sena import Dropped
from evalharness.store import Manifest, RunDirectory
from evalharness.store.directory import FORMAT_VERSION
from evalharness.store.jsonlines import write_atomically

PLACE = {"case_id": "c", "arm": "a", "repeat": 0}


def manifest() -> Manifest:
    return Manifest(
        format_version=FORMAT_VERSION,
        run_id="r",
        identity="0" * 64,
        experiment_file="../x.toml",
        experiment_sha256="1" * 64,
        dataset_sha256="2" * 64,
        mode="replay",
        endpoint="cassettes",
        limit=None,
        versions={"python": "3.11"},
        git={},
        started_at="2026-11-23T00:00:00+00:00",
    )


def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "run")
    assert not directory.exists()
    directory.write_manifest(manifest())
    assert directory.exists()
    assert directory.read_manifest() == manifest()
    cell = PlannedCell(
        cell=Cell(case_id="c", arm="a", repeat=0),
        answer_key="k",
        model="m",
        persona="pen",
        route_reason="기본",
        prompt_tokens=1,
        context_tokens=1,
        raw_context_tokens=2,
        dropped=(Dropped(where="turns[0]", text="버린 문장"),),
    )
    plan = (cell, replace(cell, cell=Cell(case_id="c", arm="a", repeat=1)))
    directory.write_plan(plan)
    assert directory.read_plan() == plan
    records = (
        Completed(**PLACE, calls=("k",), answer=Answer(text="반쪽 \ud83d", truncated=True), persona="pen"),  # type: ignore[arg-type]
        Failed(case_id="c", arm="a", repeat=1, calls=(), cause="not_called", persona="pen"),
    )
    directory.write_records(records)
    assert directory.read_records() == records
    directory.write_records(records[:1])
    with pytest.raises(JournalDamaged, match=r"records\.jsonl: these are not the cells of plan\.jsonl"):
        directory.read_records()
    scores = (
        Scored(**PLACE, scorer="s/1", value=0.5, detail=("f1",)),  # type: ignore[arg-type]
        Unscored(**PLACE, scorer="s/1", cause="not_called"),  # type: ignore[arg-type]
    )
    directory.write_scores(scores)
    assert directory.read_scores() == scores
    assert directory.write_text("note.txt", "안녕\n").read_bytes() == "안녕\n".encode()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "not json", '{"format_version": 99}', '{"format_version": 1}']
)
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(JournalDamaged, match=r"manifest\.json"):
        RunDirectory(tmp_path).read_manifest()


def test_missing_and_corrupt_files_say_which_stage_writes_them(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)
    with pytest.raises(JournalDamaged, match=r"scores\.jsonl: missing; run the stage"):
        directory.read_scores()
    (tmp_path / "scores.jsonl").write_text(json.dumps(PLACE) + "\n", encoding="utf-8")
    with pytest.raises(JournalDamaged, match=r"scores\.jsonl:1: corrupt line"):
        directory.read_scores()
    (tmp_path / "decision.json").write_text("{", encoding="utf-8")
    with pytest.raises(JournalDamaged, match=r"decision\.json: not JSON"):
        directory.read_json("decision.json")


def test_writing_is_all_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_atomically(path, "old")
    write_atomically(path, "new")
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_read_once_until_it_is_another_file(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "run")
    first = Scored(**PLACE, scorer="s/1", value=0.5)
    directory.write_scores([first])
    assert directory.read_scores() is directory.read_scores()
    directory.write_scores([first, first])
    assert directory.read_scores() == (first, first)
    (tmp_path / "run" / "scores.jsonl").unlink()
    with pytest.raises(JournalDamaged, match="missing"):
        directory.read_scores()
