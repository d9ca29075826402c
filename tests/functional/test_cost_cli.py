"""`cost`, `plan` and `invoice compare` as a cost reviewer runs them."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import run_cli

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"

# Input and output, USD per million, written down here: the bill is added up without the project's card.
PRICES = {
    "2026-11-22": {"gemini-3.8-flash": ("0.75", "3.75"), "gemini-4-argon": ("2", "10")},
    "2026-12-01": {"gemini-3.8-flash": ("0.75", "3.75"), "gemini-4-argon": ("4", "20")},
    "2027-01-01": {"gemini-3.8-flash": ("1.50", "7.50"), "gemini-4-argon": ("4", "20")},
}
PRO = ("2", "12")
JUDGE = ("1.50", "9")


@pytest.fixture
def run_dir(cli: Cli, recorded: Path) -> Path:
    """A replayed, scored run of eight cases."""
    for arguments in (("run", EXPERIMENT, "-q"), ("score",)):
        done = cli(*arguments) if arguments[0] == "run" else cli("score", str(only_run(recorded)), "-q")
        assert done.returncode == 0, done.stderr
    return only_run(recorded)


def only_run(folder: Path) -> Path:
    [run] = [path for path in (folder / "reports").iterdir() if (path / "manifest.json").exists()]
    return run


def by_hand(run: Path, day: str) -> Decimal:
    """Add up every answer and judgement of calls.jsonl."""
    total = Decimal(0)
    for line in (run / "calls.jsonl").read_text(encoding="utf-8").splitlines():
        body = json.loads(line)["reply"]["body"]
        counts = body["usageMetadata"]
        known = {"gemini-3.1-pro-preview": PRO, "gemini-3.5-flash": JUDGE} | PRICES[day]
        price_in, price_out = map(Decimal, known[body["modelVersion"].removesuffix("-simulated")])
        made = counts["candidatesTokenCount"] + counts.get("thoughtsTokenCount", 0)
        total += (counts["promptTokenCount"] * price_in + made * price_out) / 1_000_000
    return total


def shown(cli: Cli, run: Path, *arguments: str) -> dict[str, Any]:
    done = cli("cost", str(run), "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_the_same_run_at_three_dates_is_the_card_s_bill_and_the_decision_follows(
    cli: Cli, run_dir: Path
) -> None:
    rulings = {}
    for day in PRICES:
        expected = by_hand(run_dir, day)
        ledger = shown(cli, run_dir, "--on", day)["ledger"]
        assert Decimal(ledger["study_usd"]) == expected
        assert sum(Decimal(row["usd"]) for row in ledger["study"]) == expected
        done = cli("decide", str(run_dir), "--on", day, "-q")
        assert done.returncode == 0, done.stderr
        decision = json.loads((run_dir / "decision.json").read_text(encoding="utf-8"))
        assert (decision["on"], Decimal(decision["ledger"]["study_usd"])) == (day, expected)
        assert decision["ledger"]["production"] == ledger["production"]
        rulings[day] = decision["upgrade"]["verdict"]
    assert len({by_hand(run_dir, day) for day in PRICES}) == 3
    # Prices read on 2026-11-29 are 33 days old then: nothing is decided on them, and the bill stands.
    assert rulings["2027-01-01"]["ruling"] == "NO VERDICT"
    assert "stale_rates" in json.dumps(rulings["2027-01-01"])


def test_the_ledgers_dates_hold_every_announced_price(cli: Cli, run_dir: Path) -> None:
    dates = shown(cli, run_dir)["ledger"]["dates"]
    assert [date["on"] for date in dates[1:]] == ["2026-12-01", "2027-01-01"]
    assert [date["why"] for date in dates] == ["run", "price_change", "price_change"]
    for date in dates[1:]:
        assert Decimal(date["study_usd"]) == by_hand(run_dir, date["on"])


def test_cost_needs_no_scores(cli: Cli, recorded: Path) -> None:
    assert cli("run", EXPERIMENT, "-q").returncode == 0
    found = shown(cli, only_run(recorded), "--on", "2026-12-01")
    assert Decimal(found["ledger"]["study_usd"]) == by_hand(only_run(recorded), "2026-12-01")
    assert found["notes"][0].startswith("SIMULATED")


def test_a_forecast_in_every_form(cli: Cli, run_dir: Path) -> None:
    options = ("--on", "2026-12-01", "--monthly", "6500")
    found = shown(cli, run_dir, *options)["forecast"]
    arms = {arm["arm"]: arm for arm in found["arms"]}
    months = [month["cost"]["usd"] for month in arms["flash-raw"]["months"]]
    assert len(months) == 12
    assert months[1] == pytest.approx(2 * months[0])
    assert arms["flash-raw"]["total"]["low"] < arms["flash-raw"]["total"]["usd"]
    names = {choice["name"] for choice in arms["flash-raw"]["what_ifs"]}
    assert names == {
        "batch", "flex", "priority", "cached_prompt", "thinking", "sena", "persona", "local_first",
    }  # fmt: skip
    text = cli("cost", str(run_dir), *options)
    assert "2027-01 to 2027-11, each" in text.stdout or "2027-01 to 11, each" in text.stdout
    assert "What if, one at a time" in text.stdout
    assert "note: the finance file (Korean company, example) is an example" in text.stderr
    markdown = cli("cost", str(run_dir), *options, "--format", "markdown").stdout
    assert "| arm | month | USD | low | high |" in markdown
    rows = list(csv.reader(io.StringIO(cli("cost", str(run_dir), *options, "--format", "csv").stdout)))
    flash = [row for row in rows if len(row) > 3 and row[1] == "flash-raw" and row[2].startswith("2027-")]
    assert len(flash) == 11


def test_negotiated_prices_stand_beside_and_no_verdict_uses_them(
    cli: Cli, recorded: Path, run_dir: Path
) -> None:
    before = cli("decide", str(run_dir), "--on", "2026-12-01", "--json").stdout
    contract = """\
