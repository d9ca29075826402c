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


def test_the_commit_and_whether_its_tree_was_changed(tmp_path: Path) -> None:
    assert git_state(tmp_path) == {}
    file = tmp_path / "file.txt"
    for command in (("init", "-q"), ("config", "user.email", "a@b"), ("config", "user.name", "a")):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    file.write_text("one\n", encoding="utf-8")
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "commit", "-qm", "one"], check=True)
    done = subprocess.run(
        ["git", "-C", str(tmp_path), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    )
    assert git_state(tmp_path) == {"commit": done.stdout.strip(), "dirty": "no"}
    (tmp_path / "untracked").write_text("", encoding="utf-8")
    assert git_state(tmp_path)["dirty"] == "no"
    file.write_text("two\n", encoding="utf-8")
    assert git_state(tmp_path)["dirty"] == "yes"
