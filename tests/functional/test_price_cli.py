"""`price` as a cost reviewer runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]

BODY: dict[str, Any] = {
    "candidates": [{"content": {"parts": [{"text": "네"}]}, "finishReason": "STOP"}],
    "usageMetadata": {
        "promptTokenCount": 1_000_000, "cachedContentTokenCount": 400_000, "candidatesTokenCount": 100_000,
        "thoughtsTokenCount": 100_000, "totalTokenCount": 1_200_000,
    },
    "modelVersion": "models/gemini-3.8-flash",
    "responseId": "r1",
}  # fmt: skip
TOTAL = "1.23"  # 0.6·0.75 + 0.4·0.075 + 0.2·3.75


def write(folder: Path, name: str, *lines: Any) -> Path:
    path = folder / name
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def priced(cli: Cli, *arguments: str) -> dict[str, Any]:
    done = cli("price", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_one_body_a_response_a_line_a_pretty_file_and_a_stream(cli: Cli, tmp_path: Path) -> None:
    files = [
        write(tmp_path, "body.json", json.dumps(BODY, indent=2)),
        write(tmp_path, "lines.jsonl", BODY),
        write(tmp_path, "wrapped.jsonl", {"response": BODY}),
        write(tmp_path, "chunks.json", json.dumps([BODY | {"candidates": []}, BODY], indent=1)),
        write(tmp_path, "events.txt", "data: " + json.dumps(BODY), "", "data: " + json.dumps(BODY), ""),
        write(tmp_path, "bom.jsonl", "\ufeff" + json.dumps(BODY)),
    ]
    for file in files:
        found = priced(cli, str(file), "--on", "2026-11-29")
        assert (found["total_usd"], found["priced"]) == (TOTAL, 1), file
    assert priced(cli, *map(str, files), "--on", "2026-11-29")["priced"] == 6


def test_every_line_of_the_bill_and_every_date(cli: Cli, tmp_path: Path) -> None:
    file = str(write(tmp_path, "log.jsonl", BODY))
    found = priced(cli, file, "--on", "2026-11-29")
    assert found["usd"] == {
        "input": "0.45", "cached": "0.03", "output": "0.375", "thinking": "0.375", "tool_use": "0",
        "total": TOTAL,
    }  # fmt: skip
    assert found["models"][0]["model"] == "gemini-3.8-flash"
    assert priced(cli, file, "--on", "2027-01-01")["total_usd"] == "2.46"
    assert priced(cli, file, "--on", "2026-11-29", "--tier", "batch")["total_usd"] == "0.615"
    assert priced(cli, file, "--on", "2026-11-29", "--tier", "priority")["total_usd"] == "2.214"


def test_standard_input(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evalharness", "price", "-", "--on", "2026-11-29", "--json"],
        cwd=project, input=json.dumps(BODY), capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["total_usd"] == TOTAL


def test_recordings_one_a_folder_and_a_run_cost_the_same(cli: Cli, recorded: Path) -> None:
    done = cli("analyze", "prompts/experiment.toml", "-q")
    assert done.returncode == 0, done.stderr
    [manifest] = (recorded / "reports").glob("*/manifest.json")
    run = manifest.parent
    by_run, by_folder = priced(cli, str(run)), priced(cli, "cassettes")
    assert by_run["total_usd"] == by_folder["total_usd"] != "0"
    assert by_run["notes"][0].startswith("SIMULATED: ")
    single = next((recorded / "cassettes" / "mentoring").glob("*.json"))
    assert priced(cli, str(single))["priced"] == 1


def test_what_has_no_price_is_named_and_exits_3_unless_allowed(cli: Cli, tmp_path: Path) -> None:
    lines = [BODY, BODY | {"modelVersion": "gemini-nine"}, "{broken", {"error": {"code": 429}}]
    file = str(write(tmp_path, "log.jsonl", *lines))
    done = cli("price", file, "--on", "2026-11-29")
    assert done.returncode == 3
    assert "2 of 3 responses have no price" in done.stderr
    assert "log.jsonl:2" in done.stdout
    assert "model 'gemini-nine' has no price" in done.stdout
    assert "log.jsonl:3" in done.stdout
    assert "not billed: 1 (an error is not billed)" in done.stdout
    allowed = priced(cli, file, "--on", "2026-11-29", "--allow-unpriced")
    assert (allowed["total_usd"], len(allowed["unpriced"])) == (TOTAL, 2)


def test_without_a_day_each_response_is_priced_on_its_own_in_pacific_time(cli: Cli, tmp_path: Path) -> None:
    late = {"createTime": "2027-01-01T07:59:59Z", "responseId": "late"}
    new = {"createTime": "2027-01-01T08:00:00Z", "responseId": "new"}
    found = priced(cli, str(write(tmp_path, "log.jsonl", BODY | late, BODY | new)))
    assert [(line["on"], line["usd"]["total"]) for line in found["models"]] == [
        ("2026-12-31", TOTAL), ("2027-01-01", "2.46"),
    ]  # fmt: skip
    done = cli("price", str(write(tmp_path, "log.jsonl", BODY)))
    assert done.returncode == 3
    assert "it states no day; name one with --on" in done.stdout


def test_negotiated_prices_beside_the_card_are_used_and_said(cli: Cli, project: Path, tmp_path: Path) -> None:
    contract = """\
