"""An answer that was paid for is kept and not bought again, whatever happens to its recording."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalharness.emulator import EmulatorSettings, running

from .conftest import Cli, without_judges

EXPERIMENT = "prompts/experiment.toml"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An emulator and its own log of what was bought."""
    log = tmp_path / "requests.jsonl"
    with running(EmulatorSettings(latency_scale=0.0, request_log=log)) as url:
        yield url, log


def bought(log: Path) -> Counter[tuple[str, str]]:
    rows = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return Counter((row["model"], row["sha256"]) for row in rows)


def test_answers_that_the_disk_did_not_record_are_booked_and_recorded_later(
    cli: Cli, project: Path, server: tuple[str, Path], cells: int
) -> None:
    url, log = server
    without_judges(project)
    (project / "cassettes").mkdir()
    blocker = project / "cassettes" / "mentoring"
    blocker.write_text("in the way", encoding="utf-8")
    first = cli("run", EXPERIMENT, "--mode", "record", GOOGLE_GEMINI_BASE_URL=url)
    assert first.returncode == 6
    assert "cannot write recording" in first.stderr
    begun = bought(log)
    (journal,) = project.glob("reports/*/calls.jsonl")
    kept = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert len(kept) == begun.total()
    assert all(call["reply"] for call in kept)

    blocker.unlink()
    second = cli("run", EXPERIMENT, "--mode", "record", GOOGLE_GEMINI_BASE_URL=url)
    assert second.returncode == 0, second.stderr
    assert f"{len(kept)} answers of this run had no recording" in second.stderr
    assert bought(log).most_common(1)[0][1] == 1
    assert len(list(blocker.glob("*.json"))) == cells
    assert cli("run", EXPERIMENT).returncode == 0
    assert cli("cassettes", "verify", EXPERIMENT).returncode == 0


def test_recordings_that_were_removed_are_written_from_the_run(
    cli: Cli, project: Path, server: tuple[str, Path], cells: int
) -> None:
    url, log = server
    without_judges(project)
    folder = project / "cassettes" / "mentoring"
    cli("run", EXPERIMENT, "--mode", "record", GOOGLE_GEMINI_BASE_URL=url)
    before = {file.name: json.loads(file.read_bytes())["response"] for file in folder.glob("*.json")}
    shutil.rmtree(folder)
    again = cli("run", EXPERIMENT, "--mode", "record", GOOGLE_GEMINI_BASE_URL=url)
    assert f"{cells} answers of this run had no recording" in again.stderr
    after = {file.name: json.loads(file.read_bytes())["response"] for file in folder.glob("*.json")}
    assert after == before
    assert bought(log).total() == cells
    assert cli("run", EXPERIMENT).returncode == 0


