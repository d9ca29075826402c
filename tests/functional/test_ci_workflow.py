"""The workflows of docs/ci: their steps run as a script, in a scratch copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from .test_gate_cli import BASELINE, EXPERIMENT, blessed_once, declare, edit

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="runners have bash")
__all__ = ["blessed_once"]
ALWAYS = "${{ !cancelled() }}"
SECRET = re.compile(r"\$\{\{ secrets\.\w+ \}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One `run` of a job."""

    name: str
    script: str
    always: bool
    environ: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a job ended: exit codes by step, all that it printed, its summary."""

    codes: dict[str, int]
    output: str
    summary: str

    @property
    def passed(self) -> bool:
        return not any(self.codes.values())


def workflow(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "docs/ci/github-workflow.yml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def steps_of(file: dict[str, Any], job: str) -> list[Step]:
    """Return a job's `run` steps, the installation left out: the wheel is installed already."""
    found = []
    for step in file["jobs"][job]["steps"]:
        if "run" not in step or step["name"] == "Install":
            continue
        environ = {name: SECRET.sub("", value) for name, value in step.get("env", {}).items()}
        assert "${{" not in step["run"], "expressions inside a script are an injection"
        found.append(
            Step(name=step["name"], script=step["run"], always=step.get("if") == ALWAYS, environ=environ)
        )
    return found


def environment(**more: str) -> dict[str, str]:
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("GEMINI", "GOOGLE", "GITHUB", "GIT_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), clean.get("PATH", "")])
    return clean | {"PATH": path, "PYTHONWARNINGS": "error"} | more


def bash(folder: Path, script: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub's runner does."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],  # noqa: S607 - the runner's bash
        cwd=folder, env=environ, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip


def run_job(root: Path, checkout: Path, job: str, **more: str) -> Ran:
    """Run a job's steps: after a failure only those that always run."""
    file = workflow(root)
    summary = checkout.parent / f"summary-{job}.md"
    summary.write_text("", encoding="utf-8")
    codes: dict[str, int] = {}
    output = ""
    for step in steps_of(file, job):
        if any(codes.values()) and not step.always:
            continue
        environ = environment(**file["env"], **step.environ, GITHUB_STEP_SUMMARY=str(summary), **more)
        done = bash(checkout, step.script, environ)
        codes[step.name] = done.returncode
        output += done.stdout + done.stderr
    return Ran(codes=codes, output=output, summary=summary.read_text(encoding="utf-8"))


def git(folder: Path, *arguments: str) -> str:
    command: Sequence[str] = ("git", "-c", "user.name=t", "-c", "user.email=t@t.example", *arguments)
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout


@pytest.fixture
def repository(blessed_once: Path, tmp_path: Path) -> Path:
    """A repository with a blessed project and a smoke subset, and a bare one that it pushes to."""
    origin, source = tmp_path / "origin.git", tmp_path / "source"
    shutil.copytree(blessed_once, source, ignore=shutil.ignore_patterns("reports"))
    declare(source, 'smoke = ["pen-ko-01", "moon-en-01", "earth-ko-01"]')
    git(source, "init", "--quiet", "--initial-branch", "change")
    git(source, "add", ".")
    git(source, "commit", "--quiet", "--message", "project")
    git(tmp_path, "clone", "--quiet", "--bare", str(source), str(origin))
    return origin


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Callable[[], Path]:
    """Make a fresh checkout, as every job gets."""
    made: list[Path] = []

    def make() -> Path:
        folder = tmp_path / f"checkout-{len(made)}" / "project"
        git(tmp_path, "clone", "--quiet", str(repository), str(folder))
        made.append(folder)
        return folder

    return make


def push(folder: Path, message: str) -> None:
    git(folder, "commit", "--quiet", "--all", "--message", message)
    git(folder, "push", "--quiet")


def test_the_gate_is_green_on_a_pull_request_that_changes_nothing(
    root: Path, checkout: Callable[[], Path]
) -> None:
    done = run_job(root, checkout(), "gate")
    assert done.passed, done.output
    assert list(done.codes) == ["Replay", "Score", "Check"]
    assert done.summary.startswith("## GATE PASS on SIMULATED answers")
    assert "::notice title=evalharness::GATE PASS" in done.output


def test_a_changed_prompt_is_red_until_the_label_has_it_recorded(
    root: Path, checkout: Callable[[], Path], emulator: str
) -> None:
    author = checkout()
    edit(author / "prompts/personas/pen.ko.j2", "", "먼저 한 문장으로 요약하세요.\n")
    push(author, "another prompt")

    refused = run_job(root, checkout(), "gate")
    assert refused.codes == {"Replay": 6, "Check": 6}
    assert "::error title=stale recordings::" in refused.output
    assert "USD" in refused.summary
    assert "### Stale recordings" in refused.summary

    recorded = run_job(root, checkout(), "record", GOOGLE_GEMINI_BASE_URL=emulator)
    assert recorded.codes["Record"] == recorded.codes["Commit the recordings"] == 0, recorded.output
    assert recorded.codes["Check"] in (0, 1)
    latest = checkout()
    assert git(latest, "log", "-1", "--format=%s").strip() == "Record what changed"
    changed = git(latest, "show", "--name-only", "--format=", "HEAD")
    assert changed.count("cassettes/") > 0
    assert "prompts/" not in changed

    again = run_job(root, latest, "gate")
    assert again.codes["Check"] == recorded.codes["Check"]
    assert "stale" not in again.summary


def test_the_scheduled_sample_reports_drift(root: Path, checkout: Callable[[], Path], emulator: str) -> None:
    done = run_job(root, checkout(), "drift", GOOGLE_GEMINI_BASE_URL=emulator)
    assert done.passed, done.output
    assert done.summary.startswith("## DRIFT CHECK")
    assert "Smoke subset: 3 of 8 cases" in done.summary


def test_the_workflow_gives_nobody_more_than_needed(root: Path) -> None:
    file = workflow(root)
    assert file["permissions"] == {"contents": "read"}
    triggers = file[True]  # YAML reads the key `on` as a boolean
    assert "pull_request_target" not in triggers
    assert file["jobs"]["record"]["permissions"] == {"contents": "write"}
    secrets = {
        job: [step["name"] for step in content["steps"] if "secrets." in str(step.get("env", ""))]
        for job, content in file["jobs"].items()
    }
    assert secrets == {"gate": [], "record": ["Record"], "drift": ["Ask again"]}
    assert "head.repo.full_name == github.repository" in file["jobs"]["record"]["if"]


def test_the_gitlab_script_writes_junit(root: Path, checkout: Callable[[], Path]) -> None:
    file = yaml.safe_load((root / "docs/ci/gitlab-ci.yml").read_text(encoding="utf-8"))
    job = file["gate"]
    lines = [line for line in job["script"] if "pip install" not in line]
    assert len(lines) == len(job["script"]) - 1
    folder = checkout()
    environ = environment(**job["variables"])
    done = bash(folder, "\n".join(lines), environ)
    assert done.returncode == 0, done.stderr
    report = folder / job["artifacts"]["reports"]["junit"]
    assert ET.parse(report).getroot().get("failures") == "0"  # noqa: S314 - our own text
    (folder / BASELINE).unlink()
    assert bash(folder, "\n".join(lines), environ).returncode == 3


def test_the_page_shows_these_files(root: Path) -> None:
    page = (root / "docs/ci.md").read_text(encoding="utf-8")
    for name in ("github-workflow.yml", "gitlab-ci.yml"):
        assert f"(ci/{name})" in page
    assert EXPERIMENT in page
