"""Requests as wire JSON."""

from __future__ import annotations

from typing import Any

from evalharness.core.wire.canonical import request_digest
from evalharness.core.wire.request import Message, ModelRequest

SCHEMA = {
    "type": "object",
    "properties": {"response_text": {"type": "string"}, "points": {"type": "integer", "maximum": 5}},
    "required": ["response_text", "points"],
    "additionalProperties": False,
}


def build(**change: Any) -> ModelRequest:
    fields: dict[str, Any] = {
        "model": "gemini-3.5-flash",
        "system": "s",
        "messages": (Message(role="user", text="점수를 주세요"),),
        "max_output_tokens": 64,
        "seed": 3,
    }
    return ModelRequest(**(fields | change))


def test_a_schema_forces_json_and_is_part_of_what_is_asked() -> None:
    """Its own keys stay as they are, whatever the API's spelling; another schema is another request."""
    asked = build(response_schema=SCHEMA)
    config = asked.body["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"] == SCHEMA
    other = build(response_schema={**SCHEMA, "required": ["points"]})
    assert len({asked.digest, other.digest, build().digest}) == 3


def test_the_sdks_spelling_of_a_schema_is_the_same_request() -> None:
    asked = build(response_schema=SCHEMA)
    body = dict(asked.body)
    config = dict(body.pop("generationConfig"))
    body["generation_config"] = {
        "response_json_schema": config.pop("responseJsonSchema"),
        "response_mime_type": config.pop("responseMimeType"),
        **config,
    }
    assert request_digest(asked.path, body) == asked.digest


def test_a_request_without_a_schema_is_what_it_was() -> None:
    """Recordings made before schemas existed keep their names."""
    assert set(build().body["generationConfig"]) == {"maxOutputTokens", "seed"}


def test_the_schema_counts_among_the_bytes_that_bound_the_bill() -> None:
    assert build(response_schema=SCHEMA).input_bytes > build().input_bytes + 100
    assert hash(build(response_schema=SCHEMA)) == hash(build(response_schema=dict(SCHEMA)))
