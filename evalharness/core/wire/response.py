"""Gemini response JSON → Completion."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.usage import Usage


class NoText(StrEnum):
    """Why a response carries no text that could be scored."""

    PROMPT_BLOCKED = "prompt_blocked"
    ANSWER_BLOCKED = "answer_blocked"
    MAX_TOKENS = "max_tokens"
    """The token limit was spent before any visible text, usually by thinking."""
    TOOL_CALL = "tool_call"
    EMPTY = "empty"


class FinishReason(StrEnum):
    """Why generation ended, folded to what callers distinguish."""

    STOP = "stop"
    MAX_TOKENS = "max_tokens"
    BLOCKED = "blocked"
    OTHER = "other"
    MISSING = "missing"


_TRY_LATER = frozenset({408, 429, 500, 502, 503, 504})
_BLOCKED = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "MODEL_ARMOR",
        "LANGUAGE",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What one successful (HTTP 200) response says."""

    text: str | None
    """The visible answer, thoughts left out; None if there is none."""
    no_text: NoText | None
    """Why text is None; None if there is text."""
    finish: FinishReason
    finish_detail: str
    """The provider's own words: finish reason, block reason or message; may be empty."""
    usage: Usage | None
    """None if the response has no token counts."""
    served_model: str
    """modelVersion as sent, `models/` prefix kept."""
    response_id: str | None


def served_id(model_version: str) -> str:
    """Return a served model id as compared with the requested one: prefix and simulated mark stripped."""
    return model_version.removeprefix("models/").removesuffix("-simulated")


