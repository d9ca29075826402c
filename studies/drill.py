"""The fault drill: `make drill`.

Kill -9 at random moments under a storm of faults; every run must end complete after resume, buy no recorded
answer twice and decide as the quiet run does. Then random budgets at random concurrency, none ever exceeded.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from budget_drill import budget_drill

from evalharness.emulator import EmulatorSettings, running
from evalharness.emulator.faults import with_faults
from evalharness.store import RunDirectory

STORM = "429=0.20,503=0.05,drop=0.03,malformed=0.02,hang=0.01,hang-s=5,retry-s=0.2"
LIMITS = {
    "concurrency": "16",
    "timeout_s": "2",
    "max_attempts": "6",
    "budget_usd": '"1000"',
}
_KILLS_A_RUN = 5
_KILLS_WHILE_CALLING = 0.85
"""Share of kills that wait for the session's first call; the others may hit its start."""
_SESSIONS_TO_FINISH = 8


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What the drill did."""

    kills: int = 0
    kills_while_calling: int = 0
    """Killed sessions that had recorded something."""
    runs: int = 0
    sessions: int = 0
    requests: int = 0
    bought_twice: int = 0
    """Requests for an answer that an earlier session had recorded."""
    differing: list[str] = field(default_factory=list)
    """Files of runs that are not the quiet run's."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing was bought twice and everything agrees."""
        return not self.bought_twice and not self.differing


def fault_drill(
    project: Path,
    work: Path,
    *,
    kills: int,
    seed: int = 1,
    longest_s: float = 3.0,
    minutes: float = 30.0,
) -> Outcome:
    """Run the drill; ends the program if it takes too long.

    Args:
        project: Folder with prompts/experiment.toml; copied, never written.
        work: Empty folder to work in.
        kills: How many sessions are killed in all.
        seed: Of the moments.
        longest_s: Latest moment of a kill, seconds after a session's first call (or start).
        minutes: Longest time that all of it may take.
    """
    experiment = _copy(project, work / "project")
    draws, outcome, started = random.Random(seed), Outcome(), time.monotonic()  # noqa: S311 - moments, not secrets
    with running(EmulatorSettings(latency_scale=0.05)) as url:
        quiet = _analyze(experiment, work / "quiet", url)
    log = work / "requests.jsonl"
    storm = with_faults(EmulatorSettings(latency_scale=0.05, request_log=log), STORM)
    with running(storm) as url:
        while outcome.kills < kills:
            if time.monotonic() - started > minutes * 60:
                sys.exit(f"not done after {minutes:g} minutes: {outcome}")
            out = work / f"run{outcome.runs}"
            shorter = min(_KILLS_A_RUN, kills - outcome.kills)
            _one_run(
                experiment, out, url, log, kills=shorter, draws=draws, longest_s=longest_s, outcome=outcome
            )
            _compare(quiet, _analyze(experiment, out, url), outcome)
            outcome.runs += 1
    outcome.requests = len(_lines(log))
    outcome.seconds = time.monotonic() - started
    return outcome


def _one_run(
    experiment: Path,
    out: Path,
    url: str,
    log: Path,
    *,
    kills: int,
    draws: random.Random,
    longest_s: float,
    outcome: Outcome,
) -> None:
    """Kill some sessions of one run, then let it finish."""
    for _ in range(kills):
        before, at = _recorded(out), time.monotonic()
        with _session(experiment, out, url) as process:
            outcome.kills += _kill(process, log, draws, longest_s)
        outcome.sessions += 1
        outcome.kills_while_calling += len(_recorded(out)) > len(before)
        outcome.bought_twice += _asked_again(log, before, since=at)
        if process.returncode == 0:
            break
    for _ in range(_SESSIONS_TO_FINISH):
        before, at = _recorded(out), time.monotonic()
        with _session(experiment, out, url) as process:
            told, complaint = process.communicate(timeout=600)
        outcome.sessions += 1
        outcome.bought_twice += _asked_again(log, before, since=at)
        if process.returncode == 0 and not json.loads(told)["failed"]:
            return
    sys.exit(f"{out.name} did not end complete: exit {process.returncode}: {complaint}{told}")


