"""The committed report is what replaying the shipped recordings gives: to the byte, on any day, anywhere."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from evalharness.app import stages
from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.app.system import SystemClock


@pytest.mark.parametrize("day", [None, dt.datetime(2031, 2, 28, 23, 59, tzinfo=dt.UTC)])
def test_the_committed_report_is_regenerated_byte_for_byte(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: dt.datetime | None
) -> None:
    """Today and in another year, from another directory."""
    if day is not None:
        monkeypatch.setattr(SystemClock, "now", lambda _self: day)
    monkeypatch.chdir(tmp_path)
    project = Project(root / "prompts" / "experiment.toml")
    done = stages.run_experiment(project, mode=Mode.REPLAY, out=tmp_path, note=print, watch=lambda _: None)
    stages.score_run(done.directory)
    stages.decide_run(done.directory, on=None)
    report = stages.render_run(done.directory, copy_to=tmp_path)
    committed = root / "reports" / "gemini_pro_upgrade_analysis.md"
    assert report.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8"), (
        "the report changed; if that is meant, run `make demo`, read the difference and commit it"
    )


def test_every_shipped_recording_is_used(root: Path) -> None:
    """The cassette folder holds what the shipped experiments ask for, and nothing else."""
    folder = root / "cassettes" / "mentoring"
    wanted: set[str] = set()
    for file in (root / "prompts" / "experiment.toml", *sorted((root / "prompts" / "sena").glob("*.toml"))):
        wanted |= stages.recordings_of(Project(file))
    assert {path.name for path in folder.iterdir()} == wanted