def parse_response(body: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Completion:
    """Read a generateContent body, or the list of chunks of a streamed one.

    Raises:
        InvalidUsage: If token counts contradict each other or their total.
        ProviderError: If the body is not a generateContent response.
    """
    chunks = [body] if isinstance(body, Mapping) else list(body)
    if not chunks or not all(isinstance(chunk, Mapping) for chunk in chunks):
        raise ProviderError("response is not a JSON object", reason="malformed", retryable=True)
    if not any(key in chunk for chunk in chunks for key in ("candidates", "promptFeedback", "usageMetadata")):
        raise ProviderError(
            "response has neither candidates nor promptFeedback", reason="malformed", retryable=True
        )
    try:
        return _completion(chunks)
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise ProviderError(
            f"response has an unexpected shape: {error}", reason="malformed", retryable=True
        ) from error


def parse_stream(text: str) -> list[dict[str, Any]]:
    """Split a server-sent-events body (`alt=sse`), or a JSON list of chunks, into its chunks.

    Raises:
        ProviderError: If a chunk is not JSON.
    """
    stripped = text.lstrip("\ufeff \r\n\t")
    try:
        if stripped.startswith("["):
            return [dict(chunk) for chunk in json.loads(stripped)]
        events = stripped.replace("\r\n", "\n").split("\n\n")
        data = ["\n".join(ln[5:].lstrip() for ln in e.split("\n") if ln.startswith("data:")) for e in events]
        return [dict(json.loads(item)) for item in data if item and item != "[DONE]"]
    except (ValueError, TypeError) as error:
        raise ProviderError(
            f"stream has a chunk that is not JSON: {error}", reason="malformed", retryable=True
        ) from error


def parse_usage(metadata: Mapping[str, Any]) -> Usage | None:
    """Read usageMetadata; None if it holds no counts at all.

    Raises:
        InvalidUsage: If a count is negative, a part exceeds its total, or the sum is not totalTokenCount.
    """
    if not any(key.endswith("TokenCount") for key in metadata):
        return None

    def count(key: str) -> int:
        value = metadata.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidUsage(f"usageMetadata.{key} is not a whole number: {value!r}")
        return value

    thoughts = count("thoughtsTokenCount")
    usage = Usage(
        input_tokens=count("promptTokenCount"),
        cached_tokens=count("cachedContentTokenCount"),
        output_tokens=count("candidatesTokenCount") + thoughts,
        thinking_tokens=thoughts,
        tool_use_tokens=count("toolUsePromptTokenCount"),
        audio_tokens=modality_tokens(metadata, "promptTokensDetails", "AUDIO"),
        cached_audio_tokens=modality_tokens(metadata, "cacheTokensDetails", "AUDIO"),
    )
    total = count("totalTokenCount") if "totalTokenCount" in metadata else usage.total_tokens
    if total != usage.total_tokens:
        raise InvalidUsage(f"usageMetadata.totalTokenCount is {total}, its parts give {usage.total_tokens}")
    return usage


def modality_tokens(metadata: Mapping[str, Any], key: str, *modalities: str) -> int:
    """Return how many tokens of a usageMetadata detail list are of these modalities.

    Raises:
        InvalidUsage: If the list is not one of counts by modality.
    """
    details = metadata.get(key)
    if not details:
        return 0
    try:
        return sum(
            int(part["tokenCount"])
            for part in details
            if part.get("modality") in modalities and "tokenCount" in part
        )
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise InvalidUsage(f"usageMetadata.{key} is no list of counts by modality") from error


def parse_error(status: int, body: Any) -> ProviderError:
    """Read an error body (an object, or a list around it) into an exception; never raises itself."""
    inner = body[0] if isinstance(body, list) and body else body
    error = inner.get("error") if isinstance(inner, Mapping) else None
    if not isinstance(error, Mapping):
        # Proxies answer with HTML; the status alone still tells whether later is better.
        return ProviderError(
            f"HTTP {status} without a readable error body", status=status, retryable=status in _TRY_LATER
        )
    details = [d for d in error.get("details") or [] if isinstance(d, Mapping)]
    reason = next(
        (str(d["reason"]) for d in details if d.get("reason")), str(error.get("status") or "unknown")
    )
    delay = next((_seconds(d["retryDelay"]) for d in details if d.get("retryDelay")), None)
    message = " ".join(str(error.get("message") or "no message").split())
    return ProviderError(
        f"HTTP {status} {reason}: {message}",
        status=status,
        reason=reason,
        retryable=status in _TRY_LATER and not _daily_quota(details),
        retry_after_s=delay,
    )


def _seconds(duration: object) -> float | None:
    text = str(duration).removesuffix("s")
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _daily_quota(details: Sequence[Mapping[str, Any]]) -> bool:
    kinds = {str(d.get("@type", "")).rpartition(".")[2] for d in details}
    if kinds == {"Help"}:
        # Public threads: a spent daily quota sometimes says no more than where to read about quotas.
        return True
    violations = [v for d in details for v in d.get("violations") or [] if isinstance(v, Mapping)]
    return any("PerDay" in str(violation.get("quotaId", "")) for violation in violations)


def _completion(chunks: Sequence[Mapping[str, Any]]) -> Completion:
    candidates = [chunk["candidates"][0] for chunk in chunks if chunk.get("candidates")]
    parts = [part for c in candidates for part in (c.get("content") or {}).get("parts") or []]
    text = "".join(part["text"] for part in parts if "text" in part and not part.get("thought"))
    reason = next((str(c["finishReason"]) for c in reversed(candidates) if c.get("finishReason")), "")
    feedback: Mapping[str, Any] = next(
        (chunk["promptFeedback"] for chunk in chunks if chunk.get("promptFeedback")), {}
    )
    block = str(feedback.get("blockReason") or "")
    message = next((str(c["finishMessage"]) for c in candidates if c.get("finishMessage")), "")
    finish = _finish(reason, blocked=bool(block) and not candidates)
    has_call = any("functionCall" in part for part in parts)
    return Completion(
        text=text if text.strip() else None,
        no_text=None
        if text.strip()
        else _no_text(finish, prompt=bool(block) and not candidates, call=has_call),
        finish=finish,
        finish_detail=message or reason or block,
        usage=_last_usage(chunks),
        served_model=next((str(c["modelVersion"]) for c in reversed(chunks) if c.get("modelVersion")), ""),
        response_id=next((str(c["responseId"]) for c in chunks if c.get("responseId")), None),
    )


def _last_usage(chunks: Sequence[Mapping[str, Any]]) -> Usage | None:
    # Every chunk of a stream repeats the counts so far; the last one holds the bill.
    metadata = next((c["usageMetadata"] for c in reversed(chunks) if c.get("usageMetadata")), None)
    return None if metadata is None else parse_usage(metadata)


def _finish(reason: str, *, blocked: bool) -> FinishReason:
    if blocked or reason in _BLOCKED:
        return FinishReason.BLOCKED
    if not reason:
        return FinishReason.MISSING
    return {"STOP": FinishReason.STOP, "MAX_TOKENS": FinishReason.MAX_TOKENS}.get(reason, FinishReason.OTHER)


def _no_text(finish: FinishReason, *, prompt: bool, call: bool) -> NoText:
    if prompt:
        return NoText.PROMPT_BLOCKED
    if finish is FinishReason.BLOCKED:
        return NoText.ANSWER_BLOCKED
    if finish is FinishReason.MAX_TOKENS:
        return NoText.MAX_TOKENS
    return NoText.TOOL_CALL if call else NoText.EMPTY
