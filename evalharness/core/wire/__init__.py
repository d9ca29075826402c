"""Gemini's wire JSON ↔ our types. Pure; the same code reads live and replayed bodies."""

from evalharness.core.wire.canonical import canonical_json, request_digest
from evalharness.core.wire.request import ModelRequest, to_wire
from evalharness.core.wire.response import Completion, FinishReason, parse_error, parse_response, served_id

__all__ = [
    "Completion",
    "FinishReason",
    "ModelRequest",
    "canonical_json",
    "parse_error",
    "parse_response",
    "request_digest",
    "served_id",
    "to_wire",
]
