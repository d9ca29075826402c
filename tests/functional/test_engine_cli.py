"""What the engine does for whoever runs the program: signals, limits, notes."""

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

import pytest

from evalharness.emulator import EmulatorSettings, running
from evalharness.emulator.faults import with_faults

from .conftest import without_judges

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"
RUN = [sys.executable, "-m", "evalharness", "run", EXPERIMENT, "--mode", "live", "--out", "out"]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def started(project: Path, url: str, lines: int) -> subprocess.Popen[str]:
    """Start a run and wait until its journal has some lines."""
    environ = os.environ | {"GOOGLE_GEMINI_BASE_URL": url}
    # A child inherits what its parent ignores, and under nohup that is SIGHUP.
    hung_up = signal.signal(signal.SIGHUP, signal.SIG_DFL) if hasattr(signal, "SIGHUP") else None
    process = subprocess.Popen(RUN, cwd=project, env=environ, stderr=subprocess.PIPE, encoding="utf-8")
    if hung_up is not None:
        signal.signal(signal.SIGHUP, hung_up)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(p.read_bytes().count(b"\n") >= lines for p in project.glob("out/*/calls.jsonl")):
            return process
        time.sleep(0.02)
    process.kill()
    raise AssertionError("the run did not get going")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send these signals to a child")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)])
def test_a_signal_lets_calls_in_flight_finish(project: Path, number: signal.Signals, cells: int) -> None:
    """Every answer that the emulator gave is in the journal; exit 130 and one line."""
    log = project / "log.jsonl"
    with running(EmulatorSettings(latency_scale=0.5, request_log=log)) as url:
        process = started(project, url, 4)
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    (journal,) = project.glob("out/*/calls.jsonl")
    assert process.returncode == 130, told
    assert "calls in flight are being finished" in told
    assert told.splitlines()[-1].startswith("error: interrupted; what was recorded is kept")
    given = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert journal.read_bytes().count(b"\n") == sum(line["status"] == 200 for line in given) < cells


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send these signals to a child")
def test_a_second_signal_ends_at_once(project: Path) -> None:
    with running(with_faults(EmulatorSettings(latency_scale=0), "hang=0.5,hang-s=30")) as url:
        process = started(project, url, 4)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=5)
    assert (process.returncode, "Traceback" in told) == (130, False)


