"""verify: everything that follows from calls is made again, and the first difference is named."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.app.stages import decide_run, render_run
from evalharness.app.verify import verify_report, verify_run
from evalharness.core.errors import Differs, RunMismatch
from evalharness.store import RunDirectory

Cli = Callable[..., subprocess.CompletedProcess[str]]
DERIVED = ("plan.jsonl", "records.jsonl", "scores.jsonl", "decision.json", "report.md", "report.ko.md",
           "appendix.md", "appendix.ko.md", "report.html", "report.ko.html", "plots/tornado.svg",
           "plots/pareto.ko.svg")  # fmt: skip


@pytest.fixture
def run_dir(analysed: Path) -> Path:
    """A replayed, decided and rendered run of the small project."""
    return next((analysed / "reports").glob("mentoring-*"))


@pytest.fixture
def here(analysed: Path, program: Cli) -> Cli:
    """Run `evalharness` in the analysed project."""
    return lambda *arguments, **environ: program(analysed, *arguments, **environ)


def difference(run_dir: Path) -> str:
    """Verify a run in this process; return what differs."""
    with pytest.raises(Differs) as caught:
        verify_run(RunDirectory(run_dir))
    return str(caught.value)


def change(path: Path, line: int) -> None:
    """Change one digit (or letter) in the middle of a line."""
    lines = path.read_bytes().split(b"\n")
    text = lines[line - 1].decode("utf-8")
    at = next((k for k in range(len(text) // 2, len(text)) if text[k].isdigit()), len(text) // 2)
    new = str((int(text[at]) + 1) % 10) if text[at].isdigit() else "x"
    lines[line - 1] = (text[:at] + new + text[at + 1 :]).encode("utf-8")
    path.write_bytes(b"\n".join(lines))


def test_a_run_that_nobody_touched_verifies(run_dir: Path, here: Cli) -> None:
    done = here("verify", str(run_dir))
    assert done.returncode == 0, done.stderr
    for name in DERIVED:
        assert Path(name).name in done.stdout
    assert "calls.jsonl" in done.stdout


def test_a_changed_digit_ends_with_one_line_and_six(run_dir: Path, here: Cli) -> None:
    change(run_dir / "report.md", 7)
    done = here("verify", str(run_dir))
    assert done.returncode == 6, done.stdout
    assert done.stderr.count("\n") == 1
    assert "report.md:7: not what the calls give: is “" in done.stderr
    assert "should be “" in done.stderr


@pytest.mark.parametrize("name", DERIVED)
def test_one_changed_character_is_found_wherever_it_is(run_dir: Path, name: str) -> None:
    change(run_dir / name, 7)
    assert f"{name}:7: not what the calls give: is “" in difference(run_dir)


def test_a_changed_call_changes_what_follows(run_dir: Path) -> None:
    """The answer's text, and nothing else: what was derived from it no longer fits."""
    path = run_dir / "calls.jsonl"
    calls = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    calls[0]["reply"]["body"]["candidates"][0]["content"]["parts"][0]["text"] = "Another answer."
    path.write_text(
        "".join(json.dumps(call, ensure_ascii=False) + "\n" for call in calls), encoding="utf-8", newline="\n"
    )
    assert "records.jsonl:" in difference(run_dir)


def test_an_added_end_is_found(run_dir: Path) -> None:
    path = run_dir / "report.md"
    path.write_bytes(path.read_bytes() + b"\nApproved after all.\n")
    assert "is “”, should be no such line" in difference(run_dir) or "Approved" in difference(run_dir)


def test_a_decision_for_another_day_verifies_as_that(run_dir: Path) -> None:
    directory = RunDirectory(run_dir)
    decide_run(directory, on=dt.date(2026, 12, 15))
    assert "appendix" in difference(run_dir)
    render_run(directory, copy_to=None)
    assert verify_run(directory).calls > 0


def test_a_published_report_verifies_from_recordings(analysed: Path, run_dir: Path, here: Cli) -> None:
    shutil.rmtree(run_dir)
    done = here("verify", "reports/gemini_pro_upgrade_analysis.ko.md")
    assert done.returncode == 0, done.stderr
    assert "recordings" in done.stdout


def test_the_command_of_the_sign_off_verifies_where_the_report_lies(
    analysed: Path, run_dir: Path, program: Cli
) -> None:
    for folder, name in ((analysed / "reports", "gemini_pro_upgrade_analysis"), (run_dir, "report")):
        for suffix in ("", ".ko"):
            text = (folder / f"{name}{suffix}.md").read_text(encoding="utf-8")
            (command,) = re.findall(r"`evalharness (verify [^`]+)`", text)
            assert command == f"verify {name}{suffix}.md"
            done = program(folder, *command.split())
            assert done.returncode == 0, done.stderr
            assert f"verified: {name}{suffix}.md is what" in done.stdout


def test_a_stale_report_is_told_what_changed_and_how_it_is_made_anew(
    analysed: Path, run_dir: Path, here: Cli
) -> None:
    assumptions = analysed / "prompts" / "assumptions.toml"
    text = assumptions.read_text(encoding="utf-8")
    assumptions.write_text(f"# Read again.\n{text}", encoding="utf-8", newline="\n")
    assert here("decide", str(run_dir), "-q").returncode == 0
    assert here("report", str(run_dir), "-q").returncode == 0
    done = here("verify", "reports/appendix.md")
    assert done.returncode == 6
    assert (
        "changed since it was written: assumptions; `evalharness analyze prompts/experiment.toml`"
        in done.stderr
    )
    report = analysed / "reports" / "gemini_pro_upgrade_analysis.md"
    change(report, 7)
    assert "changed since it was written: assumptions;" in here("verify", str(report)).stderr
    assert here("analyze", "prompts/experiment.toml", "-q").returncode == 0
    change(report, 7)
    assert "the file was changed, or what it is made from was" in here("verify", str(report)).stderr


