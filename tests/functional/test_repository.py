"""The repository itself is in order."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def test_no_file_holds_the_marks_of_an_unresolved_merge(root: Path) -> None:
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        pytest.skip("LOUD SKIP: no git checkout, so what is tracked is not known")
    marks = r"^(<{7}|\|{7}|>{7}) |^={7}$"
    found = subprocess.run(
        [git, "grep", "--line-number", "-I", "-E", marks],
        cwd=root, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (1, "")
