"""Writing response bodies, and the list of fields they may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from evalharness.emulator.models import MODELS, Model
from evalharness.emulator.service import Outcome, Usage

DOCUMENTED_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "error.details[].@type": "AIP-193, google.rpc.Status.details",
        "error.details[].reason": "google.rpc, ErrorInfo",
        "error.details[].domain": "google.rpc, ErrorInfo",
        "error.details[].metadata.service": "google.rpc, ErrorInfo",
        "error.details[].locale": "google.rpc, LocalizedMessage",
        "error.details[].message": "google.rpc, LocalizedMessage",
        "error.details[].fieldViolations[].field": "google.rpc, BadRequest",
        "error.details[].fieldViolations[].description": "google.rpc, BadRequest",
        "error.details[].retryDelay": "google.rpc, RetryInfo",
        "error.details[].violations[].quotaMetric": "google.rpc, QuotaFailure",
        "error.details[].violations[].quotaId": "google.rpc, QuotaFailure",
        "error.details[].violations[].quotaDimensions.location": "google.rpc, QuotaFailure",
        "error.details[].violations[].quotaDimensions.model": "google.rpc, QuotaFailure",
        "error.details[].violations[].quotaValue": "google.rpc, QuotaFailure",
        "models[].name": "Gemini API reference v1beta, models.list, Model",
        "models[].version": "Gemini API reference v1beta, models.list, Model",
        "models[].displayName": "Gemini API reference v1beta, models.list, Model",
        "models[].description": "Gemini API reference v1beta, models.list, Model",
        "models[].inputTokenLimit": "Gemini API reference v1beta, models.list, Model",
        "models[].outputTokenLimit": "Gemini API reference v1beta, models.list, Model",
        "models[].supportedGenerationMethods": "Gemini API reference v1beta, models.list, Model",
    }
)
"""Fields that the recorded traffic happens not to hold, with the document that has them."""

METHODS = ("generateContent", "streamGenerateContent", "countTokens")
_CHUNK_CHARACTERS = 160


def completion_body(outcome: Outcome, model: Model, digest: str) -> dict[str, Any]:
    """Return the body of a generateContent response."""
    return _body(outcome.text, outcome.finish_reason, outcome.usage, model, digest)


def stream_bodies(outcome: Outcome, model: Model, digest: str) -> Iterator[dict[str, Any]]:
    """Yield the bodies of a stream: texts are increments, usage is cumulative, only the last one finishes."""
    pieces = [
        outcome.text[i : i + _CHUNK_CHARACTERS] for i in range(0, len(outcome.text), _CHUNK_CHARACTERS)
    ] or [""]
    usage, sent = outcome.usage, 0
    for i, piece in enumerate(pieces):
        sent += len(piece)
        is_last = i == len(pieces) - 1
        tokens = usage.answer_tokens if is_last else usage.answer_tokens * sent // len(outcome.text)
        partial = Usage(
            prompt_tokens=usage.prompt_tokens,
            answer_tokens=tokens,
            thinking_tokens=usage.thinking_tokens,
            cached_tokens=usage.cached_tokens,
        )
        yield _body(piece, outcome.finish_reason if is_last else "", partial, model, digest)


def count_body(tokens: int) -> dict[str, Any]:
    """Return the body of a countTokens response."""
    return {"totalTokens": tokens}


def model_body(model: Model) -> dict[str, Any]:
    """Return one entry of the models list."""
    return {
        "name": f"models/{model.id}",
        "version": "simulated",
        "displayName": f"{model.display_name} (simulated)",
        "description": "Answers of a local emulator; no model runs behind them.",
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": list(METHODS),
    }


def models_body() -> dict[str, Any]:
    """Return the models list."""
    return {"models": [model_body(model) for model in MODELS.values()]}


def _body(text: str, finish_reason: str, usage: Usage, model: Model, digest: str) -> dict[str, Any]:
    content: dict[str, Any] = {"role": "model"}
    if text:
        content = {"parts": [{"text": text}], "role": "model"}
    candidate: dict[str, Any] = {"content": content}
    if finish_reason:
        candidate["finishReason"] = finish_reason
    return {
        "candidates": [{**candidate, "index": 0}],
        "usageMetadata": _usage(usage),
        "modelVersion": f"{model.id}-simulated",
        "responseId": f"simulated-{digest[:22]}",
    }


def _usage(usage: Usage) -> dict[str, Any]:
    """Like protobuf's JSON, counts of zero are left out."""
    counts = {
        "promptTokenCount": usage.prompt_tokens,
        "candidatesTokenCount": usage.answer_tokens,
        "totalTokenCount": usage.total_tokens,
        "cachedContentTokenCount": usage.cached_tokens,
        "thoughtsTokenCount": usage.thinking_tokens,
    }
    present: dict[str, Any] = {name: count for name, count in counts.items() if count}
    present["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage.prompt_tokens}]
    if usage.cached_tokens:
        present["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage.cached_tokens}]
    return present