name = "contract"

[[overrides]]
model = "gemini-3.1-pro-preview"
valid_from = 2026-11-01
valid_to = 2028-12-31
factor = "0.5"
source = "contract 1"
as_of = 2026-11-29
"""
    (recorded / "prompts" / "rates" / "contract.toml").write_text(contract, encoding="utf-8")
    file = recorded / EXPERIMENT
    text = file.read_text(encoding="utf-8")
    file.write_text(text + '\n[rates]\noverrides = "rates/contract.toml"\n', encoding="utf-8")
    assert cli("decide", str(run_dir), "--on", "2026-12-01", "--json").stdout == before
    found = shown(cli, run_dir, "--on", "2026-12-01", "--monthly", "1000")
    listed, negotiated = (
        {arm["arm"]: arm["total"]["usd"] for arm in found[key]["arms"]} for key in ("forecast", "negotiated")
    )
    assert negotiated["pro-raw"] == pytest.approx(listed["pro-raw"] / 2)
    assert negotiated["flash-raw"] == pytest.approx(listed["flash-raw"])
    assert "At negotiated prices:" in cli("cost", str(run_dir), "--monthly", "1000").stdout


def test_sena_as_deployed_is_a_net_loss_with_its_break_even(root: Path, tmp_path: Path) -> None:
    """Flash compressing for Flash, from the shipped recordings of 40 cases."""
    out = str(tmp_path / "reports")
    done = run_cli(root, "run", "prompts/sena/deployed.toml", "--out", out, "-q")
    assert done.returncode == 0, done.stderr
    run = str(only_run(tmp_path))
    ledger = json.loads(run_cli(root, "cost", run, "--format", "json").stdout)["ledger"]
    purposes = {(row["arm"], row["purpose"]) for row in ledger["production"]}
    assert ("flash-sena", "compress") in purposes
    bills = {bill["arm"]: bill for bill in ledger["compression"]}
    flash = bills["flash-sena"]
    assert flash["compressor"] == "gemini-3.8-flash"
    assert flash["net"]["high"] < 0
    assert flash["break_even_share"] == 1.0
    assert bills["pro-sena"]["break_even_share"] == pytest.approx(4.5 / 5.75)
    text = run_cli(root, "cost", run).stdout
    assert "net loss" in text
    assert "by dropping more than 100% of what it reads in one request, which cannot be" in text


def test_plan_counts_by_the_endpoint_or_says_how_far_off_it_may_be(cli: Cli, emulator: str) -> None:
    offline = json.loads(cli("plan", EXPERIMENT, "--on", "2026-12-01", "--json").stdout)
    counted = cli(
        "plan", EXPERIMENT, "--on", "2026-12-01", "--count-tokens", "--json", GOOGLE_GEMINI_BASE_URL=emulator
    )
    assert counted.returncode == 0, counted.stderr
    rows = {row["arm"]: row for row in json.loads(counted.stdout)["rows"]}
    for row in offline["rows"]:
        assert row["input_low"] < row["input_tokens"] < row["input_high"]
        if row["purpose"] != "answer":
            continue  # what a judge will read is not written yet
        exact = rows[row["arm"]]
        assert exact["input_low"] == exact["input_tokens"] == exact["input_high"]
        assert 0.7 < exact["input_tokens"] / row["input_tokens"] < 1.3
    text = cli("plan", EXPERIMENT, "--on", "2026-12-01").stdout
    assert "approximated offline" in text
    assert "Detectable with 8 cases at 80 % power" in text


def test_plan_recommends_a_smaller_study_where_it_costs_more_than_it_decides(cli: Cli, project: Path) -> None:
    file = project / "prompts" / "assumptions.toml"
    text = file.read_text(encoding="utf-8")
    one = text.index("[fields.one_off_cost]")
    ops = text.index("[fields.ops_delta_per_month]")
    quiet = text[:ops] + text[ops:one].replace("high = 20", "high = 0.001") + text[one:]
    quiet = quiet.replace("low = 100\nmid = 200\nhigh = 500", "low = 0\nmid = 0\nhigh = 0.001")
    quiet = quiet.replace("low = 5000\nmid = 6500\nhigh = 10000", "low = 7\nmid = 9\nhigh = 11")
    file.write_text(quiet, encoding="utf-8")
    study = json.loads(cli("plan", EXPERIMENT, "--on", "2026-12-01", "--json").stdout)["study"]
    assert study["too_dear"]
    assert 2 <= study["smaller"]["cases"] < 8
    assert study["smaller"]["usd"] <= study["decided_usd"]
    assert "That is more than it decides about: take" in cli("plan", EXPERIMENT, "--on", "2026-12-01").stdout


def test_a_bill_is_reconciled_and_what_is_wrong_on_it_is_named(
    cli: Cli, recorded: Path, emulator: str
) -> None:
    done = cli("run", EXPERIMENT, "--mode", "live", "-q", GOOGLE_GEMINI_BASE_URL=emulator)
    assert done.returncode == 0, done.stderr
    run = only_run(recorded)
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in (run / "calls.jsonl").read_text(encoding="utf-8").splitlines():
        reply = json.loads(line)["reply"]
        counts, model = (
            reply["body"]["usageMetadata"],
            reply["body"]["modelVersion"].removesuffix("-simulated"),
        )
        made = counts["candidatesTokenCount"] + counts.get("thoughtsTokenCount", 0)
        for kind, tokens in (("input", counts["promptTokenCount"]), ("output", made)):
            sums[reply["recorded_at"], model, kind] += tokens
    rows = ["sku.description,usage_start_time,usage.amount,cost"]
    for (at, model, kind), tokens in sums.items():
        price = {"gemini-3.8-flash": ("0.75", "3.75"), "gemini-4-argon": ("4", "20")}.get(model, PRO)
        if at < "2026-12-01T08":
            price = ("2", "10") if model == "gemini-4-argon" else price
        usd = tokens * Decimal(price[kind == "output"]) / 1_000_000
        sku = f"Generate content {kind} token count {model.replace('-', ' ')} short input text"
        rows.append(f"{sku},{at},{tokens},{usd:.9f}")
    bill = recorded / "billing.csv"
    bill.write_text("\n".join(rows) + "\n", encoding="utf-8")
    good = cli("invoice", "compare", str(run), "billing.csv")
    assert good.returncode == 0, good.stderr + good.stdout
    assert "unexplained: 0 rows" in good.stdout
    assert "SIMULATED" in good.stderr
    first, at_head, count, usd = rows[1].rsplit(",", 3)
    more = ",".join((first, at_head, str(int(count) + 8000), usd))
    bill.write_text("\n".join([rows[0], more, *rows[2:]]) + "\n", encoding="utf-8")
    other = cli("invoice", "compare", str(run), "billing.csv")
    assert other.returncode == 1
    assert "the same USD for other tokens: " in other.stdout
    odd = [f"Mystery of gemini 3.8 flash,{at},1,0.50", "Unheard of,2026-12-01,1,1"]
    bill.write_text("\n".join([*rows, *odd]) + "\n", encoding="utf-8")
    bad = cli("invoice", "compare", str(run), "billing.csv")
    assert bad.returncode == 1
    assert "2 differences of 1.500000 USD stay unexplained" in bad.stderr
    assert "SKU 'Unheard of' names no model of the rate card" in bad.stdout


def test_cents_may_hide_a_few_tokens_and_it_is_said(cli: Cli, recorded: Path, emulator: str) -> None:
    done = cli("run", EXPERIMENT, "--mode", "live", "--limit", "1", "-q", GOOGLE_GEMINI_BASE_URL=emulator)
    assert done.returncode == 0, done.stderr
    run = only_run(recorded)
    replies = [json.loads(line)["reply"] for line in (run / "calls.jsonl").read_text("utf-8").splitlines()]
    rows = ["sku.description,usage_start_time,usage.amount,cost"]
    for reply in replies:
        counts, model = (
            reply["body"]["usageMetadata"],
            reply["body"]["modelVersion"].removesuffix("-simulated"),
        )
        made = counts["candidatesTokenCount"] + counts.get("thoughtsTokenCount", 0)
        for kind, tokens in (("input", counts["promptTokenCount"]), ("output", made)):
            sku = f"Generate content {kind} token count {model.replace('-', ' ')} short input text"
            rows.append(f"{sku},{reply['recorded_at']},{tokens + 1},0.00")
    (recorded / "billing.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = cli("invoice", "compare", str(run), "billing.csv").stdout
    assert "to the rounding of the bill, which may hide the difference: " in found


def test_a_replayed_run_bought_nothing(cli: Cli, run_dir: Path, recorded: Path) -> None:
    (recorded / "billing.csv").write_text("sku,date,cost\n", encoding="utf-8")
    done = cli("invoice", "compare", str(run_dir), "billing.csv")
    assert done.returncode == 0
    assert "it bought nothing" in done.stderr


def test_a_run_of_the_last_evening_in_california_costs_what_that_evening_costs(
    cli: Cli, run_dir: Path
) -> None:
    """In UTC, and in Seoul, the new year has begun, and with it other prices; the bill is of the old one."""
    calls = run_dir / "calls.jsonl"
    text = re.sub(r'"recorded_at":"[^"]+"', '"recorded_at":"2027-01-01T07:59:59Z"', calls.read_text("utf-8"))
    calls.write_text(text, encoding="utf-8", newline="\n")
    found = shown(cli, run_dir)
    assert found["ledger"]["on"] == "2026-12-31"
    assert Decimal(found["ledger"]["study_usd"]) == by_hand(run_dir, "2026-12-01")
    priced = json.loads(cli("price", str(run_dir), "--json").stdout)
    assert Decimal(priced["total_usd"]) == Decimal(found["ledger"]["study_usd"])
