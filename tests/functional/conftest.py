"""A small project, the emulator, and the program as users run it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalharness.emulator import EmulatorSettings, running

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """Base URL of an emulator that answers at once."""
    with running(EmulatorSettings(latency_scale=0.0)) as url:
        yield url


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A project of eight shipped cases without recordings; returns its folder."""
    folder = tmp_path / "project"
    shutil.copytree(root / "prompts", folder / "prompts", ignore=shutil.ignore_patterns("mentoring"))
    cases = folder / "prompts" / "mentoring"
    cases.mkdir()
    for persona in ("moon", "square", "earth", "pen"):
        for language in ("ko", "en"):
            shutil.copy(root / "prompts" / "mentoring" / f"{persona}-{language}-01.yaml", cases)
    return folder


@pytest.fixture
def cli(project: Path) -> Cli:
    """Run `evalharness` in the small project, without keys and without a network but loopback."""

    def run(*arguments: str, cwd: Path = project, **environ: str) -> subprocess.CompletedProcess[str]:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("GEMINI", "GOOGLE"))
        }
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

    return run


@pytest.fixture
def recorded(cli: Cli, emulator: str, project: Path) -> Path:
    """The small project with its recordings made over HTTP; returns its folder."""
    done = cli(
        "run", "prompts/experiment.toml", "--mode", "record", "--out", "recording",
        GOOGLE_GEMINI_BASE_URL=emulator,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return project
