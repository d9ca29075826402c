"""Every row of real Gemini traffic goes through the codec."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.wire.canonical import canonical_body, request_digest
from evalharness.core.wire.response import (
    Completion,
    FinishReason,
    NoText,
    parse_error,
    parse_response,
    parse_stream,
    parse_usage,
)

# Rows whose usageMetadata holds no counts, with the reason.
WITHOUT_COUNTS = {"2bebeb685281": "the prompt was blocked by Model Armor before anything was counted"}


@pytest.fixture(scope="module")
def rows(recordings: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in recordings.read_text(encoding="utf-8").splitlines()]


def chunks_of(row: dict[str, Any]) -> Any:
    return parse_stream(row["response"]) if isinstance(row["response"], str) else row["response"]


def answers(rows: list[dict[str, Any]]) -> list[tuple[str, Completion]]:
    wanted = [row for row in rows if row["status"] == 200 and "countTokens" not in row["uri"]]
    return [(row["id"], parse_response(chunks_of(row))) for row in wanted]


def test_every_answer_parses(rows: list[dict[str, Any]]) -> None:
    """No row is refused, and each has either text or a stated reason why not."""
    parsed = answers(rows)
    assert len(parsed) == 240
    for row_id, completion in parsed:
        assert (completion.text is None) == (completion.no_text is not None), row_id


def test_parts_add_up_to_the_total_on_every_row(rows: list[dict[str, Any]]) -> None:
    """parse_usage raises where parts and total differ; rows without counts are named with their reason."""
    without = [row_id for row_id, completion in answers(rows) if completion.usage is None]
    assert without == list(WITHOUT_COUNTS)


def test_tokens_equal_the_providers_own_figures(rows: list[dict[str, Any]]) -> None:
    """Thinking is inside output, cached inside input: nothing is counted twice or lost."""
    for row in rows:
        body = row["response"]
        metadata = body.get("usageMetadata", {}) if isinstance(body, dict) else {}
        usage = parse_usage(metadata)
        if usage is not None:
            assert usage.total_tokens == metadata["totalTokenCount"], row["id"]
            assert usage.thinking_tokens == metadata.get("thoughtsTokenCount", 0)
            assert usage.cached_tokens == metadata.get("cachedContentTokenCount", 0)


def test_outcomes_are_typed(rows: list[dict[str, Any]]) -> None:
    """Blocked prompts, blocked answers, cut answers and tool calls are told apart."""
    seen = Counter((completion.finish, completion.no_text) for _, completion in answers(rows))
    assert seen[FinishReason.BLOCKED, NoText.PROMPT_BLOCKED] == 1
    assert seen[FinishReason.BLOCKED, NoText.ANSWER_BLOCKED] == 2
    assert seen[FinishReason.MAX_TOKENS, None] == 1
    assert seen[FinishReason.STOP, None] == 100


def test_errors_say_what_the_provider_said(rows: list[dict[str, Any]]) -> None:
    """Error bodies become ProviderError with status and reason; a 400 or 404 is not tried again."""
    errors = [parse_error(row["status"], row["response"]) for row in rows if row["status"] != 200]
    assert {(error.status, error.reason) for error in errors} == {
        (404, "NOT_FOUND"),
        (400, "INVALID_ARGUMENT"),
    }
    assert not any(error.retryable for error in errors)


def test_every_request_has_a_digest_that_spelling_does_not_change(rows: list[dict[str, Any]]) -> None:
    """Canonicalising is idempotent on real requests, and snake_case gives the same digest."""
    for row in rows:
        body = row["request"]
        once = canonical_body(body)
        assert canonical_body(once) == once, row["id"]
        snake = {
            "generation_config" if key == "generationConfig" else key: value for key, value in body.items()
        }
        assert request_digest(row["uri"], snake) == request_digest(row["uri"], body)
