"""What belongs to the verdict on the command line: conditions, assumptions, operating characteristics."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalharness.cli.assumptions import assumptions
from evalharness.core.assumptions import Dist
from evalharness.experiment.assumptions import load_assumptions

Cli = Callable[..., subprocess.CompletedProcess[str]]
PRESETS = (
    "prompts/assumptions.toml",
    "prompts/assumptions/product.toml",
    "prompts/assumptions/enterprise.toml",
)


@pytest.fixture
def file(root: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "assumptions.toml"
    copy.write_bytes((root / PRESETS[0]).read_bytes())
    return copy


def said(*answers: str | tuple[str, str, str], skip: int) -> str:
    """Lines that somebody types: a name, then (low, high, middle) or Enter for each field."""
    lines = []
    for answer in (*answers, *[""] * skip):
        lines += [answer] if isinstance(answer, str) else list(answer)
    return "".join(f"{line}\n" for line in lines)


def test_a_run_that_was_moved_finds_its_experiment_from_the_project(analysed: Path, program: Cli) -> None:
    (run,) = (analysed / "reports").glob("mentoring-*")
    away = analysed.parent / "away" / "run"
    shutil.copytree(run, away)
    done = program(analysed, "decide", str(away), "-q")
    assert done.returncode == 0, done.stderr
    assert (away / "decision.json").read_bytes() == (run / "decision.json").read_bytes()
    # Changed since in what no answer depends on: the plan tells that it is the same.
    experiment = analysed / "prompts" / "experiment.toml"
    text = experiment.read_text(encoding="utf-8")
    experiment.write_text(text.replace("roi = 1.5", "roi = 1.4"), encoding="utf-8", newline="\n")
    assert program(analysed, "decide", str(away), "-q").returncode == 0
    lost = program(away, "decide", ".")
    assert lost.returncode == 3
    assert (
        "was moved away from its experiment (../../prompts/experiment.toml from there); give the"
        in lost.stderr
    )


def test_explain_prints_every_condition(cli: Cli, recorded: Path) -> None:
    assert cli("analyze", "prompts/experiment.toml").returncode == 0
    (run,) = (recorded / "reports").glob("mentoring-*")
    done = cli("decide", str(run), "--explain")
    assert done.returncode == 0, done.stderr
    header = next(line for line in done.stdout.splitlines() if line.split()[:2] == ["For", "Condition"])
    assert header.split()[-4:] == ["Value", "Limit", "Margin", "Met"]
    for words in (
        "chance of beating",
        "net present value",
        "user satisfaction",
        "context tokens",
        "Not a pilot: yes",
        "Not of the evidence: Candidate neither preview nor about to be retired, or waived: NO",
        "Oldest price",
    ):
        assert words in done.stdout
    assert "**" not in done.stdout
    assert "\x1b" not in done.stdout
    assert cli("decide", str(run), "--explain", "--json").returncode == 2


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_an_example_without_unknowns(root: Path, preset: str) -> None:
    found = load_assumptions(root / preset)
    assert found.example
    assert not found.unknowns()
    assert not any(field.is_fixed for field in found.used() if field.spec.is_value)
    done = CliRunner().invoke(assumptions, ["check", str(root / preset)])
    assert done.exit_code == 0, done.output
    assert "these are examples" in done.output
    assert "nobody owns it: requests_per_month" in done.output


def test_check_names_unknown_and_fixed_values(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace(
        "[fields.cost_human_session]", "[fields.cost_human_session]\nlow = 5\nhigh = 9"
    )
    file.write_text(text.replace('channel = "sessions"', 'channel = "mentoring"'), encoding="utf-8")
    done = CliRunner().invoke(assumptions, ["check", str(file)])
    assert "cost_human_session: unknown between 5 and 9" in done.output


def test_two_people_are_asked_and_the_wider_range_is_kept(file: Path) -> None:
    """Low, high, then middle, in words; each field says who was asked and when."""
    first = said("Kim", ("6000", "9000", "7000"), "", ("4", "12", "10"), skip=7)
    second = said("Lee", ("5,000", "8000", "6000"), "", ("2", "8", "6"), skip=7)
    done = CliRunner().invoke(assumptions, ["ask", str(file)], input=first + "\n" + second)
    assert done.exit_code == 0, done.output
    assert "Of 100 sessions, how many more would be rated satisfied" in done.output
    assert "2 fields written" in done.output
    before = load_assumptions(file).get("requests_per_session")
    found = load_assumptions(file).get("requests_per_month")
    assert (found.low, found.mid, found.high) == (5000, 6500, 9000)
    assert found.owner == "Kim, Lee"
    assert found.source.startswith("interview with Kim and Lee on 2")
    assert found.as_of is not None
    # 2 more of 100 sessions for one point of five: a share of .02 for a quality share of .2.
    kappa = load_assumptions(file).get("satisfaction_per_quality")
    assert (kappa.low, kappa.mid, kappa.high) == pytest.approx((0.1, 0.4, 0.6))
    assert before.source.startswith("example:")
    assert file.read_text(encoding="utf-8").startswith("# How quality becomes money.")


def test_the_interview_speaks_korean_and_asks_again(file: Path) -> None:
    answers = ("9000", "6000", "7000", "viele", "6000", "9000", "7000")
    typed = "김\n" + "".join(f"{a}\n" for a in answers) + "\n" * 9 + "\n" + "이\n" + "\n" * 10
    done = CliRunner().invoke(assumptions, ["ask", str(file), "--language", "ko"], input=typed)
    assert done.exit_code == 0, done.output
    assert "세션 100번 중 몇 번이 더 만족으로" in done.output
    assert "그럴 수는 없습니다" in done.output
    assert "숫자로 답해 주세요" in done.output
    assert load_assumptions(file).get("requests_per_month").owner == "김"


def test_equal_ends_are_a_known_number_and_silence_changes_nothing(file: Path) -> None:
    before = file.read_bytes()
    silent = CliRunner().invoke(
        assumptions, ["ask", str(file)], input=said("Kim", skip=10) + "\n" + said("Lee", skip=10)
    )
    assert silent.exit_code == 0, silent.output
    assert file.read_bytes() == before
    sure = said("Kim", ("100", "100", "100"), skip=9) + "\n" + said("Lee", skip=10)
    assert CliRunner().invoke(assumptions, ["ask", str(file)], input=sure).exit_code == 0
    assert load_assumptions(file).get("requests_per_month").dist is Dist.FIXED


def test_two_people_are_two(file: Path) -> None:
    typed = said("Kim", ("1", "3", "2"), skip=9) + "\n" + "kim\n" + said("Lee", skip=10)
    done = CliRunner().invoke(assumptions, ["ask", str(file)], input=typed)
    assert "kim has answered already" in done.output
    assert load_assumptions(file).get("requests_per_month").source.startswith("interview with Kim")


def test_an_interview_that_stops_early_says_that_nothing_is_kept(file: Path) -> None:
    before = file.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "evalharness", "assumptions", "ask", str(file)],
        input="Kim\n100\n", capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 130
    assert "stays as it is, and the answers are lost" in done.stderr
    assert file.read_bytes() == before


def test_a_name_cannot_break_the_file(file: Path) -> None:
    typed = said('K"im\\', ("1", "3", "2"), skip=9) + "\n" + said("Lee", skip=10)
    assert CliRunner().invoke(assumptions, ["ask", str(file)], input=typed).exit_code == 0
    assert load_assumptions(file).get("requests_per_month").owner == 'K"im\\'
