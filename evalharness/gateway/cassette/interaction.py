"""One recorded interaction and its JSON. Pure: bytes in, bytes out."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from evalharness.core.call import Reply
from evalharness.core.errors import CassetteDamaged
from evalharness.core.job import call_key
from evalharness.core.wire.canonical import (
    canonical_body,
    canonical_digest,
    canonical_json,
    canonical_path,
)
from evalharness.gateway.clients.headers import ALLOWED_HEADERS
from evalharness.gateway.clients.json_text import parse_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evalharness.core.provenance import Delivery

FORMAT = 1
"""Raised only when a file already written would be read as something else. A field that may be missing does
not raise it: files without one keep their bytes and hashes, and an older version refuses, by name, a file
that has one."""
_OPTIONAL = frozenset({"first_token_ms", "redacted"})
_NOT_AROUND = frozenset({"request", "response", "sha256"})
_SURROGATE = re.compile("[\ud800-\udfff]")
_LAYOUT: Mapping[str, frozenset[str]] = {
    "": frozenset(
        {"format", "request", "draw", "response", "latency_ms", "recorded_at", "client", "sha256"},
    ),
    "request": frozenset({"method", "path", "host", "body"}),
    "response": frozenset({"status", "headers", "body"}),
    "sha256": frozenset({"request", "response", "interaction"}),
}


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """One request that was answered 200, and its answer."""

    path: str
    """Canonical path of the request: /v1beta/models/<model>:<method>, without prefix or query."""
    host: str
    """Host, and port if one was named, that answered."""
    request_body: Mapping[str, Any]
    """Request JSON as it was sent."""
    draw: int
    headers: Mapping[str, str]
    """Response headers on the allow-list, lower-case names."""
    response_body: Mapping[str, Any]
    """Response JSON as it came."""
    latency_ms: float
    """From sending to holding the whole body, on the recording client's clock."""
    recorded_at: str
    """UTC, ISO 8601 with seconds."""
    client: str
    """Name and version of the client that fetched it."""
    first_token_ms: float | None = None
    """From sending to the first visible text, for an answer that was streamed."""
    redacted: Mapping[str, int] | None = None
    """How many pieces of personal text of each kind were replaced in the answer before it was written; None
    if nothing looked for any. The request needs no such count: what stands here is what was sent."""

    @property
    def body_sha256(self) -> str:
        """Hash of the canonical request body, recomputed."""
        return self._request_hashes[0]

    @property
    def digest(self) -> str:
        """Digest of the request, recomputed."""
        return self._request_hashes[1]

    @cached_property
    def _request_hashes(self) -> tuple[str, str]:
        # Together: writing the body in its canonical form takes longer than both hashes.
        body = canonical_json(canonical_body(self.request_body))
        return _sha256(body), canonical_digest(self.path, body)

    @property
    def key(self) -> str:
        """Name of the interaction, and stem of its file."""
        return call_key(self.digest, self.draw)

    def reply(self, delivery: Delivery) -> Reply:
        """Return the answer as a client hands it over."""
        return Reply(
            body=self.response_body,
            host=self.host,
            headers=self.headers,
            latency_ms=self.latency_ms,
            recorded_at=self.recorded_at,
            delivery=delivery,
            client=self.client,
            first_token_ms=self.first_token_ms,
        )


def to_json(interaction: Interaction) -> bytes:
    """Return the file's content: UTF-8, readable Korean, two spaces, LF, hashes last."""
    document = _document(interaction)
    document["sha256"] = _hashes(interaction, document)
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # An answer cut in the middle of an emoji holds half a surrogate pair, which UTF-8 has no bytes for.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode()


def from_json(content: bytes, *, file: Path) -> Interaction:
    """Read and verify a recording.

    Args:
        content: The whole file.
        file: Its path, whose stem must be the key of what it holds.

    Raises:
        CassetteDamaged: If it is not exactly what was written under that name, with what is wrong.
    """
    try:
        document = _parse(content)
        interaction = _interaction(document)
        _verify(interaction, document, file.stem)
    except (ValueError, TypeError, KeyError) as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise CassetteDamaged(f"recording is damaged: {detail}", file=file) from None
    except RecursionError:
        raise CassetteDamaged("recording is damaged: JSON is nested too deeply", file=file) from None
    return interaction


def _document(interaction: Interaction) -> dict[str, Any]:
    optional = {"first_token_ms": interaction.first_token_ms, "redacted": interaction.redacted}
    return {
        "format": FORMAT,
        "request": {
            "method": "POST",
            "path": interaction.path,
            "host": interaction.host,
            "body": interaction.request_body,
        },
        "draw": interaction.draw,
        "response": {"status": 200, "headers": interaction.headers, "body": interaction.response_body},
        "latency_ms": interaction.latency_ms,
        **{name: value for name, value in optional.items() if value is not None},
        "recorded_at": interaction.recorded_at,
        "client": interaction.client,
    }


