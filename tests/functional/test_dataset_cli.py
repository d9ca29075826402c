"""`evalharness dataset` as users run it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.experiment.dataset_file import load_dataset

Cli = Callable[..., subprocess.CompletedProcess[str]]


def test_the_shipped_dataset_passes_lint(cli: Cli, root: Path) -> None:
    done = cli("dataset", "lint", str(root / "prompts" / "experiment.toml"))
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("100 cases")
    assert "0 errors" in done.stdout


def test_a_fault_ends_with_one(cli: Cli, project: Path) -> None:
    file = project / "prompts" / "mentoring" / "pen-ko-01.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("licence: CC-BY-4.0", "licence: unknown"), encoding="utf-8")
    (project / "prompts" / "mentoring.design.toml").unlink(missing_ok=True)
    done = cli("dataset", "lint", "prompts/mentoring", "-q")
    assert done.returncode == 1
    line = text.splitlines().index("licence: CC-BY-4.0") + 1
    assert f"pen-ko-01.yaml:{line}: error [licence]" in done.stdout
    assert done.stderr.splitlines()[-1].startswith("error: prompts")


def test_lint_as_json(cli: Cli, project: Path) -> None:
    """Eight of a hundred cases: the design is not met, and each finding says where."""
    done = cli("dataset", "lint", "prompts/experiment.toml", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["cases"] == 8
    assert report["errors"] == len([f for f in report["findings"] if f["severity"] == "error"])
    balance = [finding for finding in report["findings"] if finding["rule"] == "balance"]
    assert balance[0]["file"].endswith("mentoring.design.toml")
    assert balance[0]["message"] == "8 cases can be read, 100 are asked for"


@pytest.mark.parametrize("path", ["nowhere", "prompts/rates/gemini.toml", "prompts/rates"])
def test_what_cannot_be_read_ends_with_three(cli: Cli, path: str) -> None:
    for command in ("lint", "stats"):
        done = cli("dataset", command, path)
        assert done.returncode == 3, done.stderr
        assert done.stderr.startswith("error: ")
        assert len(done.stderr.splitlines()) == 1


def test_stats_with_traffic_and_picture(cli: Cli, project: Path) -> None:
    pytest.importorskip("matplotlib")
    shares = "\n".join(
        f"{persona} = {{ ko = 0.2, en = 0.05 }}" for persona in ("moon", "square", "earth", "pen")
    )
    text = f'source = "logs, invented"\nas_of = 2026-10-31\n[shares]\n{shares}\n'
    (project / "traffic.toml").write_text(text, encoding="utf-8")
    done = cli("dataset", "stats", "prompts/mentoring", "--traffic", "traffic.toml", "--plot", "s.svg")
    assert done.returncode == 0, done.stderr
    assert "weights 0.40 to 1.60, worth 5.9 equally weighted cases" in done.stdout
    assert (project / "s.svg").read_text(encoding="utf-8").startswith("<?xml")
    facts = json.loads(cli("dataset", "stats", "prompts/mentoring", "--json").stdout)
    assert facts["cases"] == 8
    assert facts["persona_by_language"]["moon"] == {"ko": 1, "en": 1}


def test_the_published_figures_are_of_the_shipped_dataset(root: Path) -> None:
    """After a change of any case: python studies/dataset_separation.py prompts/experiment.toml."""
    found = json.loads((root / "docs" / "dataset" / "separation.json").read_text(encoding="utf-8"))
    assert found["dataset_sha256"] == load_dataset(root / "prompts" / "mentoring").sha256
    assert found["dataset_sha256"][:12] in (root / "docs" / "dataset.md").read_text(encoding="utf-8")
    assert found["references"]["own_lowest"] >= 0.95
    assert found["references"]["others_mean"] <= 0.15
    assert len(found["context_free"]["answerable_without"]) <= 10
    for cut in ("oldest dropped", "newest dropped"):
        kept = [row["facts_in_context"] for row in found["truncation"] if row["cut"] == cut]
        assert kept == sorted(kept, reverse=True)
