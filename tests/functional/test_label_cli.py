"""Labels as people use them: export, grade, import, decide."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.csv_text import csv_text

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"


@pytest.fixture
def run(cli: Cli, recorded: Path) -> Path:
    path = recorded / EXPERIMENT
    text = path.read_text(encoding="utf-8").replace("[thresholds]\n", "[thresholds]\nmin_labels = 4\n")
    path.write_text(text, encoding="utf-8", newline="\n")
    assert cli("analyze", EXPERIMENT, "-q").returncode == 0
    (manifest,) = (recorded / "reports").glob("*/manifest.json")
    return manifest.parent


def decision(run: Path) -> dict[str, Any]:
    return json.loads((run / "decision.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def grade(run: Path, *, treatment: int = 3, control: int = 3, rater: str = "kim") -> Path:
    """Fill the spreadsheet in as a rater would who sees through the blinding."""
    key = json.loads((run / "labels.key.json").read_text(encoding="utf-8"))
    sides = {pair["pair"]: pair["treatment_is"] for pair in key["pairs"]}
    text = (run / "labels" / "sheet.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        first = sides[row["pair"]] == "a"
        row["rater"] = rater
        row["score_a"], row["score_b"] = (
            (str(treatment), str(control)) if first else (str(control), str(treatment))
        )
    file = run.parent / f"{rater}.csv"
    file.write_text(csv_text(list(rows[0]), [list(row.values()) for row in rows]), encoding="utf-8")
    return file


def test_labels_from_sheet_to_verdict(cli: Cli, run: Path) -> None:
    bare = decision(run)
    done = cli("label", "export", str(run), "--pairs", "6", "--seed", "3", "--language", "en")
    assert done.returncode == 0, done.stderr
    assert "6 of 8 cases" in done.stdout
    form = (run / "labels" / "sheet.html").read_text(encoding="utf-8")
    sheet = (run / "labels" / "sheet.csv").read_text(encoding="utf-8-sig")
    for hidden in ("flash-raw", "pro-raw", "moon-ko-01", "gemini", run.name):
        assert hidden not in form.lower()
        assert hidden not in sheet.lower()
    done = cli("label", "import", str(run), str(grade(run)), str(grade(run, rater="lee", treatment=4)))
    assert done.returncode == 0, done.stderr
    assert "6 pairs graded 12 times by kim, lee" in done.stdout
    assert cli("decide", str(run)).returncode == 0
    assert cli("report", str(run)).returncode == 0
    graded = decision(run)
    assert bare["labels"] is None
    assert graded["labels"]["applied"] is True
    assert graded["labels"]["raters"] == ["kim", "lee"]
    assert graded["labels"]["people"]["value"] == pytest.approx(0.5)
    assert graded["upgrade"]["net_at_threshold"]["method"] == "ppi++ t"
    names = [row["name"] for row in graded["upgrade"]["verdict"]["conditions"]]
    assert "judge_bias_allowance" not in names
    report = (run / "report.md").read_text(encoding="utf-8")
    assert "6 pairs graded blind by 2 people of 8 that could be drawn" in report
    assert "quadratic-weighted kappa" in report or "no kappa" in report
    assert "6 human labels calibrate it." in report
    korean = (run / "report.ko.md").read_text(encoding="utf-8")
    assert "8쌍 가운데 6쌍을 2명이 가린 채 평가" in korean
    # Labels follow from no call, so verifying takes them over and makes the rest again.
    verified = cli("verify", str(run))
    assert verified.returncode == 0, verified.stderr


def test_labels_below_the_least_number_are_said_to_change_nothing(
    cli: Cli, run: Path, recorded: Path
) -> None:
    path = recorded / EXPERIMENT
    text = path.read_text(encoding="utf-8").replace("min_labels = 4\n", "")
    path.write_text(text, encoding="utf-8", newline="\n")
    words = "note: 6 of 20 pairs needed (thresholds.min_labels): so few change nothing yet"
    assert words in cli("label", "export", str(run), "--pairs", "6", "--seed", "3").stderr
    assert words in cli("label", "import", str(run), str(grade(run))).stderr
    path.write_text(text.replace("[thresholds]\n", "[thresholds]\nmin_labels = 6\n"), encoding="utf-8")
    assert "needed" not in cli("label", "import", str(run), str(grade(run))).stderr


def test_exporting_again_is_the_same_sheet_and_another_draw_is_refused(cli: Cli, run: Path) -> None:
    assert cli("label", "export", str(run), "--pairs", "6").returncode == 0
    before = (run / "labels" / "sheet.html").read_bytes()
    assert cli("label", "export", str(run), "--pairs", "6").returncode == 0
    assert (run / "labels" / "sheet.html").read_bytes() == before
    refused = cli("label", "export", str(run), "--pairs", "6", "--seed", "9")
    assert refused.returncode == 3
    assert "has a sheet of 6 pairs with seed 1 already" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_nothing_is_written_when_a_row_is_wrong(cli: Cli, run: Path) -> None:
    assert cli("label", "export", str(run), "--pairs", "6").returncode == 0
    good = grade(run)
    assert cli("label", "import", str(run), str(good)).returncode == 0
    labels = (run / "labels.jsonl").read_bytes()
    lines = good.read_text(encoding="utf-8").rstrip("\n")
    bad = good.with_name("bad.csv")
    bad.write_text(lines[: lines.rindex('"3"')] + '"7",\n', encoding="utf-8")
    for files, what in (([bad], "not a whole number"), ([good, good], "already in")):
        refused = cli("label", "import", str(run), *map(str, files))
        assert refused.returncode == 3
        assert what in refused.stderr
        assert refused.stderr.startswith("error: ")
        assert refused.stderr.count("\n") == 1
        assert (run / "labels.jsonl").read_bytes() == labels


def test_labels_of_answers_that_changed_stop_the_decision(cli: Cli, run: Path) -> None:
    assert cli("label", "export", str(run), "--pairs", "6").returncode == 0
    assert cli("label", "import", str(run), str(grade(run))).returncode == 0
    records = run / "records.jsonl"
    text = records.read_text(encoding="utf-8").replace('"text":"', '"text":"Changed. ')
    records.write_text(text, encoding="utf-8", newline="\n")
    refused = cli("decide", str(run))
    assert refused.returncode == 6
    assert "is not the one that raters were shown" in refused.stderr


def test_importing_without_a_sheet(cli: Cli, run: Path) -> None:
    refused = cli("label", "import", str(run), "kim.csv")
    assert refused.returncode == 3
    assert "no sheet was drawn from this run" in refused.stderr
