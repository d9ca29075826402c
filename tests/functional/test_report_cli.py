"""report and export: which files appear, in which language, and what opens them."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_dir(analysed: Path) -> Path:
    return next((analysed / "reports").glob("mentoring-*"))


@pytest.fixture
def here(analysed: Path, program: Cli) -> Cli:
    """Run `evalharness` in the analysed project."""
    return lambda *arguments, **environ: program(analysed, *arguments, **environ)


def test_the_experiment_says_which_languages_are_written(analysed: Path, run_dir: Path, here: Cli) -> None:
    names = {path.name for path in (analysed / "reports").glob("*.md")}
    assert names == {
        "gemini_pro_upgrade_analysis.md", "gemini_pro_upgrade_analysis.ko.md",
        "appendix.md", "appendix.ko.md",
    }  # fmt: skip
    main = (analysed / "reports" / "gemini_pro_upgrade_analysis.md").read_text(encoding="utf-8")
    own = (run_dir / "report.md").read_text(encoding="utf-8")
    assert main == own.replace("verify report.md", "verify gemini_pro_upgrade_analysis.md")
    assert "## 1 Decision" in main


def test_korean_can_be_the_main_language(analysed: Path, run_dir: Path, here: Cli) -> None:
    """The names follow the experiment: what is main has no suffix, and its links lead to its appendix."""
    file = analysed / "prompts" / "experiment.toml"
    text = file.read_text(encoding="utf-8").replace('languages = ["en", "ko"]', 'languages = ["ko"]')
    file.write_text(text, encoding="utf-8", newline="\n")
    done = here("report", str(run_dir), "--out", "published")
    assert done.returncode == 0, done.stderr
    report = (analysed / "published" / "gemini_pro_upgrade_analysis.md").read_text(encoding="utf-8")
    assert "## 1 결정" in report
    assert "[부록](appendix.md)" in report
    assert "`evalharness verify gemini_pro_upgrade_analysis.md`" in report
    assert here("report", str(run_dir), "--lang", "en", "--out", "published", "-q").returncode == 0
    english = (analysed / "published" / "gemini_pro_upgrade_analysis.en.md").read_text(encoding="utf-8")
    assert "[appendix](appendix.en.md)" in english


def test_one_language_alone(analysed: Path, run_dir: Path, here: Cli) -> None:
    done = here("report", str(run_dir), "--lang", "ko", "--out", "published")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (analysed / "published").iterdir()} == {
        "gemini_pro_upgrade_analysis.ko.md", "appendix.ko.md", "gemini_pro_upgrade_analysis.ko.html", "plots",
    }  # fmt: skip
    assert all(path.name.endswith(".ko.svg") for path in (analysed / "published" / "plots").iterdir())
    assert "gemini_pro_upgrade_analysis.ko.md" in done.stdout
    assert "gemini_pro_upgrade_analysis.ko.html" in done.stdout


def test_every_picture_of_the_appendix_is_there_and_used(analysed: Path, run_dir: Path) -> None:
    for folder in (analysed / "reports", run_dir):
        for appendix in ("appendix.md", "appendix.ko.md"):
            text = (folder / appendix).read_text(encoding="utf-8")
            targets = re.findall(r"!\[[^\]]+\]\((plots/[\w.]+\.svg)\)", text)
            assert targets
            assert [target for target in targets if not (folder / target).exists()] == []


def test_the_page_stands_beside_the_report(analysed: Path, run_dir: Path) -> None:
    for published, own in (("", ""), (".ko", ".ko")):
        page = (analysed / "reports" / f"gemini_pro_upgrade_analysis{published}.html").read_bytes()
        theirs = (run_dir / f"report{own}.html").read_bytes()
        assert page == theirs.replace(b"verify report.", b"verify gemini_pro_upgrade_analysis.")
        assert page.startswith(b"<!DOCTYPE html>")


def test_without_a_viewer_the_path_is_said(run_dir: Path, here: Cli, tmp_path: Path) -> None:
    """No viewer is on this machine's path: nothing fails, and the reader learns where to look."""
    done = here("report", str(run_dir), "--open", PATH=str(tmp_path), DISPLAY="")
    assert done.returncode == 0, done.stderr
    assert "no browser here opens pages; read " in done.stderr


def test_csv_opens_in_a_spreadsheet_with_its_korean(run_dir: Path, here: Cli) -> None:
    done = here("export", str(run_dir), "--to", "csv")
    assert done.returncode == 0, done.stderr
    raw = (run_dir / "cells.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert f"{len(rows)} rows" in done.stdout
    assert {row["language"] for row in rows} == {"ko", "en"}
    assert any("가" <= char <= "힣" for row in rows for char in row["answer"])
    scored = [row for row in rows if row["scorer"].startswith("key_facts/") and row["arm"] == "flash-raw"]
    assert len(scored) == 8
    assert all(float(row["usd"]) > 0 and int(row["input_tokens"]) > 0 for row in scored)


def test_parquet_holds_the_same(run_dir: Path, here: Cli, tmp_path: Path) -> None:
    from arro3.io import read_parquet

    assert here("export", str(run_dir), "--to", "csv", "-q").returncode == 0
    out = tmp_path / "deep" / "cells.parquet"
    done = here("export", str(run_dir), "--to", "parquet", "--out", str(out))
    assert done.returncode == 0, done.stderr
    table = read_parquet(out).read_all()
    held = {name: [value.as_py() for value in table[name]] for name in table.column_names}
    text = (run_dir / "cells.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert table.column_names == list(rows[0])
    assert table.num_rows == len(rows)
    for name in ("case_id", "scorer", "arm"):
        assert held[name] == [row[name] for row in rows]
    assert held["usd"] == [float(row["usd"]) for row in rows]
    assert held["output_tokens"] == [int(row["output_tokens"]) for row in rows]


def test_a_run_that_is_not_scored_says_what_to_do(recorded: Path, cli: Cli) -> None:
    assert cli("run", "prompts/experiment.toml", "-q").returncode == 0
    run = next((recorded / "reports").glob("mentoring-*"))
    done = cli("export", str(run), "--to", "csv")
    assert done.returncode == 6
    assert "run the stage that writes it first: evalharness score" in done.stderr
