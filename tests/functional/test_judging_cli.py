"""Judges, as a user runs them: one engine, one journal, one budget, and nothing asked twice."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalharness.emulator import EmulatorSettings, running

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"
QUICK = EmulatorSettings(latency_scale=0.0)


def only_run(folder: Path) -> Path:
    (manifest,) = folder.glob("*/manifest.json")
    return manifest.parent


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def decision(run: Path) -> dict[str, Any]:
    return json.loads((run / "decision.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_judgements_are_replayed_and_scoring_again_calls_nothing(
    cli: Cli, recorded: Path, cells: int
) -> None:
    """The rubric decides; judge calls stand in the journal, in the bill and in files of their own."""
    assert cli("analyze", EXPERIMENT).returncode == 0
    run = only_run(recorded / "reports")
    purposes = Counter(call["purpose"] for call in lines(run / "calls.jsonl"))
    assert purposes["answer"] == cells
    assert purposes["judge"] <= cells
    assert purposes["pairwise"] <= 8 * 2 * 2
    assert len(lines(run / "judgements.jsonl")) == cells
    assert len(lines(run / "comparisons.jsonl")) == 8 * 2
    found = decision(run)
    assert (found["evidence"]["scorer"], found["evidence"]["judge"]) == ("rubric", True)
    assert found["judge"]["judges"][0]["scored"] == cells
    bill = {(row["model"], row["purpose"]): row for row in found["ledger"]["study"]}
    assert bill["gemini-3.5-flash", "judge"]["calls"] == purposes["judge"]
    assert float(bill["gemini-3.5-flash", "pairwise"]["usd"]) > 0
    before = (run / "calls.jsonl").read_bytes()
    shutil.rmtree(recorded / "cassettes")  # nothing could be replayed any more
    assert cli("score", str(run)).returncode == 0
    assert (run / "calls.jsonl").read_bytes() == before


def test_judge_requests_name_no_arm_and_no_model(cli: Cli, recorded: Path) -> None:
    """Blind: what a judge is sent is looked at in the recordings."""
    seen = 0
    for file in (recorded / "cassettes" / "mentoring").glob("*.json"):
        body = json.loads(file.read_text(encoding="utf-8"))["request"]["body"]
        if "responseJsonSchema" not in body["generationConfig"]:
            continue
        seen += 1
        text = json.dumps([body["contents"], body["systemInstruction"]], ensure_ascii=False)
        assert not re.search(r"gemini|flash|argon|pro-raw|-sena|-raw", text, re.IGNORECASE)
        assert "**" not in text
    assert seen > 60


def test_a_live_run_buys_each_judgement_once(cli: Cli, project: Path, tmp_path: Path) -> None:
    """The emulator's own log: analyze twice, score again: no request comes twice."""
    log = tmp_path / "log.jsonl"
    with running(EmulatorSettings(latency_scale=0.0, request_log=log)) as url:
        environ = {"GOOGLE_GEMINI_BASE_URL": url}
        for _ in range(2):
            done = cli("analyze", EXPERIMENT, "--mode", "live", "--limit", "3", **environ)
            assert done.returncode == 0, done.stderr
        run = only_run(project / "reports")
        journal = run / "calls.jsonl"
        whole = journal.read_bytes()
        journal.write_bytes(whole + whole.splitlines()[-1][:200])  # as kill -9 in the middle of a write
        again = cli("score", str(run), "--mode", "live", **environ)
        assert again.returncode == 0, again.stderr
        assert "a torn last line was cut off" in again.stderr
        assert cli("score", str(run)).returncode == 0  # replay: nothing is missing, so nothing is read
    asked = Counter((entry["model"], entry["sha256"]) for entry in lines(log))
    assert set(asked.values()) == {1}
    assert asked.total() == len(lines(run / "calls.jsonl"))


def test_a_changed_judge_is_asked_anew_and_the_answers_are_not(
    cli: Cli, project: Path, tmp_path: Path
) -> None:
    """Another prompt makes other questions; the run stays, and the first judge stays on the bill."""
    log = tmp_path / "log.jsonl"
    with running(EmulatorSettings(latency_scale=0.0, request_log=log)) as url:
        environ = {"GOOGLE_GEMINI_BASE_URL": url}
        assert cli("analyze", EXPERIMENT, "--mode", "live", "--limit", "2", **environ).returncode == 0
        run = only_run(project / "reports")
        before = len(lines(log))
        edit(project / "prompts" / "judges" / "1" / "rubric.ko.j2", "채점합니다", "엄격히 채점합니다")
        edit(project / "prompts" / "judges" / "1" / "rubric.en.j2", "You grade", "You strictly grade")
        stale = cli("score", str(run))
        assert stale.returncode == 6
        assert "no such folder of recordings" in stale.stderr
        assert "a live run is scored with --mode live" in stale.stderr
        again = cli("score", str(run), "--mode", "live", **environ)
        assert again.returncode == 0, again.stderr
    fresh = lines(log)[before:]
    assert {entry["model"] for entry in fresh} == {"gemini-3.5-flash"}
    judged = [call for call in lines(run / "calls.jsonl") if call["purpose"] == "judge"]
    assert len(judged) == 2 * len(fresh)


