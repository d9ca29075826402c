"""Every mistake a user can make: one clear line, its exit code, and no traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"


def fails(done: subprocess.CompletedProcess[str], code: int, *parts: str) -> str:
    """Check that a run failed with one line that holds all parts; returns the line."""
    assert done.returncode == code, done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("note:")]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    for part in parts:
        assert part in lines[0]
    return lines[0]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_missing_key(cli: Cli) -> None:
    """Without a key and without a local server there is nothing to call."""
    fails(
        cli("analyze", EXPERIMENT, "--mode", "live"), 3, "GEMINI_API_KEY", "GOOGLE_API_KEY", "--mode replay"
    )


def test_a_run_without_any_answer_names_the_cause(cli: Cli, project: Path, cells: int) -> None:
    """Nobody listens: a provider error, not a decision about nothing."""
    edit(project / EXPERIMENT, "max_attempts = 4", "max_attempts = 1\nstop_after_failures = 100")
    done = cli(
        "analyze", EXPERIMENT, "--mode", "live", "--limit", "1", "-q",
        GOOGLE_GEMINI_BASE_URL="http://127.0.0.1:9",
    )  # fmt: skip
    fails(
        done, 4, f"none of {cells // 8} calls was answered", "no answer from 127.0.0.1:9", "goes on from here"
    )


def test_a_key_is_neither_printed_nor_written(cli: Cli, project: Path) -> None:
    """A run that cannot connect stops after a few calls and says how to go on; the key itself is nowhere."""
    edit(project / EXPERIMENT, "max_attempts = 4", "max_attempts = 1")
    done = cli(
        "run", EXPERIMENT, "--mode", "live", "--limit", "2", "-q",
        GOOGLE_GEMINI_BASE_URL="https://127.0.0.1:9", GEMINI_API_KEY="AIzaMARKEDKEY0123456789",
    )  # fmt: skip
    fails(done, 4, "gemini-3.8-flash gave no answer 5 times in a row", "run the same command again")
    assert "MARKEDKEY" not in done.stdout + done.stderr
    written = [file for file in project.rglob("*") if file.is_file()]
    assert any(file.name == "calls.jsonl" for file in written)
    assert not any(b"MARKEDKEY" in file.read_bytes() for file in written)


CASE = "prompts/mentoring/pen-ko-01.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (EXPERIMENT, "seed = 20261123", "seed = = 1", "experiment.toml:4: bad TOML"),
        (EXPERIMENT, "seed = ", "sede = ", "experiment.toml:4: unknown key sede; nearest valid name: seed"),
        (EXPERIMENT, 'name = "pro-sena"', 'name = "pro-raw"', "duplicate arm 'pro-raw'"),
        (EXPERIMENT, 'role = "aa"', 'role = "ab"', "nearest valid value: aa"),
        (EXPERIMENT, 'dataset = "mentoring"', 'dataset = "mentorin"', "mentorin: no such file"),
        (EXPERIMENT, "roi = 1.5", "roi = -3", "roi: -3 would approve what loses money"),
        (EXPERIMENT, '"rates/gemini.toml"', '"rates/gemni.toml"', "did you mean gemini.toml?"),
        (EXPERIMENT, "gemini-3.8-flash", "gemini-3.9-flash", "the control arms name two models"),
        (
            EXPERIMENT,
            "roi = 1.5",
            "roi = 150",
            "thresholds.roi: 150 is a return of 15,000%; a share is meant",
        ),
        (EXPERIMENT, 'budget_usd = "', 'monthly_usd = 25\nbudget_usd = "', 'stays exact: "25.00"'),
        (EXPERIMENT, "gemini-3.1-pro-preview", "gemini-3.1-pro", "nearest: gemini-3.1-pro-preview"),
        (EXPERIMENT, "gemini-3.1-pro-preview", "gemini-9-ultra", "no price in rate card 'gemini-list'\n"),
        (EXPERIMENT, 'assumptions = "', 'assumptions = "no/', "no/assumptions.toml: no such file\n"),
        (CASE, "id: pen-ko-01", "id: pen-en-01", "pen-ko-01.yaml:1: duplicate case id 'pen-en-01'"),
        (CASE, "language: ko", "language: kr", "pen-ko-01.yaml:2: language"),
        ("prompts/personas/pen.ko.j2", "", "{{ broken", "pen.ko.j2: bad template"),
    ],
)
def test_wrong_files(cli: Cli, project: Path, *, file: str, old: str, new: str, says: str) -> None:
    """Each authored file names itself, the line where it has one, and the nearest valid name."""
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    # All arms of a model are renamed together, or another rule is broken first.
    count = -1 if old == "gemini-3.1-pro-preview" else 1
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    assert says in f"{fails(cli('analyze', EXPERIMENT), 3)}\n"


def test_a_file_that_ends_too_early_has_a_line(cli: Cli, project: Path) -> None:
    (project / "results.toml").write_text("a = 1\nb = [1,\n", encoding="utf-8")
    fails(cli("plan", "results.toml"), 3, "results.toml:2: bad TOML: ")
    # Every TOML file ends alike, so its ending makes no name similar.
    line = fails(cli("plan", "experimnt.toml"), 3, "experimnt.toml: no such file")
    assert "did you mean" not in line


def test_misspelt_commands_runs_and_numbers(cli: Cli, project: Path) -> None:
    for arguments, words in (
        (("anaylze", EXPERIMENT), "No such command 'anaylze'. Did you mean analyze?"),
        (("xyzzy",), "No such command 'xyzzy'.\n"),
        (("score", EXPERIMENT), "prompts/experiment.toml is a file, not a run directory; `evalharness run"),
        (("cost", "reports", "--monthly", "6,500"), "'6,500' sets thousands apart; write 6500"),
        (("cost", "reports", "--monthly", "many"), "'many' is not a valid integer range"),
    ):
        done = cli(*arguments)
        assert done.returncode == 2
        assert words in done.stderr
    (project / "reports").mkdir()
    fails(cli("score", "reports"), 3, "no run here")


def test_without_a_network_the_cause_comes_first(cli: Cli, project: Path) -> None:
    edit(project / EXPERIMENT, "max_attempts = 4", "max_attempts = 1")
    done = cli("run", EXPERIMENT, "--mode", "live", "-q", GOOGLE_GEMINI_BASE_URL="http://127.0.0.1:9")
    assert fails(done, 4).startswith("error: no answer from 127.0.0.1:9 (")


def test_unknown_model_in_the_rate_card(cli: Cli, project: Path) -> None:
    """A model without a price is refused before anything is sent."""
    path = project / EXPERIMENT
    path.write_text(
        path.read_text(encoding="utf-8").replace("gemini-3.8-flash", "gemini-3.9-flash"), encoding="utf-8"
    )
    for command in ("plan", "analyze"):
        fails(
            cli(command, EXPERIMENT),
            3,
            "experiment.toml:15",
            "'gemini-3.9-flash' has no price",
            "nearest: gemini-3.8-flash",
        )


def test_empty_dataset(cli: Cli, project: Path) -> None:
    for case in (project / "prompts" / "mentoring").iterdir():
        case.unlink()
    fails(cli("analyze", EXPERIMENT), 3, "mentoring", "the dataset has no case")


def test_cassette_missing_for_a_changed_prompt(cli: Cli, recorded: Path, cells: int) -> None:
    """The miss names case, arm, the nearest recording, the field and both values."""
    edit(recorded / "prompts" / "mentoring" / "earth-en-01.yaml", "message: |\n  ", "message: |\n  Zebra! ")
    line = fails(
        cli("analyze", EXPERIMENT), 6, "case earth-en-01", "arm argon-raw", "nearest recording", "Zebra!"
    )
    assert "contents[0].parts[0].text" in line
    assert re.search(rf"\(\d of {cells} recordings are missing\)", line)
    assert "record with: evalharness analyze prompts/experiment.toml --mode record-missing (" in line
    price = r"\(\d calls, about 0\.0\d+ USD, at most 0\.\d+ USD at the prices of 20..-..-.., judges on top\)$"
    assert re.search(price, line)


def test_a_misspelt_folder_of_recordings(cli: Cli, recorded: Path) -> None:
    edit(recorded / "prompts" / "experiment.toml", "cassettes/mentoring", "cassettes/mentorng")
    line = fails(cli("run", EXPERIMENT), 6, "cassettes/mentorng: no such folder of recordings; did you mean")
    assert "did you mean cassettes/mentoring (cassettes in prompts/experiment.toml)? Else record" in line


def test_corrupt_line_in_calls(cli: Cli, recorded: Path) -> None:
    """A corrupt journal line is named and left alone."""
    assert cli("analyze", EXPERIMENT).returncode == 0
    (run,) = [path.parent for path in (recorded / "reports").glob("*/calls.jsonl")]
    calls = run / "calls.jsonl"
    lines = calls.read_text(encoding="utf-8").split("\n")
    lines[2] = lines[2][: len(lines[2]) // 2]
    calls.write_text("\n".join(lines), encoding="utf-8")
    before = calls.read_bytes()
    fails(cli("score", str(run)), 6, "calls.jsonl:3", "corrupt line")
    assert calls.read_bytes() == before


def test_a_run_of_another_dataset_is_refused(cli: Cli, recorded: Path) -> None:
    assert cli("analyze", EXPERIMENT).returncode == 0
    (run,) = [path.parent for path in (recorded / "reports").glob("*/calls.jsonl")]
    edit(recorded / "prompts" / "mentoring" / "pen-ko-01.yaml", "severity_reason:", "severity_reason: also")
    fails(cli("score", str(run)), 6, "the dataset of prompts/experiment.toml changed since this run")


@pytest.mark.parametrize("name", ["calls.jsonl", "records.jsonl"])
@pytest.mark.parametrize("how", ["folder", "empty"])
def test_a_file_of_a_run_that_is_gone_or_no_file_is_named(
    cli: Cli, analysed: Path, name: str, how: str
) -> None:
    (run,) = [path.parent for path in (analysed / "reports").glob("*/calls.jsonl")]
    (run / name).unlink()
    if how == "folder":
        (run / name).mkdir()
    else:
        (run / name).write_bytes(b"")
    baseline = ("--baseline", "prompts/baseline.json")
    for command in (("decide",), ("cost",), ("export", "--to", "csv"), ("verify",), ("check", *baseline)):
        done = cli(command[0], f"reports/{run.name}", *command[1:], cwd=analysed)
        assert done.returncode in {0, 3, 6}, (command, done.stderr)


def test_a_folder_that_is_named_like_an_experiment_is_passed_over(cli: Cli, analysed: Path) -> None:
    (analysed / "x.toml").mkdir()
    done = cli("verify", "reports/gemini_pro_upgrade_analysis.md", cwd=analysed)
    assert done.returncode == 0, done.stderr


def test_budget(cli: Cli, project: Path, emulator: str, cells: int) -> None:
    """The budget stops a run cleanly; what was bought is kept and not bought again."""
    edit(project / EXPERIMENT, 'budget_usd = "25.00"', 'budget_usd = "0.20"')
    done = cli("run", EXPERIMENT, "--mode", "live", "-q", GOOGLE_GEMINI_BASE_URL=emulator)
    fails(done, 5, "budget of 0.20 USD", "run again")
    edit(project / EXPERIMENT, 'budget_usd = "0.20"', 'budget_usd = "25.00"')
    again = cli("run", EXPERIMENT, "--mode", "live", "--json", GOOGLE_GEMINI_BASE_URL=emulator)
    assert again.returncode == 0, again.stderr
    summary = json.loads(again.stdout)
    assert summary["resumed"] > 0
    assert summary["resumed"] + summary["made"] == cells


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("analyse", EXPERIMENT), "No such command"),
        (("analyze",), "Missing argument"),
        (("analyze", EXPERIMENT, "--mode", "reply"), "reply"),
        (("analyze", EXPERIMENT, "--limit", "0"), "0"),
        (("decide", "reports", "--on", "tomorrow"), "not a day"),
    ],
)
def test_usage_errors_exit_2(cli: Cli, arguments: tuple[str, ...], part: str) -> None:
    done = cli(*arguments)
    assert done.returncode == 2
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_no_run_here(cli: Cli, tmp_path: Path) -> None:
    fails(cli("decide", str(tmp_path)), 3, "no run here")


def test_require_exits_1_when_unmet(cli: Cli, recorded: Path) -> None:
    """The report is written all the same; only the exit code says that the requirement is unmet."""
    done = cli("analyze", EXPERIMENT, "--require", "approve", "-q")
    fails(done, 1, "--require approve: the verdict is")
    assert (recorded / "reports" / "gemini_pro_upgrade_analysis.md").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither these pipes nor this device")
@pytest.mark.parametrize("arguments", [("--help",), ("plan", EXPERIMENT)])
def test_a_reader_that_leaves_is_neither_success_nor_a_failed_check(
    project: Path, arguments: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "evalharness", *arguments],
        cwd=project, stdout=writing, stderr=subprocess.PIPE, encoding="utf-8", check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_under_the_output_is_one_line(project: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "evalharness", "plan", EXPERIMENT],
            cwd=project, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False,
        )  # fmt: skip
    assert done.returncode == 6
    assert done.stderr == "error: cannot be written: No space left on device; make room there\n"


def test_an_emulator_that_cannot_keep_its_log_does_not_start(cli: Cli, project: Path) -> None:
    (project / "file").write_bytes(b"")
    fails(cli("emulator", "serve", "--log", "file/log.jsonl"), 3, "file: cannot be written")
