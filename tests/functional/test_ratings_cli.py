"""Ratings as an owner uses them: imported, fitted, proposed, never written silently."""

from __future__ import annotations

import csv
import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"


def ratings_file(folder: Path, run: Path | None = None, count: int = 120) -> Path:
    """Ratings whose satisfaction follows the run's own scores, with comments that a spreadsheet would run."""
    rng = random.Random(5)  # noqa: S311 - test data
    quality: dict[tuple[str, str], float] = {}
    if run is not None:
        for line in (run / "scores.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["scorer"] == "key_facts/1" and "value" in row and row["arm"] in ("flash-raw", "pro-raw"):
                quality[row["case_id"], row["arm"]] = row["value"]
    places = sorted(quality) or [("", "")]
    file = folder / "ratings.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["session_id", "rating", "comment", "case_id", "arm"])
        for number in range(count):
            case_id, arm = rng.choice(places)
            chance = 0.4 + 0.5 * quality.get((case_id, arm), 0.5)
            comment = rng.choice(["=1+1 slow", "slow", "날짜를 틀렸어요", ""])
            writer.writerow([f"s{number}", "up" if rng.random() < chance else "down", comment, case_id, arm])
    return file


@pytest.fixture
def run(cli: Cli, recorded: Path) -> Path:
    assert cli("analyze", EXPERIMENT, "-q").returncode == 0
    (manifest,) = (recorded / "reports").glob("*/manifest.json")
    return manifest.parent


def test_ratings_propose_a_patch_that_applies(cli: Cli, recorded: Path, run: Path) -> None:
    file = ratings_file(recorded, run)
    assumptions = recorded / "prompts" / "assumptions.toml"
    before = assumptions.read_bytes()
    done = cli("ratings", "import", str(file), "--run", str(run))
    assert done.returncode == 0, done.stderr
    assert "enough ratings (50 needed), target of 80%" in done.stdout
    assert "satisfaction per quality (κ):" in done.stdout
    assert "slow" in done.stdout
    assert assumptions.read_bytes() == before  # proposed, never written
    patch = run / "ratings" / "assumptions.patch"
    applied = subprocess.run(
        ["git", "apply",  # noqa: S607 - whichever git is there
          "--directory=prompts", str(patch)],
        cwd=recorded, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert applied.returncode == 0, applied.stderr
    text = assumptions.read_text(encoding="utf-8")
    assert 'dist = "normal"' in text
    assert "regression of 120 ratings on scores" in text
    assert "\n[satisfaction]\n" in text
    assert cli("assumptions", "check", "prompts/assumptions.toml").returncode == 0
    assert cli("decide", str(run)).returncode == 0
    decision = json.loads((run / "decision.json").read_text(encoding="utf-8"))
    (row,) = [c for c in decision["upgrade"]["verdict"]["conditions"] if c["name"] == "satisfaction"]
    assert row["value"] is not None


def test_comments_are_kept_and_run_nothing(cli: Cli, recorded: Path) -> None:
    file = ratings_file(recorded)
    done = cli("ratings", "import", str(file), "--out", "said", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["ratings"], summary["needed"], summary["target"]) == (120, 50, 0.8)
    assert summary["fit"]["kappa"] is None
    assert next(group["keyword"] for group in summary["comments"]) == "slow"
    with (recorded / "said" / "comments.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all(not row["comment"].startswith("=") for row in rows)
    assert sum(row["comment"] == "'=1+1 slow" for row in rows) > 0
    assert not (recorded / "said" / "assumptions.patch").exists()


def test_few_ratings_are_measured_against_what_is_needed(cli: Cli, recorded: Path) -> None:
    file = ratings_file(recorded, count=20)
    done = cli("ratings", "import", str(file), "--assumptions", "prompts/assumptions.toml")
    assert done.returncode == 0, done.stderr
    assert "too few ratings (50 needed)" in done.stdout
    assert "not fitted; 0 sessions link to scored cells, 50 are needed" in done.stdout
    assert "no change of the assumptions is proposed from fewer than 50 ratings" in done.stdout
    patch = recorded / "ratings" / "assumptions.patch"
    assert not patch.exists()


def test_enough_ratings_without_a_run_propose_today_s_share_alone(cli: Cli, recorded: Path) -> None:
    file = ratings_file(recorded, count=50)
    command = ("ratings", "import", str(file), "--assumptions", "prompts/assumptions.toml")
    assert cli(*command).returncode == 0
    path = recorded / "ratings" / "assumptions.patch"
    patch = path.read_text(encoding="utf-8")
    assert "satisfaction_per_quality" not in "".join(line for line in patch.splitlines() if line[0] in "+-")
    assert "+alpha = " in patch
    ratings_file(recorded, count=20)
    assert cli(*command).returncode == 0
    assert not path.exists(), "the proposal of before is no longer one"


def test_an_arm_that_the_run_does_not_have(cli: Cli, recorded: Path, run: Path) -> None:
    (recorded / "r.csv").write_text("session_id,thumb,arm\na,up,pro\n", encoding="utf-8")
    refused = cli("ratings", "import", "r.csv", "--run", str(run))
    assert refused.returncode == 3
    assert "ratings name arm 'pro'; the run scored argon-raw, flash-again" in refused.stderr
