"""A streamed answer ↔ the one body it adds up to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evalharness.core.errors import ProviderError
from evalharness.core.wire.response import parse_stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STREAM_METHOD = "streamGenerateContent"
PLAIN_METHOD = "generateContent"
# Said by the chunk that has them first; of all else the last chunk's word counts, above all of the bill.
_FIRST_WORD = frozenset({"responseId", "promptFeedback", "finishMessage"})


def plain_path(path: str) -> str:
    """Return the path of the same question asked without streaming: how it travels does not name it."""
    head, colon, method = path.rpartition(":")
    return f"{head}:{PLAIN_METHOD}" if colon and method == STREAM_METHOD else path


def read_stream(received: str) -> dict[str, Any]:
    """Read a whole streamed body into the generateContent body that it adds up to.

    Every part and every field is kept; parts stay apart as they came, so that texts still concatenate.

    Raises:
        ValueError: If a chunk is not a JSON object, or there is none.
    """
    try:
        chunks = parse_stream(received)
    except ProviderError as error:
        raise ValueError(error.message) from None
    if not chunks:
        raise ValueError("the stream has no chunk")
    return merge_chunks(chunks)


def merge_chunks(chunks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one body that says what the chunks say together; usage is the last chunk's, whole."""
    body: dict[str, Any] = {}
    for chunk in chunks:
        _take(body, {key: value for key, value in chunk.items() if key != "candidates"})
        for position, candidate in enumerate(chunk.get("candidates") or []):
            candidates = body.setdefault("candidates", [])
            while len(candidates) <= position:
                candidates.append({})
            _add_candidate(candidates[position], candidate)
    return body


def has_text(received: bytes) -> bool:
    """Tell whether the events that are whole so far hold visible text."""
    end = max(received.rfind(b"\n\n"), received.rfind(b"\r\n\r\n"))
    if end < 0:
        return False
    try:
        chunks = parse_stream(received[:end].decode("utf-8", "replace"))
        return any(_visible(part) for chunk in chunks for part in _parts(chunk))
    except (ProviderError, AttributeError, TypeError):
        return False


def _parts(chunk: Mapping[str, Any]) -> list[Any]:
    return [
        part
        for candidate in chunk.get("candidates") or []
        for part in (candidate.get("content") or {}).get("parts") or []
    ]


def _visible(part: Mapping[str, Any]) -> bool:
    return bool(part.get("text")) and not part.get("thought")


def _add_candidate(whole: dict[str, Any], candidate: Mapping[str, Any]) -> None:
    _take(whole, {key: value for key, value in candidate.items() if key != "content"})
    content = candidate.get("content")
    if not isinstance(content, dict):
        return
    target = whole.setdefault("content", {})
    _take(target, {key: value for key, value in content.items() if key != "parts"})
    if content.get("parts"):
        target.setdefault("parts", []).extend(content["parts"])


def _take(target: dict[str, Any], fields: Mapping[str, Any]) -> None:
    for key, value in fields.items():
        if value or key not in target:
            if key in _FIRST_WORD and target.get(key):
                continue
            target[key] = value