name = "contract"

[[overrides]]
model = "gemini-3.8-flash"
valid_from = 2026-11-01
valid_to = 2026-12-31
factor = "0.5"
source = "contract 1"
as_of = 2026-11-29
"""
    (project / "prompts" / "rates" / "gemini.overrides.toml").write_text(contract, encoding="utf-8")
    found = priced(cli, str(write(tmp_path, "log.jsonl", BODY)), "--on", "2026-11-29")
    assert found["total_usd"] == "0.615"
    assert any("negotiated prices" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("price", "missing.jsonl", "--on", "2026-11-29"), 3, "missing.jsonl: cannot be read"),
        (("price", "empty", "--on", "2026-11-29"), 3, "no .json or .jsonl file in this folder"),
        (("price", "x.jsonl", "--tier", "gold"), 2, "gold"),
        (("price", "x.jsonl", "--on", "9999-12-31"), 2, "not a day between 2000 and 2999"),
        (("price", "x.jsonl", "--rates", "nowhere.toml"), 3, "nowhere.toml: no such file"),
    ],
)
def test_wrong_arguments_are_one_line(
    cli: Cli, project: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    (project / "empty").mkdir()
    done = cli(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_half_a_surrogate_pair_of_a_cut_answer_is_no_reason_not_to_price(cli: Cli, tmp_path: Path) -> None:
    cut = json.dumps(BODY).replace("STOP", "STOP \\ud83d")
    assert priced(cli, str(write(tmp_path, "log.jsonl", cut)), "--on", "2026-11-29")["total_usd"] == TOTAL


def test_an_empty_file_costs_nothing_and_is_said_to_be_empty(cli: Cli, tmp_path: Path) -> None:
    found = priced(cli, str(write(tmp_path, "log.jsonl")), "--on", "2026-11-29")
    assert found["total_usd"] == "0"
    assert found["notes"] == ["nothing was read: there is no response in what was named"]


def test_numbers_and_times_that_no_machine_can_hold_are_named_not_priced(cli: Cli, tmp_path: Path) -> None:
    endless = json.dumps(BODY | {"usageMetadata": {"promptTokenCount": 3, "promptTokensDetails": [
        {"modality": "AUDIO", "tokenCount": float("inf")}]}})  # fmt: skip
    before_time = json.dumps(BODY | {"createTime": "0001-01-01T00:00:00Z"})
    done = cli("price", str(write(tmp_path, "log.jsonl", endless.replace("Infinity", "1e999"), before_time)))
    assert done.returncode == 3, done.stderr
    assert "usageMetadata.promptTokensDetails is no list of counts by modality" in done.stdout
    assert "its time '0001-01-01T00:00:00Z' is no ISO 8601 time" in done.stdout


def test_rates_refresh_shows_asks_and_keeps_what_is_ones_own(cli: Cli, project: Path) -> None:
    card = project / "prompts" / "rates" / "gemini.toml"
    text = card.read_text(encoding="utf-8")
    ours = text.replace('input = "2"\noutput = "12"', 'input = "1.90"\noutput = "12"', 1)
    ours = ours.replace(
        'source = "genai-prices 0.2.3, provider google, gemini-3.1-pro-preview"', 'source = "ours"'
    )
    edited = ours.replace('input = "0.75"', 'input = "0.70"', 1)
    card.write_text(edited, encoding="utf-8", newline="\n")
    asked = cli("rates", "refresh", "--on", "2026-11-29")
    assert asked.returncode == 2
    assert '-input = "0.70"\n+input = "0.75"' in asked.stdout
    assert "kept by hand, gemini-3.1-pro-preview from 2026-02-19: input is 1.90" in asked.stderr
    assert card.read_text(encoding="utf-8") == edited
    check = cli("rates", "check", "--on", "2026-11-29")
    assert check.returncode == 1
    assert "differs: gemini-3.8-flash from 2026-09-02: input is 0.70, the list says 0.75" in check.stdout
    assert cli("rates", "refresh", "--on", "2026-11-29", "--yes").returncode == 0
    assert card.read_text(encoding="utf-8") == ours
    shutil.copy(card, project / "other.toml")
    again = cli("rates", "refresh", "other.toml", "--on", "2026-11-29")
    assert "nothing to write" in again.stdout


def test_rates_check_names_what_ends_and_what_is_old(cli: Cli) -> None:
    found = json.loads(cli("rates", "check", "--on", "2026-12-15", "--json").stdout)
    kinds = {(warning["kind"], warning["model"]) for warning in found["warnings"]}
    assert ("expires", "gemini-3.8-flash") in kinds
    assert found["differences"] == []
    old = cli("rates", "check", "--on", "2026-12-31")
    assert old.returncode == 0
    assert "gemini-3.1-pro-preview: the price was read on 2026-11-29, 32 days ago" in old.stdout