def test_a_page_verifies_like_a_report_and_a_changed_number_does_not(
    analysed: Path, run_dir: Path, here: Cli
) -> None:
    shutil.rmtree(run_dir)
    page = analysed / "reports" / "gemini_pro_upgrade_analysis.html"
    assert here("verify", str(page)).returncode == 0
    text = page.read_text(encoding="utf-8")
    forged = text.replace('"threshold":1.5', '"threshold":0.5', 1)
    assert forged != text
    page.write_text(forged, encoding="utf-8", newline="\n")
    done = here("verify", str(page))
    assert done.returncode == 6
    assert "analysis.html:" in done.stderr
    assert '"threshold":1.5' in done.stderr


def test_a_report_far_from_its_experiment_is_told_where_it_is(
    analysed: Path, tmp_path: Path, program: Cli
) -> None:
    shutil.copy(analysed / "reports" / "appendix.md", tmp_path / "x.md")
    done = program(tmp_path, "verify", "x.md")
    assert done.returncode == 6
    assert "name the file with --experiment" in done.stderr
    experiment = str(analysed / "prompts" / "experiment.toml")
    done = program(tmp_path, "verify", "x.md", "--experiment", experiment)
    assert done.returncode == 0, done.stderr


def test_a_live_run_is_verified_from_its_own_calls(project: Path, cli: Cli, emulator: str) -> None:
    """No recording exists; the run directory beside the report has the calls."""
    url = {"GOOGLE_GEMINI_BASE_URL": emulator}
    done = cli("analyze", "prompts/experiment.toml", "--mode", "live", "-q", **url)
    assert done.returncode == 0, done.stderr
    assert not (project / "cassettes").exists()
    done = cli("verify", "reports/gemini_pro_upgrade_analysis.md")
    assert done.returncode == 0, done.stderr
    run = next((project / "reports").glob("mentoring-*"))
    assert cli("verify", str(run)).returncode == 0
    shutil.rmtree(run)
    done = cli("verify", "reports/gemini_pro_upgrade_analysis.md")
    assert done.returncode == 6
    assert "no such folder of recordings" in done.stderr


def test_a_pilot_s_report_verifies_in_its_run(recorded: Path, cli: Cli) -> None:
    done = cli("analyze", "prompts/experiment.toml", "--limit", "6", "-q")
    assert done.returncode == 0, done.stderr
    run = next((recorded / "reports").glob("*pilot6"))
    assert cli("verify", str(run / "report.md")).returncode == 0


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (lambda f: (f / "x.md").write_text("# Not ours\n", encoding="utf-8"), 6, "no report of evalharness"),
        (lambda f: None, 3, "x.md: no such report or run"),
        (lambda f: (f / "x.md").mkdir(), 3, "no run here"),
    ],
)
def test_what_is_no_report_is_said(
    project: Path, cli: Cli, make: Callable[[Path], object], code: int, words: str
) -> None:
    make(project)
    done = cli("verify", "x.md")
    assert done.returncode == code
    assert words in done.stderr


def test_a_report_of_other_prompts_is_not_made_again(analysed: Path) -> None:
    persona = analysed / "prompts" / "personas" / "pen.ko.j2"
    persona.write_text(persona.read_text(encoding="utf-8") + "짧게.\n", encoding="utf-8", newline="\n")
    with pytest.raises(RunMismatch, match="prompts, cases or arms changed since"):
        verify_report(analysed / "reports" / "gemini_pro_upgrade_analysis.md", experiment=None)


def test_an_experiment_beside_a_run_is_a_usage_error(run_dir: Path, here: Cli) -> None:
    assert here("verify", str(run_dir), "--experiment", "prompts/experiment.toml").returncode == 2


def test_a_refused_replay_leaves_the_run_as_it_was(run_dir: Path, here: Cli) -> None:
    """Whether a recording is missing or damaged: all of the run, its manifest too, is what it was."""
    before = {path: path.read_bytes() for path in sorted(run_dir.rglob("*")) if path.is_file()}
    project = run_dir.parents[1]
    key = json.loads((run_dir / "calls.jsonl").read_text(encoding="utf-8").splitlines()[0])["key"]
    recording = next(project.rglob(f"{key}.json"))
    content = recording.read_bytes()
    for damaged in (None, content + b"x"):
        recording.unlink()
        if damaged is not None:
            recording.write_bytes(damaged)
        assert here("analyze", "prompts/experiment.toml").returncode == 6
        after = {path: path.read_bytes() for path in sorted(run_dir.rglob("*")) if path.is_file()}
        assert after == before
        recording.write_bytes(content)


def test_a_journal_without_calls_that_scores_stand_on_is_refused(run_dir: Path, here: Cli) -> None:
    """Cut off between two lines every line is whole; tokens and money would be of the others alone."""
    path = run_dir / "calls.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3]))
    for command in ("decide", "report"):
        done = here(command, str(run_dir))
        assert done.returncode == 6
        assert "calls.jsonl: lacks 3 of the" in done.stderr
        assert "restore the file, or run and score the experiment again" in done.stderr
