"""`evalharness sena`: sweep and compress, as users run them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"
CASE = "prompts/mentoring/pen-ko-01.yaml"


def test_a_sweep_writes_table_picture_and_patch(cli: Cli, project: Path) -> None:
    arguments = (
        "sena",
        "sweep",
        EXPERIMENT,
        "--method",
        "random",
        "--method",
        "extractive",
        "--budget",
        "0.6",
    )
    done = cli(*arguments)
    assert done.returncode == 0, done.stderr
    assert "extractive" in done.stdout
    assert "no model called" in done.stdout
    folder = project / "reports" / "sena"
    facts = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    assert {trial["method"] for trial in facts["trials"]} == {"random", "extractive"}
    assert len(facts["trials"]) == 16
    assert "+budget = 0.6\n" in (folder / "recommended.patch").read_text(encoding="utf-8")
    as_json = json.loads(cli(*arguments, "--json").stdout)
    assert as_json["points"] == facts["points"]
    assert as_json["recommendation"]["method"] == "extractive"


def test_the_picture_has_the_same_bytes_every_time(cli: Cli, project: Path) -> None:
    pytest.importorskip("matplotlib", reason="the plots extra is not installed")
    pictures = []
    for out in ("one", "two"):
        done = cli(
            "sena", "sweep", EXPERIMENT, "--method", "truncate", "--method", "extractive", "--out", out
        )
        assert done.returncode == 0, done.stderr
        pictures.append((project / out / "pareto.svg").read_bytes())
    assert pictures[0] == pictures[1]
    assert b"<svg" in pictures[0]


def test_compress_strikes_through_what_is_dropped(cli: Cli) -> None:
    done = cli("sena", "compress", CASE, "--budget", "0.6")
    assert done.returncode == 0, done.stderr
    assert "~~" in done.stdout
    assert "[turns[0] mentee]" in done.stdout or "[turns[0] mentor]" in done.stdout
    assert "units dropped" in done.stdout.splitlines()[-1]
    assert "\x1b[" not in done.stdout


def test_compress_to_tokens_as_json(cli: Cli) -> None:
    done = json.loads(cli("sena", "compress", CASE, "--tokens", "200", "--json").stdout)
    assert done["budget_tokens"] == 200
    assert done["kept_tokens"] <= 200
    assert done["dropped"]


def test_a_text_file_cannot_steer_the_terminal(cli: Cli, project: Path) -> None:
    (project / "hostile.txt").write_text("Hi \x1b[2J there. It costs 5 euros.", encoding="utf-8")
    done = cli("sena", "compress", "hostile.txt")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("compress", "nowhere.txt"), 3, "no such file"),
        (("compress", CASE, "--budget", "0"), 2, "0"),
        (("compress", CASE, "--budget", "1.5"), 2, "1.5"),
        (("compress", CASE, "--method", "magic"), 2, "magic"),
        (("sweep", "prompts/experimint.toml"), 3, "did you mean experiment.toml?"),
        (("sweep", EXPERIMENT, "--budget", "0"), 2, "0"),
    ],
)
def test_mistakes(cli: Cli, arguments: tuple[str, ...], code: int, part: str) -> None:
    done = cli("sena", *arguments)
    assert done.returncode == code, done.stderr
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cut_case_is_refused_by_name(cli: Cli, project: Path) -> None:
    (project / CASE).write_text("id: pen-ko-01\n", encoding="utf-8")
    done = cli("sena", "compress", CASE)
    assert done.returncode == 3
    assert "pen-ko-01.yaml" in done.stderr
