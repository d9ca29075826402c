"""People's text: nothing personal is sent, written or shown, and the tier is settled first."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalharness.emulator import EmulatorSettings, running

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"
CASE = "prompts/mentoring/pen-ko-01.yaml"
PRIVATE = (
    "010-2345-6789",
    "minsu@naver.com",
    "900215-2345678",
    "4111-1111-1111-1111",
    "110-123-456789",
    "곽두현",
)
DESCRIPTION = 'real = true\nnames = "names.txt"\n'


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


@pytest.fixture
def real(project: Path) -> Path:
    """The small project with a person's own words in it, and the dataset marked real."""
    said = " ".join(PRIVATE)
    edit(project / CASE, "message: |\n  ", f"message: |\n  저는 {said} 입니다. ")
    edit(project / CASE, "notes:\n", f"notes:\n    - 연락처 {said}\n")
    folder = project / "prompts" / "mentoring"
    (folder / "dataset.toml").write_text(DESCRIPTION, encoding="utf-8")
    (folder / "names.txt").write_text("# 멘티\n곽두현\n두현\n", encoding="utf-8")
    return project


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An emulator that writes down what it was sent."""
    log = tmp_path / "sent.jsonl"
    with running(EmulatorSettings(latency_scale=0.0, request_log=log)) as url:
        yield url, log


def written(folder: Path) -> str:
    """Everything that a run wrote, anywhere in the project but in the dataset itself."""
    made = [path for path in folder.rglob("*") if path.is_file() and "prompts" not in path.parts]
    assert made
    # A cache is no text file, but its texts are; Korean in JSON may be escaped.
    return "".join(
        text + _unescaped(text) for text in (path.read_bytes().decode("utf-8", "replace") for path in made)
    )


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match.group(1), 16)), text)


def test_nothing_personal_is_sent_or_written_and_replay_finds_it_again(
    cli: Cli, real: Path, logged: tuple[str, Path], cells: int
) -> None:
    """Recorded, journalled, scored, decided, reported: no byte of it; and the replay finds its digests."""
    url, log = logged
    edit(real / EXPERIMENT, "[gateway]\n", '[gateway]\ntier = "paid"\n')
    done = cli("analyze", EXPERIMENT, "--mode", "record", GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert "note: the dataset is real: replaced before anything is sent or written: " in done.stderr
    assert "× name" in done.stderr
    sent = log.read_text(encoding="utf-8")
    for private in PRIVATE:
        assert private not in written(real) + sent + done.stdout + done.stderr
    assert "[이름1]" in written(real)
    assert "[전화1]" in written(real)
    assert cli("cassettes", "verify", EXPERIMENT).returncode == 0
    recording = next((real / "cassettes" / "mentoring").glob("*.json"))
    assert "redacted" in json.loads(recording.read_text(encoding="utf-8"))
    replayed = cli("run", EXPERIMENT, "--out", "again", "--json")
    assert json.loads(replayed.stdout)["made"] == cells


def test_a_live_run_is_redacted_too(cli: Cli, real: Path, logged: tuple[str, Path]) -> None:
    url, log = logged
    edit(real / EXPERIMENT, "[gateway]\n", '[gateway]\ntier = "paid"\n')
    done = cli("run", EXPERIMENT, "--mode", "live", GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 0, done.stderr
    everything = written(real) + log.read_text(encoding="utf-8")
    assert not [private for private in PRIVATE if private in everything]


@pytest.mark.parametrize("mode", ["live", "record", "record-missing"])
@pytest.mark.parametrize("tier", [None, "unpaid"])
def test_a_real_dataset_is_refused_on_an_unpaid_tier(
    cli: Cli, real: Path, logged: tuple[str, Path], mode: str, tier: str | None
) -> None:
    url, log = logged
    if tier is not None:
        edit(real / EXPERIMENT, "[gateway]\n", f'[gateway]\ntier = "{tier}"\n')
    done = cli("run", EXPERIMENT, "--mode", mode, GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 3
    assert "experiment.toml:" in done.stderr
    assert "Google may use what it is sent" in done.stderr
    assert not log.exists() or log.read_text(encoding="utf-8") == ""


def test_a_written_waiver_lets_it_pass(cli: Cli, real: Path, logged: tuple[str, Path]) -> None:
    waiver = '\n[waivers]\nunpaid_tier = "all eight people agreed in writing on 2026-11-20"\n'
    edit(real / EXPERIMENT, "\n[aliases]", f"{waiver}\n[aliases]")
    done = cli("run", EXPERIMENT, "--mode", "live", "--limit", "1", GOOGLE_GEMINI_BASE_URL=logged[0])
    assert done.returncode == 0, done.stderr


def test_personal_data_in_a_dataset_that_says_nothing_of_itself_is_refused(
    cli: Cli, real: Path, logged: tuple[str, Path]
) -> None:
    """Nothing is sent until somebody says whether it is real; invented is somebody's word too."""
    url, log = logged
    description = real / "prompts" / "mentoring" / "dataset.toml"
    description.unlink()
    done = cli("run", EXPERIMENT, "--mode", "live", "--limit", "8", GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 3
    assert "case pen-ko-01, message: looks like" in done.stderr
    assert not [private for private in PRIVATE if private in done.stderr]
    assert not log.exists() or log.read_text(encoding="utf-8") == ""
    description.write_text("real = false\n", encoding="utf-8")
    again = cli("run", EXPERIMENT, "--mode", "live", "--limit", "1", GOOGLE_GEMINI_BASE_URL=url)
    assert again.returncode == 0, again.stderr


def test_a_template_with_personal_text_stops_the_run_before_it_is_sent(
    cli: Cli, real: Path, logged: tuple[str, Path]
) -> None:
    url, log = logged
    edit(real / EXPERIMENT, "[gateway]\n", '[gateway]\ntier = "paid"\n')
    template = real / "prompts" / "personas" / "pen.ko.j2"
    template.write_text(
        "문의 help@lumen.kr\n" + template.read_text(encoding="utf-8"), encoding="utf-8", newline="\n"
    )
    done = cli("run", EXPERIMENT, "--mode", "live", GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 6
    assert "not sent: the " in done.stderr
    assert "holds an e-mail address" in done.stderr
    assert "help@lumen.kr" not in log.read_text(encoding="utf-8")
    description = real / "prompts" / "mentoring" / "dataset.toml"
    description.write_text(f'{DESCRIPTION}allow = ["help@lumen.kr"]\n', encoding="utf-8")
    again = cli("run", EXPERIMENT, "--mode", "live", "--out", "again", GOOGLE_GEMINI_BASE_URL=url)
    assert again.returncode == 0, again.stderr


def test_the_lint_looks_at_what_is_sent(cli: Cli, real: Path) -> None:
    """A real dataset is linted redacted: nothing personal is left, and nothing personal is printed."""
    done = cli("dataset", "lint", "prompts/mentoring")
    assert "personal-data" not in done.stdout
    assert not [private for private in PRIVATE if private in done.stdout + done.stderr]
    (real / "prompts" / "mentoring" / "dataset.toml").unlink()
    assert "[personal-data]" in cli("dataset", "lint", "prompts/mentoring").stdout


@pytest.mark.parametrize(
    ("description", "names", "part"),
    [
        ("real = 1\n", "", "dataset.toml:1: real"),
        ("reall = true\n", "", "unknown key reall"),
        ('real = true\nnames = "nobody.txt"\n', "", "nobody.txt: no such file"),
        (DESCRIPTION, "김민수\n김\n", "names.txt:2: '김' is too short"),
    ],
)
def test_a_wrong_description_is_one_line(
    cli: Cli, real: Path, description: str, names: str, part: str
) -> None:
    folder = real / "prompts" / "mentoring"
    (folder / "dataset.toml").write_text(description, encoding="utf-8")
    (folder / "names.txt").write_text(names, encoding="utf-8")
    done = cli("plan", EXPERIMENT)
    assert (done.returncode, part in done.stderr) == (3, True), done.stderr


def test_who_else_is_named_makes_another_dataset(cli: Cli, real: Path, logged: tuple[str, Path]) -> None:
    """A run scored under another list of names would hold answers against other texts."""
    edit(real / EXPERIMENT, "[gateway]\n", '[gateway]\ntier = "paid"\n')
    done = cli(
        "run", EXPERIMENT, "--mode", "live", "--limit", "1", "--json", GOOGLE_GEMINI_BASE_URL=logged[0]
    )
    run = json.loads(done.stdout)["run"]
    judged = cli("score", run, "--mode", "live", GOOGLE_GEMINI_BASE_URL=logged[0])
    assert judged.returncode == 0, judged.stderr
    (real / "prompts" / "mentoring" / "names.txt").write_text("곽두현\n김민수\n", encoding="utf-8")
    refused = cli("score", run)
    assert (refused.returncode, "changed since this run" in refused.stderr) == (6, True)
