"""The README says what the program does today."""

from __future__ import annotations

import re
from pathlib import Path

from evalharness.cli.main import COMMANDS


def test_the_quoted_verdict_is_the_reports(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    quoted = readme.partition("<!-- verdict:begin -->\n")[2].partition("\n<!-- verdict:end -->")[0]
    report = (root / "reports" / "gemini_pro_upgrade_analysis.md").read_text(encoding="utf-8")
    assert quoted
    assert quoted in report


def test_the_pictures_are_small_and_say_what_they_show(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]{20,}\]\((docs/[\w/-]+\.png)\)", readme)
    assert pictures == ["docs/report.png", "docs/pictures/page-what-if.png"]
    drawn = [root / "docs" / "report.png", *(root / "docs" / "pictures").glob("*.png")]
    assert all(picture.stat().st_size < 150_000 for picture in drawn)


def test_every_command_is_in_the_table_and_every_link_leads_somewhere(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `evalharness ([a-z][\w-]*)", readme, flags=re.MULTILINE) == list(COMMANDS)
    targets = re.findall(r"\]\(([^)#:]+)\)", readme)
    assert targets
    assert [target for target in targets if not (root / target).exists()] == []


def test_the_tree_names_folders_that_exist(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    tree = readme.partition("## The tree")[2].partition("\n\ncli >")[0]
    packages = re.findall(r"^      (\w+)/ ", tree, flags=re.MULTILINE)
    assert sorted(packages) == sorted(
        path.name for path in (root / "evalharness").iterdir() if (path / "__init__.py").exists()
    )
    folders = re.findall(r"^    (\w+)/ ", tree, flags=re.MULTILINE)
    assert all((root / folder).is_dir() for folder in folders)
