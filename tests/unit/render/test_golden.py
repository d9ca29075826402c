"""One whole report, as a reader gets it: a change of words or digits must be looked at."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.core.decision import Decision
from evalharness.render import Material, language, render_appendix, render_report

GOLDEN = Path(__file__).parents[2] / "golden"
IDENTITY = "0123456789abcdef" * 4
RENDERERS = {"report": render_report, "appendix": render_appendix}


@pytest.mark.parametrize("code", ["en", "ko"])
@pytest.mark.parametrize("kind", sorted(RENDERERS))
def test_it_is_the_one_that_was_read(
    build: Callable[[str], Decision], cells: Material, kind: str, code: str, tmp_path: Path
) -> None:
    path = GOLDEN / f"{kind}_simulated_inconclusive.{code}.md"
    decision = build("simulated_inconclusive")
    found = RENDERERS[kind](decision, identity=IDENTITY, words=language(code), material=cells)
    kept = path.read_bytes().decode("utf-8") if path.exists() else ""
    if found != kept:
        changes = difflib.unified_diff(
            kept.splitlines(), found.splitlines(), "kept", "rendered now", lineterm="", n=0
        )
        new = tmp_path / path.name
        new.write_bytes(found.encode("utf-8"))
        pytest.fail(
            f"the {kind} changed. Read {new}; if it is right, copy it over {path}.\n" + "\n".join(changes),
            pytrace=False,
        )
