"""One whole report, as a reader gets it: a change of words or digits must be looked at."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.core.decision import Decision
from evalharness.render import render_report

GOLDEN = Path(__file__).parents[2] / "golden"
IDENTITY = "0123456789abcdef" * 4


@pytest.mark.parametrize("name", ["simulated_inconclusive"])
def test_the_report_is_the_one_that_was_read(
    build: Callable[[str], Decision], name: str, tmp_path: Path
) -> None:
    path = GOLDEN / f"report_{name}.md"
    found = render_report(build(name), identity=IDENTITY)
    kept = path.read_bytes().decode("utf-8") if path.exists() else ""
    if found != kept:
        changes = difflib.unified_diff(
            kept.splitlines(), found.splitlines(), "kept", "rendered now", lineterm="", n=0
        )
        new = tmp_path / path.name
        new.write_bytes(found.encode("utf-8"))
        pytest.fail(
            f"the report changed. Read {new}; if it is right, copy it over {path}.\n" + "\n".join(changes),
            pytrace=False,
        )
