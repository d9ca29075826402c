"""Chat completions, as LM Studio, llama.cpp and vLLM speak them: the same answers in another dialect.

A local server answers for whatever model it has loaded, so any model id is known here; unknown ones behave
like the Lite family. Every reply is marked as the others are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evalharness.emulator.errors import invalid_argument
from evalharness.emulator.models import MODELS, Family, Model
from evalharness.emulator.service import Outcome

PATH = "/v1/chat/completions"
_ROLES = {"user": "user", "assistant": "model"}
_FINISH = {"STOP": "stop", "MAX_TOKENS": "length"}


def read_chat(raw: bytes) -> tuple[Model, bytes]:
    """Return the model that is asked and the same request as a generateContent body.

    Raises:
        EmulatorError: 400, if it is no chat request, or asks for something that is not simulated.
    """
    try:
        chat = json.loads(raw.decode("utf-8"))
        messages = [(str(message["role"]), str(message["content"])) for message in chat["messages"]]
        name = str(chat["model"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise invalid_argument(f"not a chat completions request: {error!r}") from None
    if chat.get("stream"):
        raise invalid_argument("stream is not supported by this emulator")
    body: dict[str, Any] = {
        "contents": [
            {"role": _ROLES[role], "parts": [{"text": text}]} for role, text in messages if role in _ROLES
        ],
        "generationConfig": _config(chat),
    }
    system = "\n".join(text for role, text in messages if role == "system")
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    return _model(name), json.dumps(body).encode()


def chat_body(outcome: Outcome, model: Model, digest: str) -> dict[str, Any]:
    """Return the body of a chat completion."""
    usage = outcome.usage
    return {
        "id": f"simulated-{digest[:22]}",
        "object": "chat.completion",
        "model": f"{model.id}-simulated",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": outcome.text},
                "finish_reason": _FINISH[outcome.finish_reason],
            }
        ],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.answer_tokens + usage.thinking_tokens,
            "total_tokens": usage.total_tokens,
            "completion_tokens_details": {"reasoning_tokens": usage.thinking_tokens},
        },
    }


def _config(chat: Mapping[str, Any]) -> dict[str, Any]:
    names = {"max_tokens": "maxOutputTokens", "seed": "seed"}
    config = {gemini: chat[name] for name, gemini in names.items() if chat.get(name) is not None}
    form = chat.get("response_format")
    if isinstance(form, Mapping) and form.get("type") == "json_schema":
        config["responseMimeType"] = "application/json"
        config["responseJsonSchema"] = (form.get("json_schema") or {}).get("schema")
    return config


def _model(name: str) -> Model:
    return MODELS.get(name) or Model(
        id=name, family=Family.LITE, display_name=name, cache_minimum_tokens=1_000_000
    )
