"""What went wrong on the wire → ProviderError with the fix in its message."""

from __future__ import annotations

import datetime as dt
import json
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from evalharness.core.errors import ProviderError
from evalharness.core.wire.response import parse_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST_MESSAGE = 400


def http_failure(
    status: int,
    content: bytes,
    headers: Mapping[str, str],
    *,
    model: str,
    host: str,
    now: dt.datetime,
    redact: Callable[[str], str],
    key_variable: str = "GEMINI_API_KEY",
) -> ProviderError:
    """Turn an answer other than 200 into an exception.

    Args:
        status: HTTP status.
        content: Response body, of whatever kind.
        headers: Response headers; Retry-After counts where the body holds no RetryInfo.
        model: Model asked for, named in the message.
        host: Host that answered, named in the message.
        now: The time, for a Retry-After that is a date.
        redact: Blots the key out of the provider's message.
        key_variable: Where the key is set, named in the advice.
    """
    try:
        body: Any = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    error = parse_error(status, body)
    advice = _advice(status, error, model, key_variable)
    return ProviderError(
        f"{host}: {_cut(redact(error.message))}{f' — {advice}' if advice else ''}",
        status=status,
        reason=error.reason,
        retryable=error.retryable,
        retry_after_s=_retry_after(headers, now) if error.retry_after_s is None else error.retry_after_s,
    )


def timeout_failure(host: str, timeout_s: float) -> ProviderError:
    """No whole answer in time."""
    return ProviderError(
        f"{host} did not answer within {timeout_s:g} s: try again later, or raise limits.timeout_s",
        reason="timeout",
        retryable=True,
    )


def connection_failure(
    host: str, error: Exception, *, variable: str = "GOOGLE_GEMINI_BASE_URL"
) -> ProviderError:
    """No connection, or one that broke before the whole answer was there."""
    detail = _cut(" ".join(str(error).split())) or type(error).__name__
    return ProviderError(
        f"no answer from {host} ({detail}): check the network and {variable}, then run again",
        reason="connection",
        retryable=True,
        # No connection, no request: nothing can have been billed.
        sent="Connect" not in type(error).__name__,
    )


def malformed_failure(host: str, error: Exception) -> ProviderError:
    """HTTP 200 with a body that is no JSON object."""
    detail = _cut(" ".join(str(error).split())) or type(error).__name__
    return ProviderError(
        f"{host} answered 200 with an unreadable body ({detail}): run again, or check the base URL",
        status=200,
        reason="malformed",
        retryable=True,
    )


def _advice(status: int, error: ProviderError, model: str, key_variable: str) -> str:
    if error.reason == "API_KEY_INVALID" or status == 401:
        return f"put a valid API key into {key_variable}"
    if status == 403:
        return f"let the key's project use the Gemini API and {model}, or use another key"
    if status == 404:
        return f"check the model id {model} in the experiment: misspelt, shut down or not open to this key"
    if status == 429 and not error.retryable and error.reason != "unknown":
        return "the daily quota is spent until midnight Pacific time: run again after that, nothing is lost"
    return ""


def _retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).timestamp() - now.timestamp())


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
