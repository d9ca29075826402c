"""Scripts and styles of the page are formatted, as the Python beside them is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PRETTIER = HERE / "node_modules" / "prettier" / "bin" / "prettier.cjs"


def test_prettier_would_change_nothing(root: Path) -> None:
    node = shutil.which("node")
    if node is None or not PRETTIER.exists():
        pytest.skip("LOUD SKIP: no node, or prettier is not installed; make browser fetches it with npm")
    render = root / "evalharness" / "render"
    files = [*sorted((render / "page").glob("*/*.js")), *sorted((render / "page").glob("*/*.css")),
             render / "plots" / "plot.css"]  # fmt: skip
    assert len(files) > 20
    done = subprocess.run(
        [node, str(PRETTIER), "--config", str(HERE / "prettier.json"), "--check", *map(str, files)],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
