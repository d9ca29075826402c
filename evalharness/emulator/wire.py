"""Reading request bodies: JSON bytes → what the emulator needs to answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from evalharness.emulator import schema
from evalharness.emulator.errors import invalid_argument, unsupported
from evalharness.emulator.forms import Form, read_form

_LEVELS = frozenset({"MINIMAL", "LOW", "MEDIUM", "HIGH"})
_INT32 = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of `contents`, or the system instruction."""

    role: str
    """`user`, `model` or `system`."""
    texts: tuple[str, ...]
    """The text of each part, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest:
    """A request as the emulator understands it."""

    digest: str
    """SHA-256 of model and canonical body; spelling and order of the fields do not change it."""
    messages: tuple[Message, ...]
    system: str
    max_output_tokens: int | None = None
    """Bound on thinking plus answer."""
    thinking_level: str | None = None
    thinking_budget: int | None = None
    """Tokens; 0 forbids thinking, -1 leaves it to the model."""
    stop_sequences: tuple[str, ...] = ()
    form: Form | None = None
    """What a judge is to fill in; None for prose."""
    schema_text: str = ""
    """The JSON Schema as text; empty if there is none."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts that count as prompt."""
        own = tuple(text for message in self.messages for text in message.texts)
        return (self.system, *own) if self.system else own


def read_request(raw: bytes, model_id: str) -> GenerateRequest:
    """Read the body of a generateContent request.

    Raises:
        EmulatorError: 400, if the body is no JSON object, has no contents, or holds an unknown, malformed or
            unsupported field.
    """
    return _request(schema.known_fields(_parse(raw), schema.REQUEST, ""), model_id)


def read_count_request(raw: bytes, model_id: str) -> GenerateRequest:
    """Read the body of a countTokens request: bare contents, or a whole generateContent request inside.

    Raises:
        EmulatorError: As `read_request`.
    """
    fields = schema.known_fields(_parse(raw), schema.COUNT_REQUEST, "")
    inner = fields.get("generateContentRequest")
    if inner is not None:
        fields = schema.known_fields(inner, schema.REQUEST, "generate_content_request")
    return _request(fields, model_id)


def _request(fields: dict[str, Any], model_id: str) -> GenerateRequest:
    contents = fields.get("contents")
    if isinstance(contents, dict):
        contents = [contents]
    if not isinstance(contents, list) or not contents:
        raise invalid_argument("* GenerateContentRequest.contents: contents is not specified\n", "contents")
    messages = tuple(_message(item, f"contents[{i}]", "user") for i, item in enumerate(contents))
    system = fields.get("systemInstruction")
    instruction = _message(system, "system_instruction", "system") if system is not None else None
    return GenerateRequest(
        digest=_digest(model_id, fields),
        messages=messages,
        system="\n".join(instruction.texts) if instruction else "",
        **_generation(fields.get("generationConfig") or {}),
    )


def _parse(raw: bytes) -> object:
    try:
        return json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise invalid_argument(f"Invalid JSON payload received. {error}") from None


def _message(value: object, where: str, default_role: str) -> Message:
    fields = schema.known_fields(value, schema.CONTENT, where)
    role = fields.get("role") or default_role
    if default_role == "user" and role not in ("user", "model"):
        raise invalid_argument("Please use a valid role: user, model.", f"{where}.role")
    parts = fields.get("parts")
    if isinstance(parts, dict):
        parts = [parts]
    if not isinstance(parts, list) or not parts:
        raise invalid_argument(
            f"* GenerateContentRequest.{where}.parts: contents.parts must not be empty.\n", where
        )
    texts = tuple(_text(part, f"{where}.parts[{i}]") for i, part in enumerate(parts))
    return Message(role="system" if default_role == "system" else role, texts=texts)


def _text(part: object, where: str) -> str:
    fields = schema.known_fields(part, schema.PART, where)
    text = fields.get("text")
    if not isinstance(text, str):
        problem = "required oneof field 'data' must have one initialized field"
        raise invalid_argument(f"* GenerateContentRequest.{where}.data: {problem}\n", where)
    return text


def _generation(value: object) -> dict[str, Any]:
    where = "generation_config"
    fields = schema.known_fields(value, schema.GENERATION_CONFIG, where)
    if [str(item).upper() for item in fields.get("responseModalities", ["TEXT"])] not in (["TEXT"], []):
        raise unsupported("responseModalities other than TEXT")
    if _integer(fields.get("candidateCount", 1), f"{where}.candidate_count") != 1:
        raise unsupported("candidateCount other than 1")
    _integer(fields.get("seed", 0), f"{where}.seed")
    limit = fields.get("maxOutputTokens")
    if limit is not None and (limit := _integer(limit, f"{where}.max_output_tokens")) < 1:
        raise invalid_argument("max_output_tokens must be positive.", f"{where}.max_output_tokens")
    stops = fields.get("stopSequences", [])
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop for stop in stops):
        raise invalid_argument(
            f"Invalid value at '{where}.stop_sequences' (TYPE_STRING)", f"{where}.stop_sequences"
        )
    return {
        "max_output_tokens": limit,
        "stop_sequences": tuple(stops),
        **_thinking(fields.get("thinkingConfig") or {}),
        **_form(fields.get("responseJsonSchema"), str(fields.get("responseMimeType") or "text/plain")),
    }


def _form(wanted: object, mime: str) -> dict[str, Any]:
    """Read what form the reply is to have: prose, or one of the two that judges fill in."""
    if wanted is None:
        if mime != "text/plain":
            raise unsupported(f"responseMimeType {mime} without a responseJsonSchema")
        return {}
    where = "generation_config.response_json_schema"
    if mime != "application/json":
        raise invalid_argument(f"{where} needs response_mime_type application/json.", where)
    form = read_form(wanted)
    if form is None:
        raise unsupported("responseJsonSchema other than a judge's")
    return {"form": form, "schema_text": json.dumps(wanted, ensure_ascii=False)}


def _thinking(value: object) -> dict[str, Any]:
    where = "generation_config.thinking_config"
    fields = schema.known_fields(value, schema.THINKING_CONFIG, where)
    level = fields.get("thinkingLevel")
    if level is not None and (level := str(level).upper()) == "THINKING_LEVEL_UNSPECIFIED":
        level = None
    if level is not None and level not in _LEVELS:
        raise invalid_argument(
            f"Invalid value at '{where}.thinking_level': \"{level}\"", f"{where}.thinking_level"
        )
    budget = fields.get("thinkingBudget")
    if budget is not None:
        budget = _integer(budget, f"{where}.thinking_budget")
    if level is not None and budget is not None:
        raise invalid_argument("You can only set only one of thinking budget and thinking level.", where)
    return {"thinking_level": level, "thinking_budget": budget}


def _integer(value: object, where: str) -> int:
    """Accept what protobuf's JSON mapping accepts: numbers without a fraction, also as text."""
    try:
        number = float(value) if isinstance(value, str | float | int) and not isinstance(value, bool) else 0.5
    except ValueError:
        number = 0.5
    if number != number // 1 or not -_INT32 <= number < _INT32:
        raise invalid_argument(f"Invalid value at '{where}' (TYPE_INT32), {json.dumps(value)}", where)
    return int(number)


def _digest(model_id: str, fields: dict[str, Any]) -> str:
    canonical = json.dumps(
        [model_id, _canonical(fields)], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, dict):
        return {schema.camel(key): _canonical(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return value