def _hashes(interaction: Interaction, document: Mapping[str, Any]) -> dict[str, str]:
    request, response = canonical_json(interaction.request_body), canonical_json(interaction.response_body)
    # All other names sort before these two.
    around = {name: value for name, value in document.items() if name not in _NOT_AROUND}
    # The third covers what the bodies do not hold, the host and time above all: origin is derived from them.
    whole = (
        f'{canonical_json(around)[:-1]},"request":{_message(document["request"], request)}'
        f',"response":{_message(document["response"], response)}}}'
    )
    return {
        "request": interaction.body_sha256,
        "response": _sha256(response),
        "interaction": _sha256(whole),
    }


def _message(message: Mapping[str, Any], body: str) -> str:
    """Return the canonical JSON of a request or a response, its body's known: no body is written twice."""
    around = canonical_json({name: value for name, value in message.items() if name != "body"})
    return f'{{"body":{body},{around[1:]}'


def _sha256(canonical: str) -> str:
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _parse(content: bytes) -> dict[str, Any]:
    if not content.strip():
        raise ValueError("the file is empty")
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("the file starts with a byte order mark; some editor rewrote it")
    if b"\r" in content:
        raise ValueError("the file has CR line ends; git needs `*.json text eol=lf` in .gitattributes")
    if not content.endswith(b"\n}\n"):
        raise ValueError("the file does not end where it should; it was cut off or edited")
    try:
        return parse_object(content, unique_keys=True)
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None


def _interaction(document: Mapping[str, Any]) -> Interaction:
    if document.get("format") != FORMAT:
        raise ValueError(f"format is {document.get('format')!r}, this version reads {FORMAT}")
    for name, keys in _LAYOUT.items():
        _check_keys(_get(document, name, dict) if name else document, keys, name)
    request, response = document["request"], document["response"]
    if request["method"] != "POST" or response["status"] != 200:
        raise ValueError("request.method is not POST or response.status is not 200")
    return Interaction(
        path=_path(_get(request, "path", str)),
        host=_get(request, "host", str),
        request_body=_get(request, "body", dict),
        draw=_draw(_get(document, "draw", int)),
        headers=_headers(_get(response, "headers", dict)),
        response_body=_get(response, "body", dict),
        latency_ms=_duration(document, "latency_ms"),
        recorded_at=_time(_get(document, "recorded_at", str)),
        client=_get(document, "client", str),
        first_token_ms=_duration(document, "first_token_ms") if "first_token_ms" in document else None,
        redacted=_counts(_get(document, "redacted", dict)) if "redacted" in document else None,
    )


def _verify(interaction: Interaction, document: Mapping[str, Any], stem: str) -> None:
    computed = _hashes(interaction, document)
    stated = document["sha256"]
    what = {"request": "the request", "response": "the answer", "interaction": "something around the bodies"}
    changed = next((name for name in what if stated[name] != computed[name]), None)
    if changed is not None:
        raise ValueError(f"{what[changed]} was changed after recording: sha256.{changed} does not match")
    if stem != interaction.key:
        raise ValueError(f"it holds {interaction.key}.json: it was renamed or copied under another name")


def _check_keys(value: Mapping[str, Any], keys: frozenset[str], name: str) -> None:
    prefix = f"{name}." if name else ""
    if missing := sorted(keys - value.keys()):
        raise ValueError(f"{prefix}{missing[0]} is missing")
    if unknown := sorted(value.keys() - keys - (frozenset() if name else _OPTIONAL)):
        raise ValueError(f"{prefix}{unknown[0]} does not belong here")


def _get(mapping: Mapping[str, Any], key: str, kind: type | tuple[type, ...]) -> Any:
    value = mapping[key]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{key} is a {type(value).__name__}")
    return value


def _path(path: str) -> str:
    if canonical_path(path) != path:
        raise ValueError(f"request.path {path!r} is not in canonical form")
    return path


def _draw(draw: int) -> int:
    if draw < 0:
        raise ValueError("draw is negative")
    return draw


def _headers(headers: Mapping[str, Any]) -> Mapping[str, str]:
    for name, value in headers.items():
        if name not in ALLOWED_HEADERS:
            raise ValueError(f"header {name!r} is not on the allow-list")
        if not isinstance(value, str):
            raise ValueError(f"header {name!r} is not a string")
    return headers


def _counts(counts: Mapping[str, Any]) -> Mapping[str, int]:
    for kind, count in counts.items():
        if type(count) is not int or count < 1:
            raise ValueError(f"redacted.{kind} is not a count")
    return counts


def _duration(document: Mapping[str, Any], name: str) -> float:
    value = float(_get(document, name, (int, float)))
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} is negative")
    return value


def _time(text: str) -> str:
    if dt.datetime.fromisoformat(text).utcoffset() != dt.timedelta(0):
        raise ValueError(f"recorded_at {text!r} is not a UTC time")
    return text
