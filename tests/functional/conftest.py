"""A small project, the emulator, and the program as users run it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalharness.emulator import EmulatorSettings, running
from evalharness.experiment.experiment_file import load_experiment

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """Base URL of an emulator that answers at once."""
    with running(EmulatorSettings(latency_scale=0.0)) as url:
        yield url


def run_cli(cwd: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `evalharness` without keys, warnings as errors."""
    clean = {n: value for n, value in os.environ.items() if not n.startswith(("GEMINI", "GOOGLE"))}
    return subprocess.run(
        [sys.executable, "-m", "evalharness", *arguments],
        cwd=cwd,
        env=clean | {"PYTHONWARNINGS": "error", "PYTHONUTF8": "1"} | environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def copy_project(root: Path, folder: Path) -> Path:
    """Copy prompts with eight of the cases, one per persona and language, one preset, and no recordings."""
    ignored = shutil.ignore_patterns("mentoring", "experiment-*.toml", "starter")
    shutil.copytree(root / "prompts", folder / "prompts", ignore=ignored)
    cases = folder / "prompts" / "mentoring"
    cases.mkdir()
    for persona in ("moon", "square", "earth", "pen"):
        for language in ("ko", "en"):
            shutil.copy(root / "prompts" / "mentoring" / f"{persona}-{language}-01.yaml", cases)
    return folder


def without_judges(folder: Path) -> None:
    """Let key facts be the score of a project: recordings of judges are in nobody's way."""
    path = folder / "prompts" / "experiment.toml"
    tables = re.split(r"(?m)^(?=\[)", path.read_text(encoding="utf-8"))
    kept = [table for table in tables if not table.startswith(("[[judges]]", "[pairwise]"))]
    text = "".join(kept).replace('name = "rubric"', 'name = "key_facts"')
    path.write_text(text, encoding="utf-8", newline="\n")


@pytest.fixture(scope="session")
def recorded_once(root: Path, emulator: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with its recordings made over HTTP, once for all tests."""
    folder = copy_project(root, tmp_path_factory.mktemp("recorded") / "project")
    done = run_cli(
        folder, "analyze", "prompts/experiment.toml", "--mode", "record", "--out", "recording",
        GOOGLE_GEMINI_BASE_URL=emulator,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder / "recording")
    return folder


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A project of eight shipped cases without recordings; returns its folder."""
    return copy_project(root, tmp_path / "project")


@pytest.fixture
def recorded(recorded_once: Path, project: Path) -> Path:
    """The small project with its recordings; returns its folder."""
    shutil.copytree(recorded_once / "cassettes", project / "cassettes")
    return project


@pytest.fixture(scope="session")
def cells(root: Path) -> int:
    """Cells, and answer calls, of the small project: its eight cases in each arm, none of them shared."""
    return 8 * len(load_experiment(root / "prompts" / "experiment.toml").arms)


@pytest.fixture(scope="session")
def analysed_once(recorded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with its recordings, analysed once for all tests."""
    folder = tmp_path_factory.mktemp("analysed") / "project"
    shutil.copytree(recorded_once, folder)
    done = run_cli(folder, "analyze", "prompts/experiment.toml", "-q")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def analysed(analysed_once: Path, tmp_path: Path) -> Path:
    """A copy of the analysed project; its run directory and reports are in reports/."""
    return Path(shutil.copytree(analysed_once, tmp_path / "analysed"))


@pytest.fixture(scope="session")
def program() -> Cli:
    """Run `evalharness` anywhere: the first argument is the working directory."""
    return run_cli


@pytest.fixture
def cli(project: Path) -> Cli:
    """Run `evalharness` in the small project."""

    def run(*arguments: str, cwd: Path = project, **environ: str) -> subprocess.CompletedProcess[str]:
        return run_cli(cwd, *arguments, **environ)

    return run