def test_a_spent_daily_quota_says_when_to_go_on(cli: Cli) -> None:
    with running(with_faults(EmulatorSettings(latency_scale=0), "per-day=5")) as url:
        done = cli("run", EXPERIMENT, "--mode", "live", "-q", GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 4
    assert "daily quota of gemini-3.8-flash is spent; it resets at midnight Pacific time, 20" in done.stderr
    assert "daily quota of gemini-3.1-pro-preview is spent" in done.stderr


def test_a_rerouted_model_is_said_and_fails_the_verdict(cli: Cli, project: Path) -> None:
    """Pro answered by Flash: no verdict, loudly, whatever the numbers."""
    settings = with_faults(
        EmulatorSettings(latency_scale=0), "reroute=gemini-3.1-pro-preview>gemini-3.8-flash"
    )
    with running(settings) as url:
        done = cli("analyze", EXPERIMENT, "--mode", "live", GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert "gemini-3.8-flash answered calls meant for gemini-3.1-pro-preview" in done.stderr
    report = (project / "reports" / "gemini_pro_upgrade_analysis.md").read_text(encoding="utf-8")
    assert "gemini-3.8-flash instead of gemini-3.1-pro-preview" in report
    assert "NO VERDICT" in report


def test_limits_and_what_is_said_before_a_run(cli: Cli, project: Path, emulator: str, cells: int) -> None:
    """A model near its shutdown, a run of another state of the experiment, and a monthly limit."""
    environ = {"GOOGLE_GEMINI_BASE_URL": emulator}
    first = cli("run", EXPERIMENT, "--mode", "live", "--budget-usd", "0.20", "-q", **environ)
    assert (first.returncode, "budget of 0.20 USD" in first.stderr) == (5, True)
    path = project / EXPERIMENT
    path.write_text(path.read_text(encoding="utf-8").replace("3.1-pro-preview", "2.5-pro"), encoding="utf-8")
    edit(path, 'budget_usd = "25.00"', 'budget_usd = "25.00"\nmonthly_usd = "0.10"')
    again = cli("run", EXPERIMENT, "--mode", "live", **environ)
    assert again.returncode == 5, again.stderr
    assert "monthly limit of 0.10 USD" in again.stderr
    assert "shut down on 2026-12-01" in again.stderr
    assert f"is not continued: 16 of {cells} cells ask something else" in again.stderr
    assert "model gemini-3.1-pro-preview → gemini-2.5-pro" in again.stderr


def test_an_alias_needs_permission(cli: Cli, project: Path) -> None:
    path = project / EXPERIMENT
    text = path.read_text(encoding="utf-8").replace("gemini-3.8-flash", "gemini-flash-latest")
    path.write_text(text, encoding="utf-8")
    done = cli("plan", EXPERIMENT)
    assert (done.returncode, "allow_alias = true" in done.stderr) == (3, True)
    path.write_text("allow_alias = true\n" + text, encoding="utf-8")
    assert cli("plan", EXPERIMENT).returncode == 0


def test_an_aa_control_without_seeds_is_said_to_be_vacuous_before_and_after(
    cli: Cli, project: Path, emulator: str
) -> None:
    """The emulator answers from the request alone; without a seed the control is the same answers again."""
    edit(project / EXPERIMENT, "[gateway]\n", "[gateway]\nsend_seed = false\n")
    for arguments in (("plan", EXPERIMENT), ("analyze", EXPERIMENT, "--mode", "live")):
        done = cli(*arguments, GOOGLE_GEMINI_BASE_URL=emulator)
        assert done.returncode == 0, done.stderr
        assert "arm flash-again sends the very requests of the arm it repeats" in done.stderr
    (decision,) = project.glob("reports/*/decision.json")
    (check,) = (
        row for row in json.loads(decision.read_text(encoding="utf-8"))["controls"] if row["role"] == "aa"
    )
    assert (check["vacuous"], check["passed"]) == (True, False)
    report = (project / "reports" / "gemini_pro_upgrade_analysis.md").read_text(encoding="utf-8")
    assert "NO VERDICT" in report
    assert "the very answers of flash-raw" in report


def test_a_stormy_streamed_run_tells_times_failures_and_tries_of_each_arm(cli: Cli, project: Path) -> None:
    """Tries by cause, what may be on the bill, and the time to the first token are in the decision."""
    without_judges(project)
    edit(project / EXPERIMENT, "[gateway]\n", "[gateway]\nstream = true\n")
    edit(project / EXPERIMENT, "timeout_s = 120\nmax_attempts = 4", "timeout_s = 5\nmax_attempts = 10")
    edit(project / EXPERIMENT, "concurrency = 8", "concurrency = 48")
    faults = "429=0.15,503=0.08,drop=0.08,malformed=0.05,retry-s=0.05"
    with running(with_faults(EmulatorSettings(latency_scale=0.05), faults)) as url:
        done = cli("analyze", EXPERIMENT, "--mode", "live", GOOGLE_GEMINI_BASE_URL=url)
    assert done.returncode == 0, done.stderr
    (file,) = project.glob("reports/*/decision.json")
    decision = json.loads(file.read_text(encoding="utf-8"))
    causes, unconfirmed = Counter[str](), 0
    for arm in decision["operations"]["arms"]:
        assert dict(arm["delivered"]) == {"live": arm["requests"]}
        assert (arm["live_calls"], arm["errors"], arm["error_level"]) == (arm["calls"], [], "target")
        first, whole = arm["first_token"], arm["latency"]
        assert 0 < first["p50"] <= first["p95"] <= first["p99"]
        assert (first["n"], first["p50"] < whole["p50"]) == (arm["requests"], True)
        causes.update(dict(arm["retries"]))
        unconfirmed += arm["unconfirmed"]
    assert set(causes) >= {"rate_limited", "server_error", "dropped"}
    assert unconfirmed >= causes["dropped"] > 0
    spent = {row["purpose"]: row["calls"] for row in decision["ledger"]["study"]}
    assert spent["retry"] > 0 < spent["unconfirmed"]
