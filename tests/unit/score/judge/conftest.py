"""A case, two judges, prompts as shipped, and calls that say what a test wants."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.call import Call, CallError, Reply
from evalharness.core.case import Case, Criterion
from evalharness.core.experiment import JudgeChoice
from evalharness.core.job import Job
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.score import Answer, Completed
from evalharness.score.judge import JudgePrompts
from evalharness.score.judge.tasks import Bench

ANCHORS = ((0, "없음"), (3, "일부"), (5, "모두"))


def make_judge(name: str = "one", **changes: Any) -> JudgeChoice:
    fields: dict[str, Any] = {
        "name": name,
        "model": "gemini-3.5-flash",
        "family": "gemini",
        "client": "google-genai",
        "prompts": "judges/1",
        "repeats": 1,
        "max_output_tokens": 512,
        "thinking_level": "low",
    }
    return JudgeChoice(**(fields | changes))


def make_record(arm: str, text: str, *, case_id: str = "pen-ko-01", repeat: int = 0) -> Completed:
    answer = Answer(text=text, truncated=False)
    return Completed(case_id=case_id, arm=arm, repeat=repeat, calls=("k",), answer=answer, persona="pen")


def make_call(job: Job, text: str | None, *, served: str | None = None) -> Call:
    """A reply with this text; None for a call that failed."""
    body: dict[str, Any] = {
        "candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 1, "totalTokenCount": 10},
        "modelVersion": served or job.request.model,
    }
    reply = Reply(
        body=body, host="127.0.0.1", headers={}, latency_ms=1.0, recorded_at="2026-11-23T00:00:00Z",
        delivery=Delivery.LIVE, client="t/1",
    )  # fmt: skip
    error = CallError(status=503, reason="UNAVAILABLE", message="no", retryable=True)
    return Call(
        key=job.key, purpose=job.purpose, model=job.request.model, attempts=(),
        reply=None if text is None else reply, error=error if text is None else None,
        origin=Origin.SIMULATED,
    )  # fmt: skip


def marks(*rows: tuple[str, int]) -> str:
    """A reply by rubric: (quote, points) for each criterion."""
    found = {f"c{i}": {"quote": quote, "points": points} for i, (quote, points) in enumerate(rows, start=1)}
    return json.dumps(found, ensure_ascii=False)


@pytest.fixture(scope="session")
def prompts(root: Path) -> JudgePrompts:
    folder = root / "prompts" / "judges" / "1"
    texts = {path.name.removesuffix(".j2"): path.read_text(encoding="utf-8") for path in folder.glob("*.j2")}
    return JudgePrompts(texts, folder="judges/1")


@pytest.fixture
def bench(prompts: JudgePrompts, make_case: Callable[..., Case]) -> Callable[..., Bench]:
    """What questions are made from; judges by argument."""

    def build(*judges: JudgeChoice, **case: Any) -> Bench:
        rubric = tuple(Criterion(criterion=text, anchors=ANCHORS) for text in ("날짜", "예산"))
        made = make_case(**({"rubric": rubric} | case))
        chosen = judges or (make_judge(),)
        return Bench(
            cases={made.id: made}, judges=chosen, prompts={judge.name: prompts for judge in chosen},
            seed=lambda draw: 100 + draw,
        )  # fmt: skip

    return build


@pytest.fixture(scope="session")
def kit() -> Any:
    """The makers above, by name."""
    from types import SimpleNamespace

    return SimpleNamespace(judge=make_judge, record=make_record, call=make_call, marks=marks)
