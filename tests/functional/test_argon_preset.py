"""The second preset, Flash against argon: replays into a folder of its own, beside the first."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from evalharness.app.project import open_experiment
from evalharness.app.recordings.cassettes import find_unused

from .conftest import run_cli

PRESET = "prompts/experiment-argon.toml"
REPORT = "gemini_pro_upgrade_analysis.md"


@pytest.fixture(scope="module")
def copied(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prompts and every recording, in a folder where reports may be written."""
    folder = tmp_path_factory.mktemp("argon")
    shutil.copytree(root / "prompts", folder / "prompts")
    shutil.copytree(root / "cassettes", folder / "cassettes")
    return folder


def test_it_differs_from_the_first_in_what_its_head_says(root: Path) -> None:
    first, second = (
        tomllib.loads((root / name).read_text(encoding="utf-8"))
        for name in ("prompts/experiment.toml", PRESET)
    )
    shared = _without_the_pair(first)
    assert _without_the_pair(second) == shared
    assert [arm["model"] for arm in second["arms"] if arm["role"] == "treatment"] == ["gemini-4-argon"] * 2
    assert second["report"]["folder"] == "../reports/argon"


def _without_the_pair(file: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in file.items() if key not in ("name", "pairwise")}
    kept["arms"] = [arm for arm in file["arms"] if arm["model"].startswith("gemini-3.8-flash")]
    kept["report"] = {key: value for key, value in file["report"].items() if key != "folder"}
    return kept


def test_its_report_stands_beside_the_first_and_verifies(copied: Path) -> None:
    first = copied / "reports" / REPORT
    first.parent.mkdir()
    first.write_text("the first", encoding="utf-8")
    planned = run_cli(copied, "plan", PRESET)
    assert planned.returncode == 0, planned.stderr
    assert "argon-sena" in planned.stdout
    done = run_cli(copied.parent, "analyze", str(copied / PRESET))
    assert done.returncode == 0, done.stderr
    report = copied / "reports" / "argon" / REPORT
    assert report.read_text(encoding="utf-8").startswith(
        "# SIMULATED: upgrade gemini-3.8-flash → gemini-4-argon, raw context\n"
    )
    assert report.with_suffix(".html").exists()
    assert first.read_text(encoding="utf-8") == "the first"
    assert not (copied.parent / "reports").exists()
    assert run_cli(copied.parent, "verify", str(report)).returncode == 0


def test_experiments_that_share_a_folder_of_recordings_keep_each_others(copied: Path) -> None:
    for named in ("prompts/experiment.toml", PRESET):
        unused = find_unused([copied / named])
        assert unused.files == ()
        assert {path.name for path in unused.experiments} >= {"experiment.toml", "experiment-argon.toml"}


def test_without_the_preset_only_its_own_recordings_are_unused(copied: Path, tmp_path: Path) -> None:
    """Recordings of Flash, and those of argon that the first preset asks for too, stay."""
    shutil.copytree(copied / "prompts", tmp_path / "prompts")
    (tmp_path / PRESET).unlink()
    (tmp_path / "cassettes").mkdir()
    shutil.copytree(copied / "cassettes" / "mentoring", tmp_path / "cassettes" / "mentoring")
    assert len(find_unused([tmp_path / "prompts" / "experiment.toml"]).files) == 320


def test_out_replaces_the_folder_of_the_file(root: Path, tmp_path: Path) -> None:
    project, folder = open_experiment(root / PRESET, out=None)
    assert folder == project.cache == root / "reports" / "argon"
    assert open_experiment(root / PRESET, out=tmp_path)[1] == tmp_path
    assert open_experiment(root / "prompts" / "experiment.toml", out=None)[1] == Path("reports")