def _kill(process: subprocess.Popen[str], log: Path, draws: random.Random, longest_s: float) -> bool:
    """Kill a session at a random moment, mostly while it calls; returns False if it had ended before."""
    if draws.random() < _KILLS_WHILE_CALLING:
        before = log.stat().st_size if log.exists() else 0
        while process.poll() is None and (log.stat().st_size if log.exists() else 0) == before:
            time.sleep(0.02)
    try:
        process.wait(draws.uniform(0, longest_s))
    except subprocess.TimeoutExpired:
        process.kill()
        return True
    return False


@contextmanager
def _session(experiment: Path, out: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "evalharness", "run", str(experiment), "--mode", "live"]
    with subprocess.Popen(
        [*command, "--out", str(out), "--json", "-q"],
        env=os.environ | {"GOOGLE_GEMINI_BASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield process


def _analyze(experiment: Path, out: Path, url: str) -> RunDirectory:
    command = [sys.executable, "-m", "evalharness", "analyze", str(experiment), "--mode", "live", "-q"]
    subprocess.run(
        [*command, "--out", str(out)], env=os.environ | {"GOOGLE_GEMINI_BASE_URL": url}, check=True
    )
    return RunDirectory(_only_run(out))


def _only_run(out: Path) -> Path:
    (manifest,) = out.glob("*/manifest.json")
    return manifest.parent


def _recorded(out: Path) -> set[str]:
    """Return the response ids that a run's journal holds."""
    calls = [call for path in out.glob("*/manifest.json") for call in RunDirectory(path.parent).whole_calls()]
    return {str(call.reply.body["responseId"]) for call in calls if call.reply is not None}


def _lines(log: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def _asked_again(log: Path, recorded: set[str], *, since: float) -> int:
    """Count the requests after a moment for answers that were recorded before it, refused ones included."""
    lines = _lines(log)
    bodies = {(line["model"], line["sha256"]) for line in lines if line["response_id"] in recorded}
    return sum((line["model"], line["sha256"]) in bodies and line["monotonic_s"] > since for line in lines)


def _compare(quiet: RunDirectory, stormy: RunDirectory, outcome: Outcome) -> None:
    name = stormy.path.parent.name
    if (quiet.path / "scores.jsonl").read_bytes() != (stormy.path / "scores.jsonl").read_bytes():
        outcome.differing.append(f"{name}/scores.jsonl")
    if _decided(quiet) != _decided(stormy):
        outcome.differing.append(f"{name}/decision.json")


def _decided(run: RunDirectory) -> Any:
    """Return the decision without the lines that tell what happened on the way, and what that cost."""
    decision = run.read_json("decision.json")
    decision.pop("operations")
    ledger = decision["ledger"]
    ledger["study"] = [row for row in ledger["study"] if row["purpose"] not in ("retry", "unconfirmed")]
    for total in (ledger, *ledger["dates"]):
        total.pop("study_usd")
    return decision


def _copy(project: Path, target: Path) -> Path:
    """Copy the authored files, with limits that suit a storm; limits change no request."""
    shutil.copytree(project / "prompts", target / "prompts")
    experiment = target / "prompts" / "experiment.toml"
    text = experiment.read_text(encoding="utf-8")
    for name, value in LIMITS.items():
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
    experiment.write_text(text, encoding="utf-8")
    return experiment


def main() -> None:
    """Run both drills and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--budgets", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--project", type=Path, default=Path())
    asked = parser.parse_args()
    budgets = budget_drill(runs=asked.budgets)
    print(f"budgets: {budgets.runs} runs, {budgets.stopped} stopped, {budgets.exceeded} exceeded")
    with tempfile.TemporaryDirectory() as work:
        outcome = fault_drill(asked.project, Path(work), kills=asked.kills, minutes=asked.minutes)
    print(outcome)
    if not outcome.passed or budgets.exceeded:
        sys.exit(1)


if __name__ == "__main__":
    main()
