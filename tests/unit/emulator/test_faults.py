"""Injected faults as a client sees them."""

from __future__ import annotations

import json

import httpx2
import pytest

from evalharness.emulator import EmulatorSettings, running
from evalharness.emulator.faults import with_faults

FLASH = "gemini-3.8-flash"
QUICK = EmulatorSettings(latency_scale=0)


def test_a_dropped_connection_breaks_in_the_middle(post, make_body):
    with running(with_faults(QUICK, "drop=1")) as url, pytest.raises(httpx2.RemoteProtocolError):
        post(url, make_body("Hello"))


def test_malformed_json_is_a_200_that_ends_early(post, make_body):
    with running(with_faults(QUICK, "malformed=1")) as url:
        reply = post(url, make_body("Hello"))
    assert reply.status_code == 200
    with pytest.raises(ValueError, match="line 1"):
        json.loads(reply.content)


STREAM = "streamGenerateContent?alt=sse"


def test_a_dropped_stream_breaks_in_the_middle(tmp_path, post, make_body):
    log = tmp_path / "log.jsonl"
    settings = EmulatorSettings(latency_scale=0, request_log=log)
    with running(with_faults(settings, "drop=1")) as url, pytest.raises(httpx2.RemoteProtocolError):
        post(url, make_body("Hello"), method=STREAM)
    (line,) = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert (line["fault"], line["response_id"].startswith("simulated-")) == ("drop", True)


def test_a_malformed_stream_ends_in_half_an_event(post, make_body):
    with running(with_faults(QUICK, "malformed=1")) as url:
        reply = post(url, make_body("Hello"), method=STREAM)
    events = [event for event in reply.text.split("\r\n\r\n") if event]
    with pytest.raises(ValueError, match="line 1"):
        json.loads(events[-1].removeprefix("data: "))


def test_a_hang_gives_nothing(post, make_body):
    with running(with_faults(QUICK, "hang=1,hang-s=0.2")) as url, pytest.raises(httpx2.RemoteProtocolError):
        post(url, make_body("Hello"))


def test_a_504_has_googles_shape(post, make_body):
    with running(with_faults(QUICK, "504=1")) as url:
        reply = post(url, make_body("Hello"))
    assert (reply.status_code, reply.json()["error"]["status"]) == (504, "DEADLINE_EXCEEDED")


def test_a_daily_quota_counts_by_model_and_offers_no_retry(post, make_body):
    with running(with_faults(QUICK, "per-day=2")) as url:
        replies = [post(url, make_body("Hello", seed=seed)) for seed in range(3)]
        other = post(url, make_body("Hello"), model="gemini-3.1-pro-preview")
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert other.status_code == 200
    details = {item["@type"].rpartition(".")[2]: item for item in replies[2].json()["error"]["details"]}
    assert set(details) == {"Help", "QuotaFailure"}
    assert "PerDay" in details["QuotaFailure"]["violations"][0]["quotaId"]


def test_a_rerouted_model_says_who_answered(post, make_body):
    with running(with_faults(QUICK, f"reroute=gemini-3.1-pro-preview>{FLASH}")) as url:
        reply = post(url, make_body("Hello"), model="gemini-3.1-pro-preview")
    assert reply.json()["modelVersion"] == f"{FLASH}-simulated"


def test_the_log_names_fault_and_answer(tmp_path, post, make_body):
    log = tmp_path / "log.jsonl"
    with running(with_faults(EmulatorSettings(latency_scale=0, request_log=log), "malformed=0.5")) as url:
        replies = [post(url, make_body("Hello", seed=seed)) for seed in range(12)]
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {line["fault"] for line in lines} == {"", "malformed"}
    whole = [line["response_id"] for line in lines if not line["fault"]]
    assert whole == [
        r.json()["responseId"] for r, line in zip(replies, lines, strict=True) if not line["fault"]
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("429=much", "is not a number"),
        ("418=0.1", "unknown fault '418'"),
        ("429=0.7,503=0.7", "must not sum to more than 1"),
        ("reroute=a", "asked>answering"),
        ("hang-s=-1", "must not be negative"),
        ("hang-s=nan", "must be a number that has an end"),
        ("retry-s=inf", "must be a number that has an end"),
    ],
)
def test_faults_that_mean_nothing_are_refused(text, says):
    with pytest.raises(ValueError, match=says):
        with_faults(QUICK, text)
