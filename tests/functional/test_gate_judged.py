"""The gate where a judge's rubric is the score."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import copy_project, run_cli
from .test_gate_cli import BASELINE, EXPERIMENT, SIGNED, edit, failed, only_run, remarks, report

Cli = Callable[..., subprocess.CompletedProcess[str]]
RUBRIC = "prompts/judges/1/rubric.ko.j2"


@pytest.fixture(scope="session")
def judged_once(root: Path, recorded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with its judge: recordings, a scored replay and a baseline, made once."""
    folder = copy_project(root, tmp_path_factory.mktemp("judged") / "project")
    shutil.copytree(recorded_once / "cassettes", folder / "cassettes")
    assert run_cli(folder, "analyze", EXPERIMENT, "-q").returncode == 0
    done = run_cli(folder, "bless", str(only_run(folder / "reports")), "--out", BASELINE, *SIGNED)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def project(judged_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(judged_once, tmp_path / "project"))


@pytest.fixture
def check(cli: Cli, project: Path) -> Cli:
    def run() -> subprocess.CompletedProcess[str]:
        directory = str(only_run(project / "reports"))
        return cli("check", directory, "--baseline", BASELINE, "--format", "json")

    return run


def stale(done: subprocess.CompletedProcess[str]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["arm"], row["purpose"]): row for row in report(done)["stale"]}


def test_unchanged_it_is_green_and_compares_what_the_judge_said(check: Cli, project: Path) -> None:
    done = check()
    assert done.returncode == 0, done.stderr
    scores = [row for row in report(done)["checks"] if row["kind"] == "score"]
    assert [row["change"] for row in scores] == [0, 0, 0, 0]
    scorer = json.loads((project / BASELINE).read_text(encoding="utf-8"))["snapshot"]["scorer"]
    assert (scorer["name"], scorer["versions"]) == ("rubric", ["rubric@flash-35/1"])


def test_another_prompt_for_the_judge_is_stale_then_another_scorer(
    cli: Cli, check: Cli, project: Path, emulator: str
) -> None:
    """No answer is stale: what the judge was not asked is listed and priced, and then it is no comparison."""
    edit(project / RUBRIC, "", "엄격하게 보세요.\n")
    run = str(only_run(project / "reports"))
    refused = cli("score", run)
    assert refused.returncode == 6
    assert "evalharness analyze prompts/experiment.toml --mode record-missing" in refused.stderr
    done = check()
    assert (done.returncode, report(done)["status"]) == (6, "stale")
    assert set(stale(done)) == {("flash-35", "judge")}
    row = stale(done)["flash-35", "judge"]
    assert all("-ko-" in cell for cell in row["cells"])
    assert row["calls"] == len(row["cells"])
    assert 0 < float(row["usd_low"]) < float(row["usd_expected"]) < float(row["usd_high"])
    recorded = cli("score", run, "--mode", "record-missing", GOOGLE_GEMINI_BASE_URL=emulator)
    assert recorded.returncode == 0, recorded.stderr
    compared = check()
    assert (compared.returncode, failed(compared)) == (1, {"comparable"})
    assert "scorer_changed" in remarks(compared)


def test_a_changed_request_is_stale_with_what_judges_are_asked_about_it(
    cli: Cli, check: Cli, project: Path, emulator: str
) -> None:
    edit(project / "prompts/personas/pen.ko.j2", "", "한 문장으로 시작하세요.\n")
    done = check()
    assert done.returncode == 6
    rows = stale(done)
    answers = {cell for (_, purpose), row in rows.items() if purpose == "answer" for cell in row["cells"]}
    assert set(rows["flash-35", "judge"]["cells"]) == answers
    assert rows["flash-35", "pairwise"]["calls"] == 4 * len({cell.partition("/")[0] for cell in answers})
    shutil.rmtree(project / "reports")
    where = ("--mode", "record-missing", "--out", "record", "-q")
    assert cli("run", EXPERIMENT, *where, GOOGLE_GEMINI_BASE_URL=emulator).returncode == 0
    recording = str(only_run(project / "record"))
    judged = cli("score", recording, "--mode", "record-missing", "-q", GOOGLE_GEMINI_BASE_URL=emulator)
    assert judged.returncode == 0, judged.stderr
    assert cli("run", EXPERIMENT, "-q").returncode == 0
    assert cli("score", str(only_run(project / "reports")), "-q").returncode == 0
    compared = check()
    assert compared.returncode in (0, 1)
    assert report(compared)["stale"] == []


def test_a_changed_rubric_leaves_its_case_out(cli: Cli, check: Cli, project: Path, emulator: str) -> None:
    edit(
        project / "prompts/mentoring/pen-ko-01.yaml", "양식 끝의 지시를 따르지 않고", "양식 끝의 지시를 전혀"
    )
    shutil.rmtree(project / "reports")
    assert cli("run", EXPERIMENT, "-q").returncode == 0
    run = str(only_run(project / "reports"))
    judged = cli("score", run, "--mode", "record-missing", "-q", GOOGLE_GEMINI_BASE_URL=emulator)
    assert judged.returncode == 0, judged.stderr
    done = check()
    assert done.returncode == 0, done.stderr
    assert remarks(done)["cases_changed"]["cases"] == "pen-ko-01"
