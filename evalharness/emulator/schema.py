"""Which request fields exist, by message, and what the emulator does with each.

Names are camelCase as in Google's REST reference for v1beta; snake_case spellings are accepted too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from evalharness.emulator.errors import invalid_argument, unknown_field

READ = "read"
IGNORED = "ignored"
"""Accepted without effect, as 3.x models do with sampling parameters."""
REFUSED = "refused"
"""Known to Google; refused here by name, because ignoring it would change what the caller gets."""

Table = Mapping[str, str]


def _table(read: str = "", ignored: str = "", refused: str = "") -> Table:
    pairs = ((read, READ), (ignored, IGNORED), (refused, REFUSED))
    return MappingProxyType({name: verdict for names, verdict in pairs for name in names.split()})


REQUEST = _table(
    read="contents systemInstruction generationConfig",
    ignored="model safetySettings labels serviceTier store",
    refused="tools toolConfig cachedContent",
)
COUNT_REQUEST = _table(read="contents generateContentRequest", ignored="model")
CONTENT = _table(read="role parts")
PART = _table(
    read="text",
    ignored="thought thoughtSignature partMetadata",
    refused="inlineData fileData functionCall functionResponse executableCode codeExecutionResult "
    "videoMetadata mediaResolution toolCall toolResponse",
)
GENERATION_CONFIG = _table(
    read="maxOutputTokens seed stopSequences thinkingConfig candidateCount responseMimeType "
    "responseModalities responseJsonSchema",
    ignored="temperature topP topK presencePenalty frequencyPenalty enableEnhancedCivicAnswers "
    "mediaResolution",
    refused="responseSchema responseFormat responseLogprobs logprobs speechConfig "
    "imageConfig audioTimestamp routingConfig modelSelectionConfig",
)
THINKING_CONFIG = _table(read="thinkingBudget thinkingLevel", ignored="includeThoughts")

_UNDERSCORE = re.compile(r"_([a-z0-9])")


def camel(name: str) -> str:
    """Return the camelCase spelling of a field name."""
    return _UNDERSCORE.sub(lambda match: match.group(1).upper(), name)


def known_fields(value: object, table: Table, where: str) -> dict[str, Any]:
    """Return an object's fields in camelCase, without nulls.

    Args:
        value: The parsed JSON value.
        table: The fields the message may have.
        where: The path named in errors, in snake_case; empty at the top level.

    Raises:
        EmulatorError: If the value is no object, a field is unknown or refused, or occurs in both spellings.
    """
    if not isinstance(value, dict):
        raise invalid_argument(f"Invalid value at '{where or 'request'}': an object is expected", where)
    fields: dict[str, Any] = {}
    for name, content in value.items():
        key = camel(name)
        if key not in table:
            raise unknown_field(name, where)
        if key in fields:
            raise invalid_argument(f"Invalid value: field '{key}' is set twice", where)
        if content is None:
            continue
        if table[key] == REFUSED:
            raise invalid_argument(
                f"{key} is not supported by this emulator", f"{where}.{key}" if where else key
            )
        fields[key] = content
    return fields
