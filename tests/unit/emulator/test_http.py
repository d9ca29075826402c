"""The emulator over real HTTP on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise

import httpx2
import pytest
from google.genai import types

from evalharness.emulator import EmulatorSettings, NonLoopbackHostError, running, serve

FLASH = "gemini-3.8-flash"
PRO = "gemini-3.1-pro-preview"
MARK = "x-evalharness-emulator"


def _details(reply, kind):
    return [d for d in reply.json()["error"]["details"] if d["@type"].endswith(kind)]


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_an_answer_parses_strictly_and_is_marked(base_url, post, make_body, histories, version):
    """Google's own types, which refuse unknown fields, accept it; nobody can take it for Google's."""
    reply = post(base_url, make_body(histories[0].text()), version=version)
    parsed = types.GenerateContentResponse.model_validate(reply.json())
    usage = parsed.usage_metadata
    assert reply.status_code == 200
    assert reply.headers[MARK] == "simulated"
    assert parsed.model_version == f"{FLASH}-simulated"
    assert parsed.response_id.startswith("simulated-")
    assert parsed.candidates[0].finish_reason is types.FinishReason.STOP
    parts = usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count
    assert usage.total_token_count == parts
    assert usage.prompt_tokens_details[0].token_count == usage.prompt_token_count
    assert usage.cached_content_token_count is None


def test_equal_bytes_give_equal_bodies(base_url, post, make_body, histories):
    """Over HTTP as in process."""
    first, second = (post(base_url, make_body(histories[0].text())).content for _ in range(2))
    assert first == second


def test_the_models_answer_differently(base_url, post, make_body, histories):
    """The model's name is part of what the noise is drawn from."""
    body = make_body(histories[0].text())
    ids = {post(base_url, body, model=model).json()["responseId"] for model in (FLASH, PRO)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{not json", "Invalid JSON payload received"),
        (b"\xff\xfe", "Invalid JSON payload received"),
        ([], "an object is expected"),
        ({}, "contents is not specified"),
        ({"contents": []}, "contents is not specified"),
        ({"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
        ({"contents": [{"role": "system", "parts": [{"text": "a"}]}]}, "valid role"),
        ({"contents": [{"parts": [{"text": "a"}]}], "temperatur": 1}, 'Unknown name "temperatur"'),
        ({"contents": [{"parts": [{"txt": "a"}]}]}, "Unknown name \"txt\" at 'contents[0].parts[0]'"),
        ({"contents": [{"parts": [{"inlineData": {}}]}]}, "inlineData is not supported by this emulator"),
        ({"contents": [{"parts": [{"text": "a"}]}], "tools": []}, "tools is not supported by this emulator"),
    ],
)
def test_bad_bodies_are_400(base_url, post, body, message):
    """Each with a message that names what is wrong."""
    reply = post(base_url, body)
    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert message in error["message"]
    assert reply.headers[MARK] == "simulated"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"responseMimeType": "application/json"}, "responseMimeType"),
        ({"responseJsonSchema": {"type": "object"}}, "responseJsonSchema is not supported by this emulator"),
        ({"maxOutputTokens": 0}, "must be positive"),
        ({"maxOutputTokens": "many"}, "TYPE_INT32"),
        ({"max_output_tokens": 5}, "set twice"),
        ({"candidateCount": 2}, "candidateCount"),
        ({"thinkingConfig": {"thinkingLevel": "LOUD"}}, "thinking_level"),
        ({"thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 9}}, "only one of"),
        ({"seed": 1.5}, "TYPE_INT32"),
    ],
)
def test_bad_generation_configs_are_400(base_url, post, make_body, config, message):
    """Nothing that would change the answer is silently ignored."""
    reply = post(base_url, make_body("Hello", **config))
    assert reply.status_code == 400
    assert message in reply.json()["error"]["message"]


def test_an_unknown_model_is_404(base_url, post, make_body):
    """With the words Google uses."""
    reply = post(base_url, make_body("Hello"), model="gemini-9-flush")
    assert reply.status_code == 404
    assert reply.json()["error"]["status"] == "NOT_FOUND"
    assert "models/gemini-9-flush is not found for API version v1beta" in reply.json()["error"]["message"]


