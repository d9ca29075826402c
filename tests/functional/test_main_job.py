"""The main job, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalharness.emulator import EmulatorSettings, running

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"


def only_run(folder: Path) -> Path:
    (manifest,) = folder.glob("*/manifest.json")
    return manifest.parent


def timeless(decision: Path) -> dict[str, Any]:
    """The decision without what may differ between a live run and its replay: delivery, and calls made."""
    data = json.loads(decision.read_text(encoding="utf-8"))
    data["evidence"].pop("deliveries")
    for arm in data["operations"]["arms"]:
        assert arm.pop("delivered")
        arm.pop("live_calls")
    return data  # type: ignore[no-any-return]


def test_replay_gives_the_same_bytes_twice_and_elsewhere(cli: Cli, recorded: Path, tmp_path: Path) -> None:
    first = cli("analyze", EXPERIMENT)
    assert first.returncode == 0, first.stderr
    report = (recorded / "reports" / "gemini_pro_upgrade_analysis.md").read_bytes()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    second = cli(
        "analyze", str(recorded / EXPERIMENT), "--out", str(elsewhere / "out"), cwd=elsewhere,
        TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="7",
    )  # fmt: skip
    assert second.returncode == 0, second.stderr
    assert (elsewhere / "out" / "gemini_pro_upgrade_analysis.md").read_bytes() == report
    assert b"SIMULATED" in report
    assert b"would be" in report
    assert "report:" in first.stdout
    assert "SIMULATED" in first.stdout


def test_live_over_http_decides_as_replay_does(cli: Cli, recorded: Path, emulator: str) -> None:
    """Same experiment, live against the emulator: the same scores and the same decision."""
    assert cli("analyze", EXPERIMENT).returncode == 0
    live = cli("analyze", EXPERIMENT, "--mode", "live", "--out", "live", GOOGLE_GEMINI_BASE_URL=emulator)
    assert live.returncode == 0, live.stderr
    replayed, lived = only_run(recorded / "reports"), only_run(recorded / "live")
    assert (lived / "scores.jsonl").read_bytes() == (replayed / "scores.jsonl").read_bytes()
    assert timeless(lived / "decision.json") == timeless(replayed / "decision.json")


def test_deciding_and_rendering_again_call_nothing(cli: Cli, recorded: Path) -> None:
    """The later stages read the files before them; --on prices the same run at another date."""
    assert cli("analyze", EXPERIMENT).returncode == 0
    run = only_run(recorded / "reports")
    before = (run / "decision.json").read_bytes()
    calls = (run / "calls.jsonl").read_bytes()
    assert cli("decide", str(run), "--on", "2027-01-02").returncode == 0
    later = json.loads((run / "decision.json").read_text(encoding="utf-8"))
    assert later["on"] == "2027-01-02"
    flash = {rate["model"]: rate["input"] for rate in later["rates"] if rate["valid_to"] is None}
    assert flash["gemini-3.8-flash"] == "1.50"
    for stage in ("score", "decide", "report"):
        assert cli(stage, str(run)).returncode == 0
    assert (run / "decision.json").read_bytes() == before
    assert (run / "calls.jsonl").read_bytes() == calls


def test_a_pilot_never_gives_a_verdict(cli: Cli, project: Path, emulator: str) -> None:
    done = cli("analyze", EXPERIMENT, "--mode", "live", "--limit", "4", GOOGLE_GEMINI_BASE_URL=emulator)
    assert done.returncode == 0, done.stderr
    run = only_run(project / "reports")
    decision = json.loads((run / "decision.json").read_text(encoding="utf-8"))
    assert decision["upgrade"]["verdict"]["ruling"] == "NO VERDICT"
    assert not (project / "reports" / "gemini_pro_upgrade_analysis.md").exists()
    assert "pilot" in (run / "report.md").read_text(encoding="utf-8").lower()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is POSIX")
def test_kill_9_and_again_buys_nothing_twice(cli: Cli, recorded: Path, cells: int, tmp_path: Path) -> None:
    """The emulator's own log shows that no journaled answer is requested again; the decision is the same."""
    log = tmp_path / "requests.jsonl"
    with running(EmulatorSettings(latency_scale=0.05, request_log=log)) as url:
        command = [
            sys.executable,
            "-m",
            "evalharness",
            "analyze",
            EXPERIMENT,
            "--mode",
            "live",
            "--out",
            "cut",
            "-q",
        ]
        environ = os.environ | {"GOOGLE_GEMINI_BASE_URL": url}
        with subprocess.Popen(command, cwd=recorded, env=environ) as first:
            journal = await_lines(recorded / "cut", 12)
            os.kill(first.pid, signal.SIGKILL)
        time.sleep(1)  # what was in flight reaches the emulator's log, though nobody waits for it any more
        whole = [line for line in journal.read_bytes().split(b"\n")[:-1] if line]
        requested = len(log.read_text(encoding="utf-8").splitlines())
        assert 12 <= len(whole) < cells
        again = cli("analyze", EXPERIMENT, "--mode", "live", "--out", "cut", GOOGLE_GEMINI_BASE_URL=url)
        assert again.returncode == 0, again.stderr
    assert f"{len(whole)} of {cells} calls were already" in again.stderr
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    digests = [(entry["model"], entry["sha256"]) for entry in entries]
    assert len(digests) - requested == cells - len(whole)
    # Only what was in flight at the kill, and so never recorded, may be asked twice.
    assert sum(count - 1 for count in Counter(digests).values()) <= requested - len(whole)
    assert cli("analyze", EXPERIMENT).returncode == 0
    cut, quiet = only_run(recorded / "cut"), only_run(recorded / "reports")
    assert (cut / "scores.jsonl").read_bytes() == (quiet / "scores.jsonl").read_bytes()


