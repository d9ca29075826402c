"""The gate as CI runs it: bless, check, and everything that must not be green."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from .conftest import copy_project, run_cli, without_judges
from .test_imports import audited

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"
BASELINE = "prompts/baseline.json"
SIGNED = ("--by", "Jin Kim", "--reason", "first baseline")


def only_run(folder: Path) -> Path:
    (manifest,) = folder.glob("*/manifest.json")
    return manifest.parent


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def declare(project: Path, gate: str) -> None:
    path = project / EXPERIMENT
    path.write_text(path.read_text(encoding="utf-8") + f"\n[gate]\n{gate}\n", encoding="utf-8", newline="\n")


@pytest.fixture(scope="session")
def blessed_once(root: Path, recorded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with recordings, a scored replay and a baseline, made once."""
    folder = copy_project(root, tmp_path_factory.mktemp("blessed") / "project")
    without_judges(folder)
    shutil.copytree(recorded_once / "cassettes", folder / "cassettes")
    assert run_cli(folder, "run", EXPERIMENT, "-q").returncode == 0
    run = str(only_run(folder / "reports"))
    assert run_cli(folder, "score", run, "-q").returncode == 0
    done = run_cli(folder, "bless", run, "--out", BASELINE, *SIGNED)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def project(blessed_once: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    shutil.copytree(blessed_once, tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def check(cli: Cli, project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Check the project's only run."""

    def run(*arguments: str, out: str = "reports", **environ: str) -> subprocess.CompletedProcess[str]:
        directory = str(only_run(project / out))
        return cli("check", directory, "--baseline", BASELINE, *arguments, **environ)

    return run


@pytest.fixture
def again(cli: Cli, project: Path) -> Callable[..., None]:
    """Replay and score anew, after something changed."""

    def run(*arguments: str, **environ: str) -> None:
        shutil.rmtree(project / "reports")
        for command in (("run", EXPERIMENT, *arguments), ("score",)):
            where = () if command[0] == "run" else (str(only_run(project / "reports")),)
            done = cli(*command, *where, "-q", **environ)
            assert done.returncode == 0, done.stderr

    return run


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def remarks(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    found = report(done)
    rows = [*found["remarks"], *(remark for check in found["checks"] for remark in check["remarks"])]
    return {row["code"]: dict(row["values"]) for row in rows}


def failed(done: subprocess.CompletedProcess[str]) -> set[str]:
    return {row["kind"] for row in report(done)["checks"] if row["status"] == "fail"}


def test_an_unchanged_run_is_green_in_every_format(check: Cli, project: Path, tmp_path: Path) -> None:
    done = check()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("GATE PASS on SIMULATED answers: mentoring")
    assert "blessed by Jin Kim: first baseline" in done.stdout
    assert "0 of 32 cells were asked or answered anew" in done.stdout
    assert "smallest regression found 8 times in 10" in done.stdout
    assert max(map(cell_len, done.stdout.splitlines())) <= 100
    found = check("--format", "json")
    assert found.stdout == (only_run(project / "reports") / "gate.json").read_text(encoding="utf-8")
    assert (report(found)["status"], report(found)["ok"]) == ("pass", True)
    scores = [row for row in report(found)["checks"] if row["kind"] == "score"]
    assert len(scores) == 4
    assert all(row["catches"] > 0 and row["change"] == 0 for row in scores)
    output = tmp_path / "gate.xml"
    both = check("--format", "junit", "--output", str(output))
    assert both.stdout == done.stdout
    assert ET.parse(output).getroot().get("failures") == "0"  # noqa: S314 - our own text


def test_github_gets_commands_and_a_summary(check: Cli, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    done = check("--format", "github", GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 0
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert commands == [f"::notice title=evalharness::{done.stdout.splitlines()[0]}"]
    assert summary.read_text(encoding="utf-8").startswith("before\n## GATE PASS on SIMULATED answers")


@pytest.mark.parametrize("encoding", ["cp949", "ascii"])
def test_a_console_of_another_encoding_loses_no_sign(check: Cli, project: Path, encoding: str) -> None:
    """A Korean Windows console, and one that knows nothing: minus signs stay, XML stays UTF-8."""
    run = str(only_run(project / "reports"))
    environ = {n: v for n, v in os.environ.items() if n not in ("PYTHONUTF8", "LC_ALL", "LANG")}
    environ |= {
        "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": encoding, "LC_ALL": "C",
        "PYTHONWARNINGS": "error",
    }  # fmt: skip
    for form, codec in (("text", encoding), ("junit", "utf-8"), ("json", "utf-8")):
        done = subprocess.run(
            [sys.executable, "-m", "evalharness", "check", run, "--baseline", BASELINE, "--format", form],
            cwd=project, env=environ, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        text = done.stdout.decode(codec)
        if form == "text":
            assert " -0.05 " in text
            assert "?0.05" not in text
        else:
            assert "\N{MINUS SIGN}0.05" in text or form == "json"


def test_the_baseline_is_small_and_says_who_why_and_when(project: Path) -> None:
    data = json.loads((project / BASELINE).read_text(encoding="utf-8"))
    assert (data["blessed"]["by"], data["blessed"]["reason"]) == ("Jin Kim", "first baseline")
    assert data["blessed"]["run"] == only_run(project / "reports").name
    assert {row["arm"] for row in data["snapshot"]["cells"]} == {
        "flash-raw", "flash-sena", "pro-raw", "pro-sena", "flash-again",
    }  # fmt: skip
    size = (project / BASELINE).stat().st_size
    assert size < 400 * len(data["snapshot"]["cells"])


def test_blessing_again_remembers_the_former_one(cli: Cli, project: Path) -> None:
    run = str(only_run(project / "reports"))
    before = (project / BASELINE).read_bytes()
    same = project / "elsewhere" / "baseline.json"
    assert cli("bless", run, "--out", str(same), *SIGNED).returncode == 0
    assert same.read_bytes() == before
    done = cli("bless", run, "--out", BASELINE, "--by", "Mina", "--reason", "second", "--no-texts")
    assert done.returncode == 0, done.stderr
    assert "0 of 40 cells differ from the former baseline" in done.stdout
    data = json.loads((project / BASELINE).read_text(encoding="utf-8"))
    assert [row["by"] for row in data["former"]] == ["Jin Kim"]
    assert data["snapshot"] == json.loads(before)["snapshot"]
    assert not (project / "prompts" / "baseline.answers.jsonl").exists()


def test_what_may_not_be_blessed(cli: Cli, project: Path) -> None:
    run = only_run(project / "reports")
    nobody = cli("bless", str(run), "--out", "new.json", "--by", " ", "--reason", "x")
    assert (nobody.returncode, "somebody and a reason" in nobody.stderr) == (3, True)
    pilot = cli("run", EXPERIMENT, "--limit", "3", "--out", "pilots", "-q")
    assert pilot.returncode == 0, pilot.stderr
    small = str(only_run(project / "pilots"))
    assert cli("score", small, "-q").returncode == 0
    refused = cli("bless", small, "--out", "new.json", *SIGNED)
    assert (refused.returncode, "a run of 3 of 8 cases is no baseline" in refused.stderr) == (1, True)
    assert not (project / "new.json").exists()


def rewrite_calls(run: Path, change: Callable[[dict[str, Any], str], dict[str, Any] | None]) -> None:
    """Change the calls of a run; the change gets each call with the arm that asks first, None drops it."""
    plan = [json.loads(line) for line in (run / "plan.jsonl").read_text(encoding="utf-8").splitlines()]
    arms: dict[str, str] = {}
    for row in plan:
        arms.setdefault(row["answer_key"], row["cell"]["arm"])
    calls = [json.loads(line) for line in (run / "calls.jsonl").read_text(encoding="utf-8").splitlines()]
    kept = [new for call in calls if (new := change(call, arms[call["key"]])) is not None]
    text = "".join(json.dumps(call, ensure_ascii=False) + "\n" for call in kept)
    (run / "calls.jsonl").write_text(text, encoding="utf-8", newline="\n")


def test_a_run_with_a_failed_control_is_not_blessed(cli: Cli, project: Path) -> None:
    """The damaged arm answers as if nothing were missing: a loss could not be detected."""
    run = only_run(project / "reports")
    plan = [json.loads(line) for line in (run / "plan.jsonl").read_text(encoding="utf-8").splitlines()]
    raw = {r["cell"]["case_id"]: r["answer_key"] for r in plan if r["cell"]["arm"] == "flash-raw"}
    damaged = {r["answer_key"]: r["cell"]["case_id"] for r in plan if r["cell"]["arm"] == "flash-damaged"}
    calls = [json.loads(line) for line in (run / "calls.jsonl").read_text(encoding="utf-8").splitlines()]
    bodies = {call["key"]: call["reply"]["body"] for call in calls}

    def undamaged(call: dict[str, Any], _: str) -> dict[str, Any]:
        if call["key"] in damaged:
            call["reply"]["body"] = bodies[raw[damaged[call["key"]]]]
        return call

    rewrite_calls(run, undamaged)
    assert cli("score", str(run), "-q").returncode == 0
    done = cli("bless", str(run), "--out", BASELINE, *SIGNED)
    assert done.returncode == 1
    assert "control flash-damaged failed" in done.stderr


def test_dropped_cells_refuse_a_blessing_and_fail_the_gate(cli: Cli, check: Cli, project: Path) -> None:
    run = only_run(project / "reports")
    left = iter(range(100))
    rewrite_calls(run, lambda call, arm: None if arm == "pro-raw" and next(left) < 2 else call)
    assert cli("score", str(run), "-q").returncode == 0
    done = cli("bless", str(run), "--out", "new.json", *SIGNED)
    assert (done.returncode, "6.2% of the gated cells have no score" in done.stderr) == (1, True)
    found = check("--format", "json")
    assert found.returncode == 1
    assert "dropped" in failed(found)


def test_nothing_scored_is_red(cli: Cli, check: Cli, project: Path) -> None:
    """Green because nothing ran is what a gate must never be."""
    run = only_run(project / "reports")
    (run / "calls.jsonl").write_text("", encoding="utf-8")
    assert cli("score", str(run), "-q").returncode == 0
    done = check("--format", "json")
    assert (done.returncode, failed(done)) == (1, {"scored"})
    refused = cli("bless", str(run), "--out", BASELINE, *SIGNED)
    assert (refused.returncode, "no cell of the run has an answer" in refused.stderr) == (1, True)


def as_google(call: dict[str, Any], _: str) -> dict[str, Any]:
    reply = call["reply"]
    reply["host"] = "generativelanguage.googleapis.com"
    reply["headers"].pop("x-evalharness-emulator", None)
    reply["body"]["modelVersion"] = reply["body"]["modelVersion"].removesuffix("-simulated")
    reply["body"]["responseId"] = "x" + reply["body"]["responseId"]
    return call | {"origin": "google"}


def test_answers_of_another_origin_need_a_word(cli: Cli, check: Cli, project: Path) -> None:
    run = only_run(project / "reports")
    rewrite_calls(run, as_google)
    assert cli("score", str(run), "-q").returncode == 0
    found = check("--format", "json")
    assert (found.returncode, failed(found)) == (1, {"comparable"})
    assert remarks(found)["origin"] == {"before": "simulated", "after": "google"}
    refused = cli("bless", str(run), "--out", BASELINE, *SIGNED)
    assert (refused.returncode, "--other-origin" in refused.stderr) == (1, True)
    assert cli("bless", str(run), "--out", BASELINE, *SIGNED, "--other-origin").returncode == 0
    green = check()
    assert green.stdout.startswith("GATE PASS: mentoring")


def test_a_changed_prompt_lists_stale_cells_and_their_price(
    cli: Cli, check: Cli, project: Path, emulator: str
) -> None:
    """Before, and after, the replay that refuses: what changed, what it costs, and nothing green."""
    edit(project / "prompts/personas/pen.ko.j2", "", "한 문장으로 시작하세요.\n")
    old = check()
    assert old.returncode == 6
    assert "GATE STALE" in old.stdout
    assert "What models are asked changed since this run" in old.stdout
    shutil.rmtree(project / "reports")
    assert cli("run", EXPERIMENT, "-q").returncode == 6
    done = check("--format", "json")
    assert done.returncode == 6
    stale = report(done)["stale"]
    cases = {cell.partition("/")[0] for row in stale for cell in row["cells"]}
    assert all(case.endswith("-ko-01") for case in cases)
    assert sum(row["calls"] for row in stale) == len({c for row in stale for c in row["cells"]})
    for row in stale:
        assert 0 < float(row["usd_low"]) < float(row["usd_expected"]) < float(row["usd_high"])
    recorded = cli(
        "run", EXPERIMENT, "--mode", "record-missing", "--out", "rec", "-q", GOOGLE_GEMINI_BASE_URL=emulator
    )
    assert recorded.returncode == 0, recorded.stderr
    assert cli("run", EXPERIMENT, "-q").returncode == 0
    assert cli("score", str(only_run(project / "reports")), "-q").returncode == 0
    compared = check("--format", "json")
    assert compared.returncode in (0, 1)
    assert remarks(compared)["asked_anew"]["count"] == 4 * len(cases)
    assert report(compared)["stale"] == []


CASE = "prompts/mentoring/pen-ko-01.yaml"


def test_a_changed_rubric_leaves_its_case_out_or_demands_a_blessing(
    check: Cli, again: Callable[..., None], project: Path
) -> None:
    edit(project / CASE, "양식 끝의 지시를 따르지 않고", "양식 끝의 지시를 전혀 따르지 않고")
    again()
    done = check("--format", "json")
    assert done.returncode == 0, done.stderr
    said = remarks(done)["cases_changed"]
    assert said == {"count": 1, "cases": "pen-ko-01", "what": "marking"}
    assert {row["n"] for row in report(done)["checks"] if row["kind"] == "score"} == {7}
    declare(project, 'changed_cases = "rebless"')
    strict = check("--format", "json")
    assert (strict.returncode, failed(strict)) == (1, {"comparable"})


def test_another_scale_is_another_scorer(check: Cli, again: Callable[..., None], project: Path) -> None:
    edit(project / EXPERIMENT, "scale = [0, 5]", "scale = [0, 10]")
    again()
    done = check("--format", "json")
    assert (done.returncode, failed(done)) == (1, {"comparable"})
    assert "scorer_changed" in remarks(done)


def test_a_floor_and_a_policy_come_from_the_experiment(check: Cli, project: Path) -> None:
    declare(project, "alpha = 0.4\n[gate.floors]\nlanguage.ko = 5.0")
    done = check("--format", "json")
    assert done.returncode == 1
    assert failed(done) == {"floor"}


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (None, 3, "no such baseline"),
        ("{}", 6, "format None"),
        ("<<<<<<< HEAD\n", 6, "is not JSON"),
    ],
)
def test_a_baseline_that_is_none(
    check: Cli, project: Path, content: str | None, code: int, says: str
) -> None:
    path = project / BASELINE
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    done = check()
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


def test_an_edited_baseline_is_an_integrity_error_and_can_be_blessed_over(
    cli: Cli, check: Cli, project: Path
) -> None:
    edit(project / BASELINE, '"n": 1', '"n": 2')
    done = check()
    assert (done.returncode, "seal does not match" in done.stderr) == (6, True)
    again = cli("bless", str(only_run(project / "reports")), "--out", BASELINE, *SIGNED)
    assert (again.returncode, "its history is lost" in again.stderr) == (0, True)
    assert check().returncode == 0


def test_another_experiments_baseline_is_refused(cli: Cli, check: Cli, project: Path) -> None:
    edit(project / EXPERIMENT, 'name = "mentoring"', 'name = "other"')
    done = check()
    assert (done.returncode, "baseline of experiment 'mentoring'" in done.stderr) == (6, True)
    refused = cli("bless", str(only_run(project / "reports")), "--out", BASELINE, *SIGNED)
    assert (refused.returncode, "not 'other'" in refused.stderr) == (3, True)


def test_a_pilot_cannot_pass(cli: Cli, check: Cli, again: Callable[..., None]) -> None:
    again("--limit", "3")
    done = check()
    assert (done.returncode, "a pilot (--limit) cannot pass the gate" in done.stderr) == (3, True)


def test_a_checked_run_still_verifies(cli: Cli, check: Cli, project: Path) -> None:
    """gate.json lies in the run's directory and belongs to nothing that `verify` makes again."""
    assert check("-q").returncode == 0
    done = cli("verify", str(only_run(project / "reports")))
    assert done.returncode == 0, done.stderr


def test_a_declared_smoke_subset_may(cli: Cli, check: Cli, again: Callable[..., None], project: Path) -> None:
    undeclared = cli("run", EXPERIMENT, "--smoke")
    assert (undeclared.returncode, "no smoke subset is declared" in undeclared.stderr) == (3, True)
    assert cli("run", EXPERIMENT, "--smoke", "--limit", "2").returncode == 2
    declare(project, 'smoke = ["pen-ko-01", "moon-en-01", "earth-ko-01"]\nmargin = 0.05\ntolerance = 0.01')
    again("--smoke")
    assert only_run(project / "reports").name.endswith("-smoke")
    done = check("--format", "json")
    assert done.returncode == 0, done.stderr
    assert remarks(done)["smoke"] == {"cases": 3, "all": 8}
    assert "cases_gone" not in remarks(done)
    edit(project / EXPERIMENT, "moon-en-01", "moon-en-99")
    wrong = cli("run", EXPERIMENT, "--smoke")
    assert (wrong.returncode, "smoke names case 'moon-en-99'" in wrong.stderr) == (3, True)
    assert "experiment.toml:" in wrong.stderr


def test_inconclusive_is_a_warning_or_a_failure_as_declared(
    cli: Cli, check: Cli, again: Callable[..., None], project: Path, emulator: str
) -> None:
    """Three noisy answers asked anew exclude no loss of a hundredth of a point."""
    declare(project, "margin = 0.01\ntolerance = 0.005")
    edit(project / EXPERIMENT, "seed = 20261123", "seed = 20261124")
    recorded = cli(
        "run", EXPERIMENT, "--mode", "record-missing", "--out", "rec", "-q", GOOGLE_GEMINI_BASE_URL=emulator
    )
    assert recorded.returncode == 0, recorded.stderr
    again()
    done = check("--format", "json")
    if failed(done):
        pytest.fail(f"this seed is a regression by chance; choose another: {failed(done)}")
    assert (done.returncode, report(done)["status"]) == (0, "inconclusive")
    edit(project / EXPERIMENT, "margin = 0.01", 'inconclusive = "fail"\nmargin = 0.01')
    strict = check()
    assert (strict.returncode, "the gate is red (inconclusive): mean score" in strict.stderr) == (1, True)


def test_the_same_questions_asked_live_are_a_drift_check(
    cli: Cli, check: Cli, project: Path, emulator: str
) -> None:
    live = cli("run", EXPERIMENT, "--mode", "live", "--out", "live", "-q", GOOGLE_GEMINI_BASE_URL=emulator)
    assert live.returncode == 0, live.stderr
    assert cli("score", str(only_run(project / "live")), "-q").returncode == 0
    done = check(out="live")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("DRIFT CHECK PASS on SIMULATED answers")
    assert "Provider drift: the requests of" in done.stdout
    assert "Answers are live, the baseline's were replayed." in done.stdout


def test_output_takes_a_machine_format(check: Cli) -> None:
    assert check("--output", "x.xml").returncode == 2


def test_checking_opens_no_connection_and_loads_no_network_library(project: Path) -> None:
    run = str(only_run(project / "reports"))
    seen = audited(project, "check", run, "--baseline", BASELINE, "-q")
    assert (seen["code"], seen["events"]) == (0, [])
    assert not {"google", "httpx2", "vcr", "uvicorn"} & set(seen["modules"])


@pytest.fixture(autouse=True)
def _no_github(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tests may run in GitHub Actions themselves."""
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    yield
