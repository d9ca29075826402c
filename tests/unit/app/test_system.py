"""What is told of the machine."""

from __future__ import annotations

import subprocess
from importlib import metadata
from pathlib import Path

from evalharness.app.system import git_state, package_version


def test_versions_are_those_that_are_installed() -> None:
    for name in ("numpy", "scipy", "pydantic", "evalharness"):
        assert package_version(name) == metadata.version(name)
    assert package_version("no-such-package-anywhere") == "not installed"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()


def test_the_commit_and_whether_its_tree_was_changed(tmp_path: Path) -> None:
    assert git_state(tmp_path) == {}
    file = tmp_path / "file.txt"
    for command in (("init", "-q"), ("config", "user.email", "a@b"), ("config", "user.name", "a")):
        git(tmp_path, *command)
    file.write_text("one\n", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    assert git_state(tmp_path) == {"commit": git(tmp_path, "rev-parse", "HEAD"), "dirty": "no"}
    (tmp_path / "untracked").write_text("", encoding="utf-8")
    assert git_state(tmp_path)["dirty"] == "no"
    file.write_text("two\n", encoding="utf-8")
    assert git_state(tmp_path)["dirty"] == "yes"