def await_lines(folder: Path, count: int) -> Path:
    """Wait until a run's journal has some lines."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for journal in folder.glob("*/calls.jsonl"):
            if journal.read_bytes().count(b"\n") >= count:
                return journal
        time.sleep(0.01)
    raise AssertionError("the run did not get going")


def test_a_wrong_model_that_answers_fails_the_verdict(cli: Cli, recorded: Path) -> None:
    """Replies of another model than the one asked for: no verdict, whatever the numbers."""
    assert cli("analyze", EXPERIMENT).returncode == 0
    run = only_run(recorded / "reports")
    calls = run / "calls.jsonl"
    text = calls.read_text(encoding="utf-8")
    calls.write_text(
        text.replace(
            '"modelVersion":"gemini-3.1-pro-preview-simulated"', '"modelVersion":"gemini-3.8-flash-simulated"'
        ),
        encoding="utf-8",
    )
    for stage in ("score", "decide", "report"):
        assert cli(stage, str(run)).returncode == 0
    decision = json.loads((run / "decision.json").read_text(encoding="utf-8"))
    assert decision["upgrade"]["verdict"]["ruling"] == "NO VERDICT"
    assert "gemini-3.8-flash instead of gemini-3.1-pro-preview" in (run / "report.md").read_text(
        encoding="utf-8"
    )


def test_plan_sends_nothing_and_prints_json(cli: Cli) -> None:
    done = cli("plan", EXPERIMENT, "--on", "2026-12-31", "--json")
    later = cli("plan", EXPERIMENT, "--on", "2027-01-01", "--json")
    arms = {row["arm"]: row for row in json.loads(done.stdout)["rows"]}
    dearer = {row["arm"]: row for row in json.loads(later.stdout)["rows"]}
    assert arms["flash-raw"]["calls"] == 8
    assert float(dearer["flash-raw"]["usd_expected"]) == pytest.approx(
        2 * float(arms["flash-raw"]["usd_expected"]), abs=2e-6
    )
    assert dearer["pro-raw"]["usd_expected"] == arms["pro-raw"]["usd_expected"]
    assert arms["flash-sena"]["context_tokens"] < 0.7 * arms["flash-raw"]["context_tokens"]


def test_a_traffic_file_reweights_the_decision(cli: Cli, recorded: Path) -> None:
    """Nearly all traffic is one cell: the weighted means leave the benchmark mix and the decision says so."""
    assert cli("analyze", EXPERIMENT).returncode == 0
    plain = json.loads((only_run(recorded / "reports") / "decision.json").read_text(encoding="utf-8"))
    lines = ['source = "made up for a test"', "as_of = 2026-11-20"]
    for persona in ("moon", "square", "earth", "pen"):
        korean = 0.93 if persona == "moon" else 0.01
        lines.append(f"[shares.{persona}]\nko = {korean}\nen = 0.01")
    (recorded / "prompts" / "traffic.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = recorded / EXPERIMENT
    text = path.read_text(encoding="utf-8")
    path.write_text('traffic = "traffic.toml"\n' + text, encoding="utf-8")
    done = cli("analyze", EXPERIMENT)
    assert done.returncode == 0, done.stderr
    weighted = json.loads((only_run(recorded / "reports") / "decision.json").read_text(encoding="utf-8"))
    assert (plain["evidence"]["mix"], weighted["evidence"]["mix"]) == ("benchmark", "weighted")
    assert weighted["arms"][0]["quality"] != plain["arms"][0]["quality"]
