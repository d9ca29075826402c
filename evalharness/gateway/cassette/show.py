"""A recording in words that people can read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.provenance import derive_origin
from evalharness.core.visible import printable
from evalharness.core.wire.canonical import canonical_body, canonical_json
from evalharness.core.wire.response import Completion, parse_response
from evalharness.gateway.cassette.checks import asked_model

if TYPE_CHECKING:
    from evalharness.core.usage import Usage
    from evalharness.gateway.cassette.interaction import Interaction


def show_recording(item: Interaction) -> Iterator[str]:
    """Yield the lines that show a recording: what was asked and answered, and what is known of both."""
    body = canonical_body(item.request_body)
    completion, problem = read_completion(item)
    yield from _facts(item, body, completion)
    for title, text in _asked(body):
        yield from _block(title, text)
    if problem:
        yield from _block("answer cannot be read", problem)
    elif completion is not None:
        no_text = f"({completion.no_text}: {completion.finish_detail})"
        yield from _block("answer", no_text if completion.text is None else completion.text)


def read_completion(item: Interaction) -> tuple[Completion | None, str]:
    """Return what an answer says, or why it cannot be read."""
    try:
        return parse_response(item.response_body), ""
    except (InvalidUsage, ProviderError) as error:
        return None, error.message


def usage_words(usage: Usage | None) -> str:
    """Return token counts in words."""
    if usage is None:
        return "no counts"
    parts = [f"{usage.input_tokens} in", f"{usage.output_tokens} out"]
    for count, what in (
        (usage.thinking_tokens, "of it thinking"),
        (usage.cached_tokens, "of the input cached"),
        (usage.tool_use_tokens, "tool use"),
    ):
        parts += [f"{count} {what}"] if count else []
    return ", ".join(parts)


def _facts(item: Interaction, body: Mapping[str, Any], completion: Completion | None) -> Iterator[str]:
    config = body.get("generationConfig", {})
    settings = canonical_json(config) if config else "no settings"
    origin = derive_origin(item.host, item.headers, item.response_body)
    first = "" if item.first_token_ms is None else f", first token after {item.first_token_ms:.0f} ms"
    yield f"recording  {item.key}.json"
    yield f"asked      {asked_model(item)}, draw {item.draw}, {settings}"
    if completion is not None:
        served = completion.served_model or "(not said)"
        finish = completion.finish_detail or completion.finish.value
        yield f"answered   {printable(served)}, {printable(finish)}"
        yield f"tokens     {usage_words(completion.usage)}"
    yield f"origin     {origin.value}: {printable(item.host)}, by {printable(item.client)}"
    yield f"recorded   {item.recorded_at}, {item.latency_ms:.0f} ms{first}"
    for name, value in item.headers.items():
        yield f"header     {name}: {printable(value)}"
    if item.redacted is not None:
        kinds = ", ".join(f"{count} x {printable(kind)}" for kind, count in item.redacted.items())
        yield f"redacted   {kinds or 'nothing was found in the answer'}"


def _asked(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    system = body.get("systemInstruction")
    if isinstance(system, Mapping):
        yield "system", _parts(system)
    contents = body.get("contents")
    for content in contents if isinstance(contents, list) else []:
        if isinstance(content, Mapping):
            yield str(content.get("role", "user")), _parts(content)


def _parts(content: Mapping[str, Any]) -> str:
    parts = content.get("parts")
    texts = []
    for part in parts if isinstance(parts, list) else []:
        text = part.get("text") if isinstance(part, Mapping) else None
        texts.append(text if isinstance(text, str) else canonical_json(part))
    return "\n".join(texts)


def _block(title: str, text: str) -> Iterator[str]:
    yield ""
    yield f"--- {printable(title)}"
    yield from (line.rstrip() for line in printable(text).split("\n"))
