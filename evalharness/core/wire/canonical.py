"""The canonical form of a request, by which interactions are named.

SDKs write the same request with other key spellings, enum cases and defaults. The canonical form removes
these differences and no others: what a model could see or obey stays in.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

_SNAKE = re.compile(r"_([a-z0-9])")
_ENUM_KEYS = frozenset(
    {"thinkingLevel", "responseModalities", "mode", "category", "threshold", "serviceTier"}
)
# Below these keys the keys are the user's own data, not the API's fields.
_OPAQUE_KEYS = frozenset({"responseJsonSchema", "parametersJsonSchema", "args", "response", "labels"})
_PATH = re.compile(r"/(v[0-9][a-z0-9]*)/(?:[^:]*/)?models/([^/:]+):([A-Za-z]+)$")


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys, no spaces and readable Unicode; the bytes that digests are taken of."""
    return _ENCODER.encode(value)


def canonical_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request body with the API's camelCase spelling, upper-case enums and no empty fields."""
    normal = _object(body)
    system = normal.get("systemInstruction")
    if isinstance(system, dict):
        # The role of a system instruction is ignored by the API; SDKs add "user" or leave it out.
        normal["systemInstruction"] = {k: v for k, v in system.items() if k != "role"}
    return normal


def canonical_path(path: str) -> str:
    """Return `/v1beta/models/<model>:<method>`, whatever proxy prefix or query stands around it.

    Raises:
        ValueError: If the path is not a model method of the Gemini API.
    """
    match = _PATH.search(path.partition("?")[0])
    if match is None:
        raise ValueError(f"not a Gemini model method: {path}")
    version, model, method = match.groups()
    return f"/{version}/models/{model}:{method}"


def request_digest(path: str, body: Mapping[str, Any], *, method: str = "POST") -> str:
    """Return the SHA-256, 64 hex digits, of the canonical {method, path, body}."""
    return canonical_digest(path, canonical_json(canonical_body(body)), method=method)


def canonical_digest(path: str, body: str, *, method: str = "POST") -> str:
    """Do as request_digest, with the canonical JSON of a canonical body."""
    around = canonical_json({"method": method, "path": canonical_path(path)})
    canonical = f'{{"body":{body},{around[1:]}'
    # Half a surrogate pair cannot be encoded, only escaped, as in JSON.
    return hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest()


def _camel(key: str) -> str:
    return _SNAKE.sub(lambda match: match.group(1).upper(), key)


def _object(value: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in value.items():
        name = _camel(key) if "_" in key else key
        normal = item if name in _OPAQUE_KEYS else _value(item, enum=name in _ENUM_KEYS)
        if normal is None or (not normal and isinstance(normal, Mapping | list)):
            continue
        result[name] = normal
    return result


def _value(value: Any, *, enum: bool = False) -> Any:
    if isinstance(value, str):  # first: most values are
        return value.upper() if enum else value
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list | tuple):
        return [_value(item, enum=enum) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
