"""Scorers on one case; failures are types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evalharness.core.call import Call, CallError, Reply
from evalharness.core.case import Case
from evalharness.core.job import Cell, Purpose
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.score import Answer, Completed, Failed, Scored, Unscored
from evalharness.score import build_records, score_records


def completed(text: str, *, truncated: bool = False) -> Completed:
    return Completed(
        case_id="pen-ko-01",
        arm="flash-raw",
        repeat=0,
        calls=("k",),
        answer=Answer(text=text, truncated=truncated),
        persona="pen",
    )


def values(case: Case, text: str) -> dict[str, float | str]:
    scores = score_records([completed(text)], {case.id: case})
    return {
        score.scorer.partition("/")[0]: score.value if isinstance(score, Scored) else score.cause
        for score in scores
    }


@pytest.mark.parametrize(
    ("text", "coverage"),
    [
        ("12월 3일까지 500만원 안에서 하시죠.", 1.0),
        ("마감이 12/3이니 서두르세요.", 0.5),
        ("마감이 12/31이고 예산은 1,500만 원이에요.", 0.0),
    ],
)
def test_key_facts_are_exact_on_numbers(make_case: Callable[..., Case], text: str, coverage: float) -> None:
    assert values(make_case(), text)["key_facts"] == coverage


def test_the_reference_answer_covers_every_fact(make_case: Callable[..., Case]) -> None:
    case = make_case()
    assert values(case, case.reference_answer)["key_facts"] == 1.0


def test_must_not_claims_cost(make_case: Callable[..., Case]) -> None:
    assert values(make_case(), "11월 3일까지 하세요.")["must_not"] == 0.0
    assert values(make_case(), "12월 3일까지 하세요.")["must_not"] == 1.0
    assert values(make_case(must_not=()), "11월 3일")["must_not"] == 1.0


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("ko", "TOEIC 점수와 API 경험을 함께 적어 보세요.", 1.0),
        ("ko", "You should write about the project in English.", 0.0),
        ("en", "You should tell 민수 first.", 1.0),
        ("en", "먼저 이야기해 보세요.", 0.0),
        ("ko", "12345 !!!", "no_letters"),
    ],
)
def test_language(make_case: Callable[..., Case], language: str, text: str, value: float | str) -> None:
    assert values(make_case(language=language), text)["language"] == value


def test_length_is_relative_to_the_reference(make_case: Callable[..., Case]) -> None:
    case = make_case()
    assert values(case, case.reference_answer)["length"] == 1.0


def planned(key: str) -> PlannedCell:
    return PlannedCell(
        cell=Cell(case_id="pen-ko-01", arm="flash-raw", repeat=0),
        answer_key=key,
        model="gemini-3.8-flash",
        persona="pen",
        route_reason="default",
        prompt_tokens=100,
        context_tokens=50,
        raw_context_tokens=50,
        dropped=(),
    )


def answered(body: dict[str, Any] | None, error: CallError | None = None) -> Call:
    reply = None
    if body is not None:
        reply = Reply(
            body=body,
            host="h",
            headers={},
            latency_ms=1.0,
            recorded_at="2026-11-23T00:00:00Z",
            delivery=Delivery.LIVE,
            client="t/1",
        )
    return Call(
        key="k",
        purpose=Purpose.ANSWER,
        model="gemini-3.8-flash",
        attempts=(),
        reply=reply,
        error=error,
        origin=Origin.UNVERIFIED,
    )


USAGE = {"promptTokenCount": 2, "candidatesTokenCount": 1, "totalTokenCount": 3}
TEXT = {"candidates": [{"content": {"parts": [{"text": "네"}]}, "finishReason": "STOP"}]}


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        (None, "not_called"),
        (
            answered(None, CallError(status=503, reason="UNAVAILABLE", message="m", retryable=True)),
            "provider:UNAVAILABLE",
        ),
        (answered({"candidates": 3}), "malformed_response"),
        (answered(TEXT | {"usageMetadata": USAGE | {"totalTokenCount": 9}}), "usage_invalid"),
        (answered(TEXT), "usage_missing"),
        (answered({"candidates": [{"finishReason": "SAFETY"}], "usageMetadata": USAGE}), "answer_blocked"),
        (answered({"candidates": [{"finishReason": "MAX_TOKENS"}], "usageMetadata": USAGE}), "max_tokens"),
    ],
)
def test_a_cell_without_an_answer_is_failed_with_a_cause_and_unscored_everywhere(
    make_case: Callable[..., Case], call: Call | None, cause: str
) -> None:
    records = build_records([planned("k")], {} if call is None else {"k": call})
    assert [record.cause for record in records if isinstance(record, Failed)] == [cause]
    scores = score_records(records, {"pen-ko-01": make_case()})
    assert scores
    assert all(isinstance(score, Unscored) and score.cause == cause for score in scores)


def test_a_cut_answer_is_scored_and_marked() -> None:
    body = {
        "candidates": [{"content": {"parts": [{"text": "네"}]}, "finishReason": "MAX_TOKENS"}],
        "usageMetadata": USAGE,
    }
    (record,) = build_records([planned("k")], {"k": answered(body)})
    assert isinstance(record, Completed)
    assert record.answer.truncated


def test_a_failed_compression_fails_the_cell_and_says_so() -> None:
    waiting = replace(planned("k"), answer_key=None, compress_key="c")
    blocked = answered({"candidates": [{"finishReason": "SAFETY"}], "usageMetadata": USAGE})
    (record,) = build_records([waiting], {"c": blocked})
    assert isinstance(record, Failed)
    assert record.cause == "compress:answer_blocked"
    (record,) = build_records(
        [replace(waiting, answer_key="k")], {"k": answered(TEXT | {"usageMetadata": USAGE})}
    )
    assert isinstance(record, Failed)
    assert record.cause == "compress:not_called"