def test_the_budget_covers_judges_and_a_higher_one_goes_on(cli: Cli, project: Path, emulator: str) -> None:
    environ = {"GOOGLE_GEMINI_BASE_URL": emulator}
    assert cli("run", EXPERIMENT, "--mode", "live", "--limit", "2", **environ).returncode == 0
    run = only_run(project / "reports")
    spent = sum(1 for _ in lines(run / "calls.jsonl"))
    short = cli("score", str(run), "--mode", "live", "--budget-usd", "0.07", **environ)
    assert short.returncode == 5, short.stderr
    assert "budget of 0.07 USD" in short.stderr
    bought = len(lines(run / "calls.jsonl"))
    whole = cli("score", str(run), "--mode", "live", "--budget-usd", "5", **environ)
    assert whole.returncode == 0, whole.stderr
    assert spent <= bought < len(lines(run / "calls.jsonl"))


def test_plan_prices_the_judges_before_anything_is_sent(cli: Cli, cells: int) -> None:
    rows = json.loads(cli("plan", EXPERIMENT, "--on", "2026-11-29", "--json").stdout)["rows"]
    judges = {row["purpose"]: row for row in rows if row["arm"] == "flash-35"}
    assert judges["judge"]["calls"] == cells
    assert judges["pairwise"]["calls"] == 8 * 2 * 2
    for row in judges.values():
        low, expected, high, upper = (float(row[f"usd_{n}"]) for n in ("low", "expected", "high", "upper"))
        assert 0 < low < expected < high < upper
    assert "Judges, listed by name" in cli("plan", EXPERIMENT).stdout


def test_the_plan_bounds_what_judging_really_costs(cli: Cli, recorded: Path) -> None:
    """Real bills of the recorded judgements lie between the low estimate's floor and the stated most."""
    assert cli("analyze", EXPERIMENT).returncode == 0
    rows = json.loads(cli("plan", EXPERIMENT, "--on", "2026-11-29", "--json").stdout)["rows"]
    found = decision(only_run(recorded / "reports"))
    real = {row["purpose"]: row for row in found["ledger"]["study"] if row["model"] == "gemini-3.5-flash"}
    for row in rows:
        if row["arm"] == "flash-35":
            assert float(real[row["purpose"]]["usd"]) < float(row["usd_high"]) < float(row["usd_upper"])
            # A stand-in as long as the reference answer: the input is right to a third.
            assert row["input_tokens"] == pytest.approx(real[row["purpose"]]["input_tokens"], rel=0.34)


def second_judge(project: Path, extra: str) -> None:
    table = f"""
[[judges]]
name = "qwen"
model = "qwen-32b"
family = "qwen"
client = "openai-compatible"
prompts = "judges/1"
repeats = 2
max_output_tokens = 2048
{extra}
"""
    edit(project / EXPERIMENT, "# Pro against Flash, each pair", table + "# Pro against Flash, each pair")
    card = project / "prompts" / "rates" / "gemini.toml"
    rate = (
        '\n[[rates]]\nmodel = "qwen-32b"\nvalid_from = 2026-01-01\ninput = "0"\noutput = "0"\n'
        'source = "a server of our own, for a test"\nas_of = 2026-11-22\n'
    )
    text = card.read_text(encoding="utf-8")
    head, mark, tail = text.partition("\n[[shutdowns]]")
    card.write_text(head + rate + mark + tail, encoding="utf-8")


def test_a_panel_of_two_clients_judges_records_and_replays(cli: Cli, project: Path) -> None:
    """Gemini's API and chat completions, each at its own address; the second judge twice."""
    with running(QUICK) as gemini, running(QUICK) as chat:
        second_judge(project, f'base_url = "{chat}"')
        done = cli(
            "analyze", EXPERIMENT, "--mode", "record", "--out", "recording", GOOGLE_GEMINI_BASE_URL=gemini
        )
        assert done.returncode == 0, done.stderr
    replayed = cli("analyze", EXPERIMENT)
    assert replayed.returncode == 0, replayed.stderr
    run = only_run(project / "reports")
    found = decision(run)
    first, second = found["judge"]["judges"]
    assert (first["primary"], first["same_family"], second["same_family"]) == (True, True, False)
    assert (second["client"], second["origin"]) == ("openai-compatible", "simulated")
    assert second["self_agreement"]["answers"] == second["scored"]
    assert second["against_primary"] is not None
    assert {row["judge"] for row in found["judge"]["pairwise"]} == {"flash-35", "qwen"}
    names = [row["name"] for row in found["upgrade"]["verdict"]["conditions"]]
    assert "judges_agree_in_sign" in names
    assert "| qwen | qwen-32b |" in (run / "appendix.md").read_text(encoding="utf-8")
    clients = {call["reply"]["client"] for call in lines(run / "calls.jsonl") if call["purpose"] == "judge"}
    assert len(clients) == 2
    assert decision(only_run(project / "recording"))["judge"] == found["judge"]