def test_a_run_that_never_began_ties_nobody_to_its_endpoint(
    cli: Cli, project: Path, server: tuple[str, Path]
) -> None:
    url, _ = server
    without_judges(project)
    keyless = cli("run", EXPERIMENT, "--mode", "record")
    assert keyless.returncode == 3
    assert "no API key" in keyless.stderr
    done = cli("run", EXPERIMENT, "--mode", "record", GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 0, done.stderr


def test_calls_that_failed_elsewhere_tie_nobody_to_that_endpoint(
    cli: Cli, project: Path, server: tuple[str, Path]
) -> None:
    url, log = server
    without_judges(project)
    path = project / EXPERIMENT
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"max_attempts = \d+", "max_attempts = 1", text), encoding="utf-8", newline="\n")
    command = ("run", EXPERIMENT, "--mode", "live", "--limit", "1")
    wrong = cli(*command, GOOGLE_GEMINI_BASE_URL="https://gemini.invalid", GEMINI_API_KEY="AIzaNone")
    assert wrong.returncode == 4, wrong.stderr
    done = cli(*command, GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert bought(log).total() > 0
    back = cli(*command, GOOGLE_GEMINI_BASE_URL="https://gemini.invalid", GEMINI_API_KEY="AIzaNone")
    assert back.returncode == 6
    assert "this run's answers come from loopback" in back.stderr


def test_recordings_of_the_emulator_are_not_taken_for_google_s(cli: Cli, recorded: Path) -> None:
    """With a key and no base URL, Google is meant; what would be replayed instead is said."""
    done = cli("analyze", EXPERIMENT, "--mode", "record-missing", "--limit", "1", GEMINI_API_KEY="AIzaNone")
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert [re.sub(r"\d+", "N", line).partition(";")[0] for line in warnings] == [
        "warning: N of N answers are the emulator's recordings",
        "warning: N of N judgements are the emulator's recordings",
    ]
    assert "nothing is asked of Google" in warnings[0]
    assert "cassettes/mentoring away first, or use --mode record" in warnings[0]


def test_recordings_that_were_moved_away_are_asked_anew_and_not_brought_back(
    cli: Cli, recorded: Path, server: tuple[str, Path], cells: int
) -> None:
    """The run that replayed them goes on: what it read there is no answer of the endpoint."""
    url, log = server
    without_judges(recorded)
    folder = recorded / "cassettes" / "mentoring"
    command = ("run", EXPERIMENT, "--mode", "record-missing", "--limit", "1")
    assert cli(*command, GOOGLE_GEMINI_BASE_URL=url).returncode == 0
    assert not log.exists() or bought(log).total() == 0
    shutil.rmtree(folder)
    done = cli(*command, GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert f"{cells // 8} calls made, 0 resumed" in done.stdout
    assert bought(log).total() == cells // 8 == len(list(folder.glob("*.json")))
    again = cli(*command, GOOGLE_GEMINI_BASE_URL=url)
    assert f"0 calls made, {cells // 8} resumed" in again.stdout


def test_recordings_of_judges_are_written_from_the_run_too(
    cli: Cli, project: Path, server: tuple[str, Path]
) -> None:
    url, log = server
    folder = project / "cassettes" / "mentoring"
    first = cli("analyze", EXPERIMENT, "--mode", "record", "-q", GOOGLE_GEMINI_BASE_URL=url)
    assert first.returncode == 0, first.stderr
    spent, count = bought(log), len(list(folder.glob("*.json")))
    shutil.rmtree(folder)
    again = cli("analyze", EXPERIMENT, "--mode", "record", "-q", GOOGLE_GEMINI_BASE_URL=url)
    assert again.returncode == 0, again.stderr
    assert (bought(log), len(list(folder.glob("*.json")))) == (spent, count)
    assert cli("analyze", EXPERIMENT, "-q").returncode == 0


@pytest.mark.parametrize("mode", ["record", "record-missing"])
def test_what_was_recorded_before_a_kill_and_not_journaled_is_not_bought_again(
    cli: Cli, project: Path, server: tuple[str, Path], mode: str
) -> None:
    """The last lines of the journal are taken away, as if the session had been killed before them."""
    url, log = server
    first = cli("analyze", EXPERIMENT, "--mode", mode, "-q", GOOGLE_GEMINI_BASE_URL=url)
    assert first.returncode == 0, first.stderr
    spent = bought(log)
    (journal,) = project.glob("reports/*/calls.jsonl")
    (decision,) = project.glob("reports/*/decision.json")
    whole, decided = journal.read_text(encoding="utf-8"), decision.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    answers = [line for line in lines if '"purpose": "answer"' in line or '"purpose":"answer"' in line]
    judged = [line for line in lines if line not in answers]
    kept = (*answers[:-3], *judged[:-3])
    assert len(kept) == len(lines) - 6
    journal.write_text("".join(kept), encoding="utf-8", newline="\n")
    again = cli("analyze", EXPERIMENT, "--mode", mode, "-q", GOOGLE_GEMINI_BASE_URL=url)
    assert again.returncode == 0, again.stderr
    assert bought(log) == spent
    assert decision.read_text(encoding="utf-8") == decided
