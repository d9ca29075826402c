"""Gemini's JSON ↔ the chat completions of LM Studio, llama.cpp and vLLM. Pure.

The engine, the bill and the scores read one dialect. An answer keeps its own words beside the translation,
under `openaiResponse`, unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalharness.core.wire.request import API_VERSION

PATH = "/v1/chat/completions"
RAW_ANSWER = "openaiResponse"
"""Key of the answer as received. No Gemini body has it: it marks what did not come from Google."""

_ROLES = {"user": "user", "model": "assistant"}
_NUMBERS = {"maxOutputTokens": "max_tokens", "seed": "seed"}
_SCHEMA, _MIME = "responseJsonSchema", "responseMimeType"
_JSON = "application/json"
_SCHEMA_NAME = "reply"
"""Chat completions want the schema named; the name means nothing."""
_FINISH = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "tool_calls": "STOP",
    "function_call": "STOP",
}


class CannotCarry(ValueError):
    """Fields of a request that a chat completion has no place for."""

    def __init__(self, fields: Sequence[str]) -> None:
        """Name them, as paths in the Gemini body."""
        super().__init__(", ".join(fields))
        self.fields = tuple(fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request in Gemini's terms."""

    path: str
    body: dict[str, Any]


def write_request(model: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Translate a generateContent body.

    Raises:
        CannotCarry: Naming each field that would be lost.
    """
    lost = [key for key in body if key not in {"contents", "systemInstruction", "generationConfig"}]
    config = body.get("generationConfig") or {}
    form = _response_format(config)
    carried = {*_NUMBERS, *((_SCHEMA, _MIME) if form else ())}
    lost += [f"generationConfig.{key}" for key in config if key not in carried]
    messages = []
    system = body.get("systemInstruction")
    if system:
        messages.append({"role": "system", "content": _text(system, "systemInstruction", lost)})
    for index, content in enumerate(body.get("contents") or []):
        role = content.get("role", "user")
        if role not in _ROLES:
            lost.append(f"contents[{index}].role")
            continue
        messages.append({"role": _ROLES[role], "content": _text(content, f"contents[{index}]", lost)})
    if lost:
        raise CannotCarry(lost)
    return {
        "model": model,
        "messages": messages,
        **{name: config[key] for key, name in _NUMBERS.items() if config.get(key) is not None},
        **form,
        "stream": False,
    }


def read_request(chat: Mapping[str, Any]) -> Asked:
    """Translate a chat request back: what was sent says what was asked.

    Raises:
        ValueError: If it is none that `write_request` writes.
    """
    try:
        body: dict[str, Any] = {"contents": [], "generationConfig": {}}
        back = {role: gemini for gemini, role in _ROLES.items()}
        for message in chat["messages"]:
            parts = [{"text": message["content"]}]
            if message["role"] == "system":
                body["systemInstruction"] = {"parts": parts}
            else:
                body["contents"].append({"role": back[message["role"]], "parts": parts})
        for key, name in _NUMBERS.items():
            if name in chat:
                body["generationConfig"][key] = chat[name]
        if "response_format" in chat:
            schema = chat["response_format"]["json_schema"]["schema"]
            body["generationConfig"] |= {_MIME: _JSON, _SCHEMA: schema}
        return Asked(path=f"/{API_VERSION}/models/{chat['model']}:generateContent", body=body)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a chat request of ours: {error}") from None


def read_answer(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Translate an answer, and keep it.

    Reasoning tokens are a part of completion_tokens there and stand beside candidatesTokenCount here; the
    sum is left as the server says it, so that counts that contradict each other still show.

    Raises:
        ValueError: If it is not a chat completion.
    """
    try:
        body: dict[str, Any] = {"candidates": [_candidate(choice) for choice in raw["choices"]]}
        usage = raw.get("usage")
        if usage:
            body["usageMetadata"] = _usage(usage)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a chat completion: {error!r}") from None
    for key, name in (("modelVersion", "model"), ("responseId", "id")):
        if raw.get(name):
            body[key] = raw[name]
    return body | {RAW_ANSWER: dict(raw)}


def _response_format(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response_format of a schema; empty without one: JSON of no schema has no counterpart."""
    if config.get(_MIME) != _JSON or not isinstance(config.get(_SCHEMA), Mapping):
        return {}
    named = {"name": _SCHEMA_NAME, "strict": True, "schema": config[_SCHEMA]}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _text(content: Mapping[str, Any], where: str, lost: list[str]) -> str:
    texts = []
    for index, part in enumerate(content.get("parts") or []):
        lost += [f"{where}.parts[{index}].{key}" for key in part if key != "text"]
        texts.append(str(part.get("text", "")))
    if len(texts) > 1:
        # Joined they could not be told apart any more, and a recording would be another request's.
        lost.append(f"{where}.parts[1]")
    return "".join(texts)


def _candidate(choice: Mapping[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    parts: list[dict[str, Any]] = []
    thought = message.get("reasoning_content") or message.get("reasoning")
    if thought:
        parts.append({"text": str(thought), "thought": True})
    if message.get("content"):
        parts.append({"text": str(message["content"])})
    for call in message.get("tool_calls") or []:
        parts.append({"functionCall": {"name": call["function"]["name"]}})
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}}
    reason = choice.get("finish_reason")
    if reason:
        candidate["finishReason"] = _FINISH.get(str(reason), str(reason).upper())
    if message.get("refusal"):
        candidate["finishMessage"] = str(message["refusal"])
    return candidate | {"index": choice.get("index", 0)}


def _usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    thinking = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens") or 0
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    counts = {
        "promptTokenCount": usage["prompt_tokens"],
        "candidatesTokenCount": usage.get("completion_tokens", 0) - thinking,
        "thoughtsTokenCount": thinking,
        "cachedContentTokenCount": cached,
    }
    if "total_tokens" in usage:
        counts["totalTokenCount"] = usage["total_tokens"]
    return counts