def test_judgements_of_one_judge_come_from_one_place(cli: Cli, project: Path, emulator: str) -> None:
    """Begun at the emulator, a judge does not go on elsewhere in the same run."""
    environ = {"GOOGLE_GEMINI_BASE_URL": emulator}
    assert cli("analyze", EXPERIMENT, "--mode", "live", "--limit", "2", **environ).returncode == 0
    run = only_run(project / "reports")
    edit(
        project / EXPERIMENT, "repeats = 1\nmax_output_tokens = 2048", "repeats = 2\nmax_output_tokens = 2048"
    )
    elsewhere = {"GOOGLE_GEMINI_BASE_URL": "https://gemini.invalid", "GEMINI_API_KEY": "x" * 39}
    done = cli("score", str(run), "--mode", "live", **elsewhere)
    assert done.returncode == 6, done.stderr
    assert "judgements by gemini-3.5-flash in this run come from loopback" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        (
            'prompts = "judges/1"',
            'prompts = "judges/9"',
            ["experiment.toml:", "no folder of judge prompts"],
        ),
        ('model = "gemini-3.5-flash"', 'model = "gpt-9"', ["experiment.toml:", "gpt-9"]),
    ],
)
def test_a_judge_that_cannot_judge_is_refused_before_a_call(
    cli: Cli, project: Path, old: str, new: str, parts: list[str]
) -> None:  # fmt: skip
    edit(project / EXPERIMENT, old, new)
    done = cli("analyze", EXPERIMENT)
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    for part in parts:
        assert part in line


def test_a_missing_judge_template_and_key_are_one_line_each(cli: Cli, project: Path, emulator: str) -> None:
    second_judge(project, 'base_url = "https://127.0.0.1:9"\nkey_variable = "PANEL_KEY"')
    assert (
        cli("run", EXPERIMENT, "--mode", "live", "--limit", "1", GOOGLE_GEMINI_BASE_URL=emulator).returncode
        == 0
    )
    run = only_run(project / "reports")
    keyless = cli("score", str(run), "--mode", "live", GOOGLE_GEMINI_BASE_URL=emulator)
    assert keyless.returncode == 3, keyless.stderr
    assert "set PANEL_KEY in the environment" in keyless.stderr
    (project / "prompts" / "judges" / "1" / "repair.en.j2").unlink()
    done = cli("analyze", EXPERIMENT)
    assert done.returncode == 3
    assert "judge template repair.en.j2 is missing" in done.stderr


def test_judges_that_cannot_be_reached_say_so_and_lose_no_answer(
    cli: Cli, project: Path, emulator: str
) -> None:
    second_judge(project, 'base_url = "http://127.0.0.1:9"')
    edit(project / EXPERIMENT, "max_attempts = 4", "max_attempts = 1\nstop_after_failures = 2")
    environ = {"GOOGLE_GEMINI_BASE_URL": emulator}
    done = cli("analyze", EXPERIMENT, "--mode", "live", "--limit", "2", **environ)
    assert done.returncode == 4, done.stderr
    assert "qwen-32b gave no answer 2 times in a row" in done.stderr
    run = only_run(project / "reports")
    purposes = Counter(call["purpose"] for call in lines(run / "calls.jsonl") if call["reply"])
    assert purposes["answer"] > 10
    assert purposes["judge"] > 0


@pytest.fixture(scope="module")
def controlled(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped project: controls need their forty and twenty cases."""
    folder = tmp_path_factory.mktemp("controlled")
    shutil.copytree(root / "prompts", folder / "prompts")
    shutil.copytree(root / "cassettes", folder / "cassettes")
    return folder


def test_a_judge_that_cannot_see_damage_gives_no_verdict_and_names_the_control(
    cli: Cli, controlled: Path
) -> None:
    """A judge who throws dice: half of the context is dropped and nobody notices."""
    with running(EmulatorSettings(latency_scale=0.0, judge_noise=50.0)) as url:
        assert cli("run", EXPERIMENT, cwd=controlled).returncode == 0
        run = only_run(controlled / "reports")
        edit(controlled / "prompts" / "judges" / "1" / "rubric.en.j2", "You grade", "You, blind, grade")
        edit(controlled / "prompts" / "judges" / "1" / "rubric.ko.j2", "당신은", "눈을 가린 당신은")
        done = cli("score", str(run), "--mode", "live", cwd=controlled, GOOGLE_GEMINI_BASE_URL=url)
        assert done.returncode == 0, done.stderr
    assert cli("decide", str(run), cwd=controlled).returncode == 0
    verdict = decision(run)["upgrade"]["verdict"]
    assert verdict["ruling"] == "NO VERDICT"
    assert "damaged_control_not_detected" in [cap["code"] for cap in verdict["caps"]]
    assert verdict["binding"]["condition"] == "damaged_control_detected"
    assert verdict["binding"]["subject"] == "flash-damaged"
