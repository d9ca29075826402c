"""docs/reports.md lists the columns that export writes."""

from __future__ import annotations

from pathlib import Path

from evalharness.render.cells_table import COLUMNS


def test_the_columns_are_those_of_the_program(root: Path) -> None:
    page = (root / "docs" / "reports.md").read_text(encoding="utf-8")
    listed = page.partition("<!-- columns:begin -->\n")[2].partition("<!-- columns:end -->")[0]
    rows = "".join(f"| `{name}` | {kind} | {meaning} |\n" for name, kind, meaning in COLUMNS)
    assert listed == f"| column | type | meaning |\n|---|---|---|\n{rows}", "paste the right table"
