"""Bring your own: a table, and every stage after it."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.unit.experiment.test_imported_cells import GOOD, MAPPING

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(project: Path) -> Path:
    """The small project with a table of 60 cases in two arms and its mapping."""
    shutil.copy(project / "prompts" / "assumptions.toml", project)
    (project / "map.toml").write_text(MAPPING, encoding="utf-8", newline="\n")
    rng = random.Random(1)  # noqa: S311 - test data
    lines = [GOOD.splitlines()[0]]
    for number in range(60):
        base = rng.gauss(6, 1)
        for arm, gain, usd in (("A", 0.0, 0.0024), ("B", 1.5, 0.006)):
            grade = min(10.0, max(0.0, base + gain + rng.gauss(0, 0.5)))
            cost = usd * rng.uniform(0.8, 1.2)
            tokens = rng.randint(300, 900)
            session = f"t{number % 3},s{number // 3}"
            lines.append(f"c{number},{arm},{grade:.3f},{cost:.6f},{tokens},900,{session},")
    (project / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return project


def imported(cli: Cli, *arguments: str) -> Path:
    done = cli("import", "table.csv", "--mapping", "map.toml", "--out", "runs", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["run"])


def decision(folder: Path, run: Path) -> dict[str, Any]:
    return json.loads((folder / run / "decision.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_a_table_is_scored_decided_and_reported(cli: Cli, folder: Path) -> None:
    run = imported(cli)
    for stage in ("score", "decide", "report"):
        done = cli(stage, str(run))
        assert done.returncode == 0, done.stderr
    found = decision(folder, run)
    assert found["evidence"]["origin"] == "imported"
    assert found["on"] == "2026-11-20"
    assert found["evidence"]["design"] == "clustered"
    assert (found["evidence"]["scale_high"], found["evidence"]["clusters"]) == (10.0, 20)
    assert [arm["scored"] for arm in found["arms"]] == [60, 60]
    assert found["upgrade"]["cost"]["value"] == pytest.approx(
        0.0036 + 266.67 / 12 / 6833 + 6.67 / 6833, rel=0.1
    )
    assert [pair[0] for pair in found["ledger"]["imported_usd"]] == ["flash", "pro"]
    marks = {mark["code"] for mark in found["upgrade"]["verdict"]["marks"]}
    assert marks >= {"origin_not_google", "lifecycle_unknown"}
    report = (folder / run / "report.md").read_text(encoding="utf-8")
    assert report.startswith("# IMPORTED:")
    assert "would be" in report
    verified = cli("verify", str(run))
    assert verified.returncode == 0, verified.stderr
    exported = cli("export", str(run), "--to", "csv")
    assert exported.returncode == 0, exported.stderr


def test_the_block_of_the_docs_needs_no_out_and_has_a_ledger(cli: Cli, folder: Path) -> None:
    (folder / "table.csv").rename(folder / "results.csv")
    (folder / "map.toml").rename(folder / "results.toml")
    command = re.search(r"evalharness (import results.*)", (ROOT / "docs" / "import.md").read_text("utf-8"))
    assert command is not None
    done = cli(*command[1].split(), "--json")
    assert done.returncode == 0, done.stderr
    run = Path(json.loads(done.stdout)["run"])
    assert run.parent == Path("reports")
    unscored = cli("cost", str(run))
    assert (unscored.returncode, unscored.stderr.splitlines()[0][:15]) == (0, "note: IMPORTED:")
    assert cli("score", str(run)).returncode == 0
    (folder / "billing.csv").write_text("sku,date,cost\n", encoding="utf-8")
    assert "an imported run made no call" in cli("invoice", "compare", str(run), "billing.csv").stderr
    shown = cli("cost", str(run), "--monthly", "1000", "--format", "json")
    assert shown.returncode == 0, shown.stderr
    rows = [line.split(",") for line in (folder / "results.csv").read_text("utf-8").splitlines()[1:]]
    stated = sum(Decimal(row[3]) for row in rows if row[1] == "A")
    found = json.loads(shown.stdout)
    assert Decimal(dict(found["ledger"]["imported_usd"])["flash"]) == stated
    first = found["forecast"]["arms"][0]["months"][0]["cost"]["usd"]
    assert first == pytest.approx(1000 * float(stated) / 60, rel=1e-9)


def test_importing_again_is_the_same_run_and_limits_may_change(cli: Cli, folder: Path) -> None:
    run = imported(cli)
    assert imported(cli) == run
    assert cli("score", str(run)).returncode == 0
    mapping = folder / "map.toml"
    mapping.write_text(MAPPING + "\n[thresholds]\nroi = 0.5\n", encoding="utf-8", newline="\n")
    done = cli("decide", str(run), "--on", "2026-12-24")
    assert done.returncode == 0, done.stderr
    assert decision(folder, run)["thresholds"]["roi"] == 0.5
    assert decision(folder, run)["on"] == "2026-12-24"
    mapping.write_text(MAPPING.replace("scale = [0, 10]", "scale = [0, 20]"), encoding="utf-8", newline="\n")
    refused = cli("decide", str(run))
    assert refused.returncode == 6
    assert "changed since this import in columns, arms, scale or cases" in refused.stderr


def test_outputs_are_scored_by_the_dataset(cli: Cli, folder: Path) -> None:
    """Output and tokens instead of score and cost: our scorers and our prices."""
    mapping = MAPPING.replace('score = "grade"', 'output = "text"').replace(
        'cost_usd = "usd"', 'input_tokens = "in"\noutput_tokens = "out"'
    )
    for gone in ('tokens = "tok"\n', 'category = "topic"\n', 'cluster = "session"\n', 'error = "why"\n'):
        mapping = mapping.replace(gone, "")
    head = 'dataset = "prompts/mentoring"\nrate_card = "prompts/rates/gemini.toml"\n'
    mapping = mapping.replace("scale = [0, 10]\n", head)
    (folder / "map.toml").write_text(mapping, encoding="utf-8", newline="\n")
    rows = ["id,variant,text,in,out,ms"]
    for persona in ("moon", "square", "earth", "pen"):
        rows += [f"{persona}-en-01,A,nothing,1000,200,900", f'{persona}-en-01,B,"Maeve, Galway",1000,300,900']
    (folder / "table.csv").write_text("\n".join(rows) + "\n", encoding="utf-8", newline="\n")
    run = imported(cli)
    for stage in ("score", "decide", "report"):
        done = cli(stage, str(run))
        assert done.returncode == 0, done.stderr
    found = decision(folder, run)
    assert found["evidence"]["scorer"] == "key_facts"
    assert found["upgrade"]["quality"]["value"] == pytest.approx(5 / 8 / 4)
    assert {row["model"] for row in found["ledger"]["production"]} == {
        "gemini-3.8-flash", "gemini-3.1-pro-preview",
    }  # fmt: skip


BROKEN = {
    "unknown arm": (GOOD.replace("c1,B", "c1,C"), "row 2: column 'variant': arm 'C' is none of A, B"),
    "outside the scale": (GOOD.replace("7.5", "75"), "row 1: column 'grade': 75 is not a number of 0 to 10"),
    "twice": (GOOD.replace("c1,B", "c1,A"), "row 2: case c1, arm flash, repeat 0 is there twice"),
    "ragged": (GOOD + "c3,A\n", "row 4: 2 cells under a header of 9"),
    "no column": (GOOD.replace("usd", "eur"), "no column 'usd'; there are id, variant, grade, eur"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_table_gives_one_line_and_leaves_nothing(cli: Cli, folder: Path, what: str) -> None:
    table, message = BROKEN[what]
    (folder / "table.csv").write_text(table, encoding="utf-8", newline="\n")
    refused = cli("import", "table.csv", "--mapping", "map.toml", "--out", "runs")
    assert refused.returncode == 3
    assert message in refused.stderr
    assert refused.stderr.startswith("error: table.csv:")
    assert refused.stderr.count("\n") == 1
    assert not (folder / "runs").exists()


def test_people_can_grade_an_import(cli: Cli, folder: Path) -> None:
    """Bare scores have no text to show; outputs have."""
    run = imported(cli)
    assert cli("score", str(run)).returncode == 0
    refused = cli("label", "export", str(run))
    assert refused.returncode == 3
    assert "the imported table has no output column" in refused.stderr
    (folder / "map.toml").write_text(
        MAPPING.replace('error = "why"', 'output = "why"'), encoding="utf-8", newline="\n"
    )
    text = (folder / "table.csv").read_text(encoding="utf-8").replace(",\n", ",an answer\n")
    (folder / "table.csv").write_text(text, encoding="utf-8", newline="\n")
    run = imported(cli)
    assert cli("score", str(run)).returncode == 0
    done = cli("label", "export", str(run), "--pairs", "20")
    assert done.returncode == 0, done.stderr
    assert "20 of 60 cases" in done.stdout


BARE = """name = "bare"
on = 2026-11-25
assumptions = "assumptions.toml"
scale = [0, 5]
judge = true
[columns]
case_id = "id"
arm = "variant"
score = "grade"
cost_usd = "usd"
[[arms]]
name = "flash"
label = "A"
model = "gemini-3.8-flash"
context = "raw"
role = "control"
[[arms]]
name = "pro"
label = "B"
model = "gemini-3.1-pro-preview"
context = "raw"
role = "treatment"
"""


def reported(cli: Cli, folder: Path, rows: list[str]) -> tuple[str, str]:
    """Import scores and costs alone, decide, and return report and appendix."""
    (folder / "map.toml").write_text(BARE, encoding="utf-8", newline="\n")
    text = "\n".join(["id,variant,grade,usd", *rows]) + "\n"
    (folder / "table.csv").write_text(text, encoding="utf-8", newline="\n")
    run = imported(cli)
    for stage in ("score", "decide", "report"):
        done = cli(stage, str(run))
        assert done.returncode == 0, done.stderr
    report, appendix = (folder / run / name for name in ("report.md", "appendix.md"))
    return report.read_text(encoding="utf-8"), appendix.read_text(encoding="utf-8")


def test_a_report_on_bare_scores_claims_only_what_it_was_told(cli: Cli, folder: Path) -> None:
    rows = []
    for number in range(30):
        gain = -1.25 if number in {3, 7} else 0.5
        rows += [f"c{number},A,3,0.002", f"c{number},B,{3 + gain},0.004"]
    report, appendix = reported(cli, folder, rows)
    assert "Pro scores lower on 2 of 30 cases" in report
    assert "**c3** 3.00 → 1.75 points" in report
    assert "**c7** 3.00 → 1.75 points" in appendix
    assert "| Upgrade | error rate (m) | not measured |" in report
    assert "neither a preview nor announced" not in report
    assert "no price change or shutdown is announced" not in report
    assert "validity unknown (no price list" in report
    assert "answers: IMPORTED, made elsewhere" in report
    assert "the scores were given elsewhere, by a model or a person" in report
    assert "| Cost of this study; its budget left | not known: the answers were made elsewhere |" in report
    assert "No slice is tested" in report
    assert "| Pro for all: the upgrade | 30 | 100 % |" in report


def test_a_missing_arm_is_not_called_never_worse(cli: Cli, folder: Path) -> None:
    report, appendix = reported(cli, folder, [f"c{number},A,3,0.002" for number in range(30)])
    assert "NO VERDICT" in report
    assert "No case is scored in both arms." in report
    assert "No case is scored in both arms." in appendix
    assert "lower on no case" not in report + appendix
    assert "Alternatives have no value while an assumption or a cost is unknown." in report


def test_one_session_asks_for_more_and_counts_cases(cli: Cli, folder: Path) -> None:
    report, _ = reported(cli, folder, ["c1,A,3,0.002", "c1,B,4,0.004"])
    assert "More prompts are needed: so few have no standard error." in report


def rows_of(gain: float, *, cases: int = 40) -> list[str]:
    rng = random.Random(3)  # noqa: S311 - test data
    rows = []
    for number in range(cases):
        base = rng.uniform(2, 3)
        better = base + gain + rng.uniform(-0.2, 0.2)
        rows += [f"c{number},A,{base:.3f},0.002", f"c{number},B,{better:.3f},0.004"]
    return rows


def bare_run(cli: Cli, folder: Path, rows: list[str]) -> Path:
    (folder / "map.toml").write_text(BARE, encoding="utf-8", newline="\n")
    text = "\n".join(["id,variant,grade,usd", *rows]) + "\n"
    (folder / "table.csv").write_text(text, encoding="utf-8", newline="\n")
    run = imported(cli)
    assert cli("score", str(run)).returncode == 0
    return run


def test_a_later_table_is_held_against_a_blessed_one(cli: Cli, folder: Path) -> None:
    before = bare_run(cli, folder, rows_of(1.0))
    blessed = cli("bless", str(before), "--out", "baseline.json", "--by", "kim", "--reason", "first table")
    assert blessed.returncode == 0, blessed.stderr
    same = cli("check", str(before), "--baseline", "baseline.json")
    assert same.returncode == 0, same.stdout + same.stderr
    assert "GATE PASS" in same.stdout
    assert not [word for word in ("facts sent", "tokens", "Latency") if word in same.stdout]
    worse = bare_run(cli, folder, rows_of(0.3))
    checked = cli("check", str(worse), "--baseline", "baseline.json")
    assert checked.returncode == 1, checked.stdout + checked.stderr
    report = json.loads((folder / worse / "gate.json").read_text(encoding="utf-8"))
    failed = {(row["kind"], row.get("arm")) for row in report["checks"] if row["status"] == "fail"}
    assert ("score", "pro") in failed
    assert ("score", "flash") not in failed
    assert {row["arm"] for row in report["worse"] if row["blamed"]} == {"pro"}
    assert "prices_moved" not in {remark["code"] for remark in report["remarks"]}


def test_an_import_that_was_not_scored_cannot_pass_the_gate(cli: Cli, folder: Path) -> None:
    before = bare_run(cli, folder, rows_of(1.0))
    signed = ("--out", "baseline.json", "--by", "kim", "--reason", "first table")
    assert cli("bless", str(before), *signed).returncode == 0
    (folder / before / "scores.jsonl").unlink()
    done = cli("check", str(before), "--baseline", "baseline.json")
    assert done.returncode == 6
    assert "scores.jsonl" in done.stderr


def test_the_gate_of_an_import_is_declared_in_its_mapping(cli: Cli, folder: Path) -> None:
    (folder / "map.toml").write_text(
        BARE.replace("[columns]", '[gate]\narms = ["prro"]\n[columns]'), encoding="utf-8", newline="\n"
    )
    (folder / "table.csv").write_text("id,variant,grade,usd\nc,A,1,1\nc,B,1,1\n", encoding="utf-8")
    done = cli("import", "table.csv", "--mapping", "map.toml")
    assert done.returncode == 3
    assert "no arm is called 'prro'; arms: flash, pro" in done.stderr
