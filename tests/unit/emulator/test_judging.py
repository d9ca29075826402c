"""The emulator as a judge: from the request alone, with failings that can be dialled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from evalharness.emulator import EmulatorSettings, running
from evalharness.emulator.faults import with_faults
from evalharness.emulator.forms import PairForm, RubricForm, read_form
from evalharness.emulator.judging import read_material, worth
from evalharness.emulator.models import MODELS
from evalharness.emulator.service import simulate
from evalharness.emulator.wire import read_request

MARK = {
    "type": "object",
    "properties": {"quote": {"type": "string"}, "points": {"type": "integer", "minimum": 0, "maximum": 5}},
    "required": ["quote", "points"],
}
RUBRIC = {"type": "object", "properties": {"c1": MARK, "c2": MARK}, "required": ["c1", "c2"]}
PAIR = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "better": {"type": "string", "enum": ["A", "B", "tie"]}},
}
FACTS = "- The deadline has moved to 18 March.\n- Marta lends the van for £40."
GOOD = "Plan for the deadline, which moved to 18 March. Ask Marta, who lends the van for £40."
HALF = "Plan for the deadline, which moved to 18 March. Rest well and take a walk now and then."
POOR = "Take it one day at a time. Rest well and take a walk now and then."
KOREAN = (
    "<사실>\n- 발표는 11월 18일로 정해졌습니다.\n- 예산은 최대 40만 원입니다.\n</사실>\n"
    "<기준>\nc1: 날짜\nc2: 예산\n</기준>\n"
    "<답변>\n발표가 11월 18일로 정해졌으니 40만 원 예산 안에서 준비하세요.\n</답변>"
)
SURE = EmulatorSettings(judge_noise=0.0, latency_scale=0)


def rubric_text(answer: str, facts: str = FACTS) -> str:
    return (
        f"<facts>\n{facts}\n</facts>\n<criteria>\nc1: Uses the date\nc2: Uses the van\n</criteria>\n"
        f"<answer>\n{answer}\n</answer>"
    )


def pair_text(first: str, second: str) -> str:
    return f"<facts>\n{FACTS}\n</facts>\n<answer_a>\n{first}\n</answer_a>\n<answer_b>\n{second}\n</answer_b>"


def body(text: str, schema: dict[str, Any], seed: int = 1) -> dict[str, Any]:
    config = {
        "seed": seed, "maxOutputTokens": 2048, "thinkingConfig": {"thinkingBudget": 0},
        "responseMimeType": "application/json", "responseJsonSchema": schema,
    }  # fmt: skip
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], "generationConfig": config}


def judge(
    text: str, schema: dict[str, Any], settings: EmulatorSettings = SURE, *, seed: int = 1,
    model: str = "gemini-4-argon",
) -> str:  # fmt: skip
    request = read_request(json.dumps(body(text, schema, seed)).encode(), model)
    return simulate(request, MODELS[model], settings).text


def points(text: str, settings: EmulatorSettings = SURE, seed: int = 1) -> float:
    reply = json.loads(judge(text, RUBRIC, settings, seed=seed))
    return sum(mark["points"] for mark in reply.values()) / len(reply)


def better(first: str, second: str, settings: EmulatorSettings = SURE, seed: int = 1) -> str:
    return str(json.loads(judge(pair_text(first, second), PAIR, settings, seed=seed))["better"])


def test_forms_are_told_by_the_schema_alone() -> None:
    assert isinstance(read_form(RUBRIC), RubricForm)
    assert isinstance(read_form(PAIR), PairForm)
    for other in ({"type": "object"}, {"properties": {"a": {"type": "string"}}}, {"properties": []}, 3, None):
        assert read_form(other) is None


def test_an_answer_is_worth_what_it_holds_of_the_facts() -> None:
    """In either language, and whatever the order of the blocks."""
    assert points(rubric_text(GOOD)) > points(rubric_text(HALF)) > points(rubric_text(POOR))
    material = read_material(KOREAN)
    assert material.facts == ("발표는 11월 18일로 정해졌습니다.", "예산은 최대 40만 원입니다.")
    assert worth(material.answers[0], material.facts, ()) > 4
    assert worth("잘 쉬세요.", material.facts, ()) < 1


def test_a_wrong_claim_costs_points() -> None:
    wrong = "The deadline is on 4 March."
    assert worth(f"{GOOD} {wrong}", ("x",), (wrong,)) < worth(GOOD, ("x",), (wrong,))


def test_quotes_are_passages_of_the_answer() -> None:
    reply = json.loads(judge(rubric_text(GOOD), RUBRIC))
    assert all(mark["quote"] and mark["quote"] in GOOD for mark in reply.values())
    invented = json.loads(judge(rubric_text(GOOD), RUBRIC, EmulatorSettings(false_quote_share=1.0)))
    assert not any(mark["quote"] in GOOD for mark in invented.values())


def test_equal_requests_get_equal_judgements_and_draws_differ() -> None:
    settings = EmulatorSettings()
    assert judge(rubric_text(HALF), RUBRIC, settings) == judge(rubric_text(HALF), RUBRIC, settings)
    assert len({points(rubric_text(HALF), settings, seed) for seed in range(20)}) > 1


def test_a_fair_judge_prefers_the_better_answer_in_both_orders() -> None:
    assert (better(GOOD, POOR), better(POOR, GOOD), better(HALF, HALF)) == ("A", "B", "tie")


def test_position_bias_takes_the_first_answer_whatever_it_says() -> None:
    settings = EmulatorSettings(judge_noise=0.0, position_bias=0.3)
    said = Counter(better(POOR, GOOD, settings, seed) for seed in range(400))
    assert said["A"] / 400 == pytest.approx(0.3, abs=0.06)
    assert said["tie"] == 0


def test_verbosity_bias_pays_for_length_alone() -> None:
    long = f"{HALF} {'It is worth taking a moment here. ' * 60}"
    biased = EmulatorSettings(judge_noise=0.0, verbosity_bias=1.0)
    assert points(rubric_text(long)) == points(rubric_text(HALF))
    assert points(rubric_text(long), biased) > points(rubric_text(HALF), biased)
    assert better(long, HALF, biased) == "A"
    assert better(long, HALF, EmulatorSettings(judge_noise=0.0, verbosity_bias=-1.0)) == "B"


def test_malformed_replies_come_in_their_share_and_never_parse_as_asked() -> None:
    settings = EmulatorSettings(judge_malformed_share=0.2)
    spoilt = 0
    for seed in range(300):
        try:
            reply = json.loads(judge(rubric_text(GOOD), RUBRIC, settings, seed=seed))
            spoilt += not all(isinstance(mark["points"], int) for mark in reply.values())
        except ValueError:
            spoilt += 1
    assert spoilt / 300 == pytest.approx(0.2, abs=0.06)


def test_judging_over_http_is_marked_and_billed_with_its_schema(
    post: Callable[..., Any], base_url: str
) -> None:
    reply = post(base_url, body(rubric_text(GOOD), RUBRIC), model="gemini-3.5-flash")
    assert reply.status_code == 200
    data = reply.json()
    assert data["modelVersion"].endswith("-simulated")
    assert json.loads(data["candidates"][0]["content"]["parts"][0]["text"]).keys() == {"c1", "c2"}
    short = {"type": "object", "properties": {"c1": MARK}, "required": ["c1"]}
    less = post(base_url, body(rubric_text(GOOD), short), model="gemini-3.5-flash").json()
    assert less["usageMetadata"]["promptTokenCount"] < data["usageMetadata"]["promptTokenCount"]


def test_dials_are_set_by_name() -> None:
    settings = with_faults(
        EmulatorSettings(),
        "judge-noise=0.1,position-bias=0.3,verbosity-bias=-0.2,judge-malformed=0.03,false-quote=0.05",
    )
    assert (settings.judge_noise, settings.position_bias, settings.verbosity_bias) == (0.1, 0.3, -0.2)
    assert (settings.judge_malformed_share, settings.false_quote_share) == (0.03, 0.05)
    with pytest.raises(ValueError, match="position_bias must be between 0 and 1"):
        with_faults(EmulatorSettings(), "position-bias=3")


def chat(url: str, **changes: Any) -> httpx2.Response:
    asked = {
        "model": "qwen-32b",
        "messages": [
            {"role": "system", "content": "You grade."},
            {"role": "user", "content": rubric_text(GOOD)},
        ],
        "max_tokens": 2048,
        "seed": 1,
        "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "schema": RUBRIC}},
    }
    return httpx2.post(f"{url}/v1/chat/completions", json=asked | changes)


def test_chat_completions_are_the_same_judge_in_another_dialect(tmp_path: Any) -> None:
    """For judges of another family: any model id, no key, marked like every reply."""
    log = tmp_path / "log.jsonl"
    with running(EmulatorSettings(latency_scale=0, request_log=log)) as url:
        reply = chat(url)
        refused = [chat(url, stream=True), chat(url, messages=None), chat(url, max_tokens=0)]
    assert reply.status_code == 200
    assert reply.headers["x-evalharness-emulator"] == "simulated"
    said = reply.json()
    assert said["model"] == "qwen-32b-simulated"
    assert json.loads(said["choices"][0]["message"]["content"]).keys() == {"c1", "c2"}
    usage = said["usage"]
    assert usage["prompt_tokens"] + usage["completion_tokens"] == usage["total_tokens"]
    assert [each.status_code for each in refused] == [400, 400, 400]
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [entry["status"] for entry in entries] == [200, 400]