def test_keys_are_checked_for_presence_only(base_url, post, make_body):
    """None is a 403, the word invalid is Google's 400, in header or query."""
    missing, invalid = (post(base_url, make_body("Hello"), key=key) for key in ("", "invalid"))
    assert (missing.status_code, missing.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert (invalid.status_code, _details(invalid, "ErrorInfo")[0]["reason"]) == (400, "API_KEY_INVALID")
    url = f"{base_url}/v1beta/models/{FLASH}:generateContent"
    assert httpx2.post(f"{url}?key=invalid", json=make_body("Hello")).status_code == 400
    assert httpx2.post(f"{url}?key=any", json=make_body("Hello")).status_code == 200


def test_every_other_path_is_marked_too(base_url):
    """Even those that do not exist."""
    for path, status in (("/healthz", 200), ("/nowhere", 404), ("/v9/models", 404), ("/v1beta/models", 403)):
        reply = httpx2.get(base_url + path)
        assert (reply.status_code, reply.headers[MARK]) == (status, "simulated")
    assert httpx2.put(f"{base_url}/healthz").status_code == 405


def test_streams_carry_the_same_answer(base_url, post, make_body, histories):
    """Increments of text add up to the unary answer; every event parses strictly."""
    body = make_body(histories[0].text())
    whole = types.GenerateContentResponse.model_validate(post(base_url, body).json())
    reply = post(base_url, body, method="streamGenerateContent?alt=sse")
    events = [line[6:] for line in reply.text.splitlines() if line.startswith("data: ")]
    parsed = [types.GenerateContentResponse.model_validate(json.loads(event)) for event in events]
    counts = [item.usage_metadata.candidates_token_count or 0 for item in parsed]
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert "".join(item.text for item in parsed) == whole.text
    assert all(a <= b for a, b in pairwise(counts))
    assert parsed[-1].usage_metadata == whole.usage_metadata
    assert [item.candidates[0].finish_reason for item in parsed[:-1]] == [None] * (len(parsed) - 1)
    assert parsed[-1].candidates[0].finish_reason is types.FinishReason.STOP


def test_count_tokens_agrees_with_usage(base_url, post, make_body, histories):
    """Bare or wrapped, the count is what the answer is billed for."""
    body = make_body(histories[0].text())
    billed = post(base_url, body).json()["usageMetadata"]["promptTokenCount"]
    bare = post(base_url, {"contents": body["contents"]}, method="countTokens").json()
    wrapped = post(base_url, {"generateContentRequest": body}, method="countTokens").json()
    assert bare == wrapped == {"totalTokens": billed}
    types.CountTokensResponse.model_validate(bare)


def test_models_can_be_listed(base_url):
    """As names that can be asked."""
    headers = {"x-goog-api-key": "k"}
    listed = httpx2.get(f"{base_url}/v1beta/models", headers=headers).json()["models"]
    assert f"models/{PRO}" in [model["name"] for model in listed]
    one = httpx2.get(f"{base_url}/v1beta/models/{PRO}", headers=headers).json()
    assert one in listed
    assert httpx2.get(f"{base_url}/v1beta/models/none", headers=headers).status_code == 404


def test_the_service_time_is_announced_and_spent(post, make_body, histories):
    """The header holds whole milliseconds that a scaled server really takes."""
    with running(EmulatorSettings(latency_scale=0.3)) as url:
        start = time.monotonic()
        reply = post(url, make_body(histories[0].text()))
        elapsed_ms = (time.monotonic() - start) * 1000
        again = post(url, make_body(histories[0].text()))
    name, _, duration = reply.headers["server-timing"].partition("; dur=")
    assert name == "gfet4t7"
    assert 30 < int(duration) <= elapsed_ms
    assert again.headers["server-timing"] == reply.headers["server-timing"]


def test_the_request_log_tells_what_was_asked(tmp_path, post, make_body):
    """One line per call, whatever became of it, and never a key."""
    path = tmp_path / "logs" / "requests.jsonl"
    with running(EmulatorSettings(latency_scale=0, request_log=path)) as url:
        post(url, make_body("Hello"), key="very-secret")
        post(url, make_body("Hello"), key="very-secret")
        post(url, make_body("Hello"), model="none")
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["sequence"], line["attempt"], line["status"]) for line in lines] == [
        (1, 1, 200),
        (2, 2, 200),
        (3, 1, 404),
    ]
    assert lines[0]["sha256"] == lines[1]["sha256"]
    assert {"model", "monotonic_s", "wall", "elapsed_ms", "service_ms"} <= set(lines[0])
    assert "very-secret" not in path.read_text(encoding="utf-8")


def test_injected_errors_have_googles_shape_and_pass(post, make_body):
    """429, 500 and 503 occur at their rates, and a retry of the same bytes can succeed."""
    settings = EmulatorSettings(
        latency_scale=0,
        rate_limited_share=0.3,
        internal_error_share=0.1,
        unavailable_share=0.1,
        retry_delay_s=2.5,
    )
    with running(settings) as url:
        replies = [post(url, make_body("Hello", seed=seed % 10)) for seed in range(120)]
    by_status = {status: [r for r in replies if r.status_code == status] for status in (200, 429, 500, 503)}
    limited = by_status[429][0]
    assert sum(map(len, by_status.values())) == 120
    assert 40 <= len(by_status[200]) <= 80
    assert 20 <= len(by_status[429]) <= 55
    assert _details(limited, "RetryInfo") == [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.5s"}
    ]
    assert _details(limited, "QuotaFailure")[0]["violations"][0]["quotaDimensions"]["model"] == FLASH
    assert by_status[500][0].json()["error"]["status"] == "INTERNAL"
    assert by_status[503][0].json()["error"]["status"] == "UNAVAILABLE"
    assert all(any(r.status_code == 200 for r in replies[seed::10]) for seed in range(10))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "example.com", "::"])  # noqa: S104 - refused is the point
def test_other_hosts_than_loopback_are_refused(host):
    """The emulator stays on this machine."""
    with pytest.raises(NonLoopbackHostError):
        serve(EmulatorSettings(), host=host)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send these signals to a child")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_cleanly(number):
    """Exit status 0 and no complaint."""
    program = (
        "from evalharness.emulator import EmulatorSettings, serve\n"
        "serve(EmulatorSettings(), on_ready=lambda url: print(url, flush=True))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as child:
        url = child.stdout.readline().strip()
        assert httpx2.get(f"{url}/healthz").status_code == 200
        child.send_signal(number)
        _, complaint = child.communicate(timeout=20)
    assert (child.returncode, complaint) == (0, "")


def test_importing_the_package_loads_no_server():
    """Who only wants the settings pays for nothing else."""
    program = "import sys, evalharness.emulator as e; e.EmulatorSettings(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert not {"starlette", "uvicorn", "anyio"} & set(loaded.split())
