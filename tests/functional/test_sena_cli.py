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
    assert "answers: none recorded" in done.stdout
    assert "+budget = 0.6\n" in (folder / "recommended.patch").read_text(encoding="utf-8")
    as_json = json.loads(cli(*arguments, "--json").stdout)
    assert as_json["points"] == facts["points"]
    assert as_json["recommendation"]["method"] == "extractive"


GRID = ("--method", "random", "--method", "extractive", "--budget", "0.5", "--budget", "0.67")


def test_answers_are_fetched_recorded_resumed_and_replayed(cli: Cli, project: Path, emulator: str) -> None:
    """Over HTTP, cut off by the budget, gone on with, then from the recordings alone: the same figures."""
    online = {"GOOGLE_GEMINI_BASE_URL": emulator}
    command = ("sena", "sweep", EXPERIMENT, *GRID, "--mode", "record-missing")
    file = project / EXPERIMENT
    written = file.read_text(encoding="utf-8")
    file.write_text(written.replace('budget_usd = "25.00"', 'budget_usd = "0.25"'), encoding="utf-8")
    short = cli(*command, **online)
    assert short.returncode == 5, short.stderr
    assert "160 calls planned" in short.stderr  # 80 answers, and their judge
    bought = len(list((project / "cassettes").rglob("*.json")))
    assert 0 < bought < 80
    file.write_text(written, encoding="utf-8")
    done = cli(*command, **online)
    assert done.returncode == 0, done.stderr
    assert f"{bought} of 80 calls were already" in done.stderr
    recorded = [file.read_text(encoding="utf-8") for file in (project / "cassettes").rglob("*.json")]
    judged = sum("responseJsonSchema" in text for text in recorded)
    assert len(recorded) - judged == 80
    assert 0 < judged <= 80  # equal answers share a judgement
    assert "answers: SIMULATED, live" in done.stdout
    fetched = json.loads((project / "reports" / "sena" / "sweep.json").read_text(encoding="utf-8"))
    replayed = cli("sena", "sweep", EXPERIMENT, *GRID, "--out", "again")
    assert replayed.returncode == 0, replayed.stderr
    assert "answers: SIMULATED, replayed" in replayed.stdout
    again = json.loads((project / "again" / "sweep.json").read_text(encoding="utf-8"))
    assert again["answers"]["points"] == fetched["answers"]["points"]
    assert [(p["method"], p["budget"]) for p in again["answers"]["points"]] == [
        ("random", 0.5), ("random", 0.67), ("extractive", 0.5), ("extractive", 0.67),
    ]  # fmt: skip
    # The error is shared out among the points that could be chosen; a control cannot.
    assert again["answers"]["confidence"] == pytest.approx(0.975)
    assert all(len(p["models"]) == 2 for p in again["answers"]["points"])


def test_one_recorded_point_says_what_the_analysis_says(cli: Cli, recorded: Path) -> None:
    done = json.loads(cli("sena", "sweep", EXPERIMENT, "--method", "extractive", "--json").stdout)
    (point,) = done["answers"]["points"]
    assert (point["method"], point["budget"]) == ("extractive", 0.67)
    decided = json.loads(cli("analyze", EXPERIMENT, "--out", "decided", "--json").stdout)
    for swept, model in zip(point["models"], decided["sena"]["models"], strict=True):
        for figure in ("quality", "quality_tail", "net_reduction"):
            assert swept[figure]["low"] == pytest.approx(model[figure]["low"], abs=1e-5), figure


def test_answers_are_bought_for_named_points_only(cli: Cli) -> None:
    done = cli("sena", "sweep", EXPERIMENT, "--mode", "live", "--budget", "0.6")
    assert done.returncode == 2
    assert "name the points with --method and --budget" in done.stderr


def test_a_pilot_recommends_nothing(cli: Cli, project: Path, emulator: str) -> None:
    done = cli(
        "sena", "sweep", EXPERIMENT, "--mode", "live", "--limit", "2", "--method", "extractive", "--budget",
        "0.6", GOOGLE_GEMINI_BASE_URL=emulator,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "16 calls planned" in done.stderr
    assert "A pilot of 2 cases recommends nothing" in done.stdout
    assert (project / "reports" / "sena" / "recommended.patch").read_text(encoding="utf-8") == ""


def test_what_is_protected_stays_and_the_overrun_is_told(cli: Cli) -> None:
    done = cli("sena", "compress", CASE, "--budget", "0.1", "--protect", "number", "--protect", "quote")
    assert done.returncode == 0, done.stderr
    assert "over the budget (protected)" in done.stdout.splitlines()[-1]
    wrong = cli("sena", "compress", CASE, "--protect", "re:(")
    assert wrong.returncode == 2
    assert "no regular expression" in wrong.stderr


def test_an_overrun_reaches_plan_decision_and_report(cli: Cli, project: Path, emulator: str) -> None:
    """Protected content wins over the budget, and everybody who reads of the saving learns it."""
    file = project / EXPERIMENT
    text = file.read_text(encoding="utf-8")
    tight = text.replace("budget = 0.67", 'budget = 0.2\nprotect = ["number", "re:마감|deadline"]')
    file.write_text(tight, encoding="utf-8")
    planned = cli("plan", EXPERIMENT)
    assert planned.returncode == 0, planned.stderr
    assert "exceed their budget by protected content (sena.protect)" in planned.stdout
    done = cli("analyze", EXPERIMENT, "--mode", "live", "--json", GOOGLE_GEMINI_BASE_URL=emulator)
    assert done.returncode == 0, done.stderr
    sena = json.loads(done.stdout)["sena"]
    assert 1 <= sena["overruns"] <= 8
    assert sena["most_overrun_tokens"] > 0
    report = (project / "reports" / "gemini_pro_upgrade_analysis.md").read_text(encoding="utf-8")
    assert f"In {sena['overruns']} cases protected content exceeds the budget" in report


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
        (("compress", CASE, "--budget", "0.5", "--tokens", "5"), 2, "give one of them"),
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


def test_of_nothing_nothing_is_saved(cli: Cli, project: Path) -> None:
    (project / "empty.txt").write_bytes(b"")
    done = cli("sena", "compress", "empty.txt")
    assert (done.returncode, done.stdout) == (
        0, "extractive: 0 of 0 tokens kept, 0.0% saved, 0 of 0 units dropped; counts are approximate\n"
    )  # fmt: skip
