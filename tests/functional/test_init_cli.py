"""`evalharness init`: from an installed wheel to a first report, without a key and without the repository."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from evalharness.app.starter import starter_content

from .conftest import run_cli

REPORT = "gemini_pro_upgrade_analysis.md"


@pytest.fixture(scope="session")
def build(root: Path) -> ModuleType:
    """What builds the wheel."""
    spec = importlib.util.spec_from_file_location("hatch_build", root / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files_in(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_two_commands_lead_to_a_report(tmp_path: Path) -> None:
    """The second is the one that the first prints; the folder's name is not an easy one."""
    made = run_cli(tmp_path, "init", "새 연구/first study")
    assert (made.returncode, made.stderr) == (0, "")
    assert "SIMULATED" in made.stdout
    program, *arguments = shlex.split(made.stdout.splitlines()[-1])
    assert program == "evalharness"
    done = run_cli(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    reports = tmp_path / "새 연구" / "first study" / "reports"
    text = (reports / REPORT).read_text(encoding="utf-8")
    assert text.startswith("# SIMULATED: ")
    assert "INCONCLUSIVE" in text
    assert "12 cases × 1 repeat" in text
    assert [path.name for path in tmp_path.iterdir()] == ["새 연구"]
    assert run_cli(tmp_path, "verify", str(reports / REPORT)).returncode == 0


def readme_commands(folder: Path, heading: str) -> list[str]:
    """Return the commands of a part of the starter's README, in order."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    part = text.partition(heading)[2].partition("\n## ")[0]
    return [line.partition("  #")[0].strip() for line in re.findall(r"(?m)^ {4,}(\S.*)$", part)]


@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands are a shell's")
def test_a_changed_case_is_asked_of_the_emulator_and_the_run_blessed(tmp_path: Path, emulator: str) -> None:
    """As the starter's README says it, with runs of before and after the change."""
    run_cli(tmp_path, "init", ".")
    assert run_cli(tmp_path, "run", "prompts/experiment.toml", "-q").returncode == 0
    case = tmp_path / "prompts" / "mentoring" / "pen-en-01.yaml"
    text = case.read_text(encoding="utf-8")
    changed = text.replace("\nmessage: |\n  ", "\nmessage: |\n  Well, ")
    assert changed != text
    case.write_text(changed, encoding="utf-8", newline="\n")
    stale = run_cli(tmp_path, "analyze", "prompts/experiment.toml")
    assert stale.returncode == 6
    serve, ask = readme_commands(tmp_path, "**Try it without a key.**")[:2]
    assert serve.startswith("evalharness emulator serve --port 8080")
    shell = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUTF8": "1",
    }
    script = [ask.replace("http://127.0.0.1:8080", emulator), *readme_commands(tmp_path, "## In CI")]
    for command in script:
        done = subprocess.run(
            [shutil.which("bash") or "", "-c", command], cwd=tmp_path, env=os.environ | shell,
            capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stderr)
    assert (tmp_path / "prompts" / "baseline.json").exists()


def test_the_recordings_are_those_that_the_starter_needs(tmp_path: Path) -> None:
    """None is missing, or the analysis above would fail; none is too many."""
    run_cli(tmp_path, "init", ".")
    done = run_cli(tmp_path, "cassettes", "prune", "prompts/experiment.toml")
    assert re.search(r"^0 recordings in .* are not used, 240 are$", done.stdout, re.MULTILINE), done.stdout
    assert run_cli(tmp_path, "cassettes", "verify", "prompts/experiment.toml").returncode == 0
    assert run_cli(tmp_path, "dataset", "lint", "prompts/mentoring").returncode == 0


def test_the_installed_starter_is_the_repositorys_own_files(root: Path, build: ModuleType) -> None:
    files = build.starter_files(root)
    content = starter_content()
    assert content == {name: file.read_bytes() for name, file in files.items()}
    assert content["prompts/experiment.toml"] == (root / "prompts" / "experiment.toml").read_bytes()
    packed = build.packed(files)
    assert packed == build.packed(files)
    assert len(packed) < 150_000


def test_a_listed_file_that_is_gone_stops_the_build(root: Path, build: ModuleType, tmp_path: Path) -> None:
    shutil.copytree(root / "prompts", tmp_path / "prompts")
    shutil.copytree(root / "docs" / "ci", tmp_path / "docs" / "ci")
    with pytest.raises(
        FileNotFoundError, match=r"cassettes/.*\.json and 239 more of the starter .*make record"
    ):
        build.starter_files(tmp_path)


def test_what_is_there_is_not_overwritten_and_nothing_is_added(tmp_path: Path) -> None:
    (tmp_path / "prompts" / "personas").mkdir(parents=True)
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    (tmp_path / "prompts" / "experiment.toml").write_text("mine", encoding="utf-8")
    (tmp_path / "cassettes").write_text("a file", encoding="utf-8")
    before = files_in(tmp_path)
    done = run_cli(tmp_path, "init", ".")
    assert done.returncode == 3
    assert done.stderr == (
        "error: .: already there: README.md, cassettes, prompts/experiment.toml; nothing was written, choose "
        "another folder\n"
    )
    assert files_in(tmp_path) == before
    assert [path.name for path in (tmp_path / "prompts").iterdir() if path.is_dir()] == ["personas"]


def test_a_folder_in_use_keeps_what_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "notes.txt").write_text("mine", encoding="utf-8")
    done = run_cli(tmp_path, "init", ".")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].strip() == "evalharness analyze prompts/experiment.toml"
    assert files_in(tmp_path) == starter_content() | {"prompts/notes.txt": b"mine"}


def test_a_second_init_names_a_few_files(tmp_path: Path) -> None:
    run_cli(tmp_path, "init", "x")
    done = run_cli(tmp_path, "init", "x")
    assert done.returncode == 3
    assert re.search(r"already there: \.github/workflows/evalharness\.yml, .* and 2\d\d more;", done.stderr)
    assert len(done.stderr) < 250


@pytest.mark.parametrize(
    ("place", "why"), [("file", "is no folder"), ("file/below", "cannot be written: Not a dir")]
)
def test_a_place_that_cannot_be_is_one_line(tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = run_cli(tmp_path, "init", place)
    assert done.returncode == 3
    assert done.stderr.startswith(f"error: {place}: {why}")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="needs ulimit")
@pytest.mark.parametrize("place", ["new/folder", "."])
def test_a_disk_that_refuses_in_the_middle_leaves_nothing(tmp_path: Path, place: str) -> None:
    """Files of more than 8 KiB are refused: dozens were written before the first."""
    script = 'ulimit -f 8; exec "$0" -m evalharness init "$1"'
    done = subprocess.run(
        [shutil.which("bash") or "", "-c", script, sys.executable, place],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == f"error: {place}: cannot be written: File too large; nothing was\n"
    assert list(tmp_path.iterdir()) == []


def test_an_installation_without_the_starter_says_so(root: Path, tmp_path: Path) -> None:
    """A bare checkout, whose package lies in the working directory, carries none."""
    done = run_cli(root, "init", str(tmp_path / "x"))
    assert done.returncode == 3
    assert done.stderr == (
        "error: no starter project in this installation; install the wheel: pip install . in a checkout\n"
    )
    assert not (tmp_path / "x").exists()
