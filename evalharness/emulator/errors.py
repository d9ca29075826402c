"""Refusals in Google's error format.

    EmulatorError
        INVALID_ARGUMENT (400), PERMISSION_DENIED (403), NOT_FOUND (404),
        RESOURCE_EXHAUSTED (429), INTERNAL (500), UNAVAILABLE (503), DEADLINE_EXCEEDED (504)

Messages and details follow what real clients have reported in public issue threads and the real 404s among
the recorded traffic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_TYPE = "type.googleapis.com/google.rpc."
_SERVICE = "generativelanguage.googleapis.com"


class EmulatorError(Exception):
    """A request that gets an error body instead of an answer."""

    def __init__(
        self, code: int, status: str, message: str, details: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Keep what the body needs."""
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.details = tuple(details)

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = [dict(detail) for detail in self.details]
        return {"error": error}


def invalid_argument(message: str, field: str = "") -> EmulatorError:
    """400; with a field, a BadRequest detail names it."""
    violation = {"description": message, **({"field": field} if field else {})}
    details = [{"@type": _TYPE + "BadRequest", "fieldViolations": [violation]}] if field else []
    return EmulatorError(400, "INVALID_ARGUMENT", message, details)


def unknown_field(name: str, where: str) -> EmulatorError:
    """400 for a field that the protocol does not have; `where` is empty at the top level."""
    place = f" at '{where}'" if where else ""
    message = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
    detail: dict[str, Any] = {"@type": _TYPE + "BadRequest"}
    detail["fieldViolations"] = [{**({"field": where} if where else {}), "description": message}]
    return EmulatorError(400, "INVALID_ARGUMENT", message, [detail])


def unsupported(field: str) -> EmulatorError:
    """400 for a field that Google knows and this emulator does not act on."""
    return invalid_argument(f"{field} is not supported by this emulator")


def api_key_invalid() -> EmulatorError:
    """400 for a key that is not one."""
    message = "API key not valid. Please pass a valid API key."
    info = {
        "@type": _TYPE + "ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": _SERVICE},
    }
    localized = {"@type": _TYPE + "LocalizedMessage", "locale": "en-US", "message": message}
    return EmulatorError(400, "INVALID_ARGUMENT", message, [info, localized])


def missing_key() -> EmulatorError:
    """403 for a request without a key."""
    message = (
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API."
    )
    return EmulatorError(403, "PERMISSION_DENIED", message)


def model_not_found(model: str, version: str, method: str) -> EmulatorError:
    """404 for a model or a method the emulator does not have."""
    message = (
        f"models/{model} is not found for API version {version}, or is not supported for {method}. "
        "Call ModelService.ListModels to see the list of available models and their supported methods."
    )
    return EmulatorError(404, "NOT_FOUND", message)


def path_not_found() -> EmulatorError:
    """404 for a path that is none of the endpoints."""
    return EmulatorError(404, "NOT_FOUND", "The requested URL was not found on this server.")


def rate_limited(model: str, retry_delay_s: float) -> EmulatorError:
    """429 for a spent quota per minute, with the delay to wait."""
    delay = f"{retry_delay_s:g}s"
    metric = f"{_SERVICE}/generate_content_paid_tier_requests"
    message = (
        "You exceeded your current quota, please check your plan and billing details.\n"
        f"* Quota exceeded for metric: {metric}, limit: 1000, model: {model}\nPlease retry in {delay}."
    )
    violation = {
        "quotaMetric": metric,
        "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-PaidTier",
        "quotaDimensions": {"location": "global", "model": model},
        "quotaValue": "1000",
    }
    quota = {"@type": _TYPE + "QuotaFailure", "violations": [violation]}
    retry = {"@type": _TYPE + "RetryInfo", "retryDelay": delay}
    return EmulatorError(429, "RESOURCE_EXHAUSTED", message, [quota, retry])


def daily_quota_spent(model: str, limit: int) -> EmulatorError:
    """429 for a spent quota per day: no RetryInfo, for waiting a little is pointless."""
    metric = f"{_SERVICE}/generate_requests_per_model_per_day"
    message = (
        "You exceeded your current quota, please check your plan and billing details.\n"
        f"* Quota exceeded for metric: {metric}, limit: {limit}, model: {model}"
    )
    violation = {
        "quotaMetric": metric,
        "quotaId": "GenerateRequestsPerDayPerProjectPerModel",
        "quotaDimensions": {"location": "global", "model": model},
        "quotaValue": str(limit),
    }
    quota = {"@type": _TYPE + "QuotaFailure", "violations": [violation]}
    link = {"description": "Learn more", "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}
    return EmulatorError(
        429, "RESOURCE_EXHAUSTED", message, [{"@type": _TYPE + "Help", "links": [link]}, quota]
    )


def internal() -> EmulatorError:
    """500, worth a retry."""
    message = "An internal error has occurred. Please retry or report in the issue tracker."
    return EmulatorError(500, "INTERNAL", message)


def unavailable() -> EmulatorError:
    """503, worth a retry."""
    return EmulatorError(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")


def deadline_exceeded() -> EmulatorError:
    """504, worth a retry."""
    return EmulatorError(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.")
