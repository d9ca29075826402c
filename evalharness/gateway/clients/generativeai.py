"""Gemini through google-generativeai, for gateways that still run it. Importing this loads no SDK.

Support ended on 2025-11-30 (docs/decisions/0007-legacy-sdk.md). It keeps the wire alive, not the parsing: its
own objects lose thinking tokens and response ids, so answers are taken as the JSON that arrived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalharness.core.call import Reply
from evalharness.core.errors import BadInput
from evalharness.core.provenance import Delivery
from evalharness.gateway.clients.failures import malformed_failure
from evalharness.gateway.clients.headers import allowed_headers
from evalharness.gateway.clients.json_text import parse_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from evalharness.core.ports import Clock
    from evalharness.core.wire.request import ModelRequest
    from evalharness.gateway.clients.endpoint import Endpoint
    from evalharness.gateway.clients.keys import Secret

END_OF_SUPPORT = (
    "google-generativeai has had no support since 2025-11-30 and cannot carry a seed or a thinking level: "
    "use it to measure a gateway that still runs it, google-genai for everything else"
)
"""To be said once, by whoever chooses this client."""

_CARRIED = frozenset({"contents", "systemInstruction", "generationConfig"})
_CARRIED_CONFIG = {
    "maxOutputTokens": "max_output_tokens",
    "temperature": "temperature",
    "topP": "top_p",
    "topK": "top_k",
    "candidateCount": "candidate_count",
    "stopSequences": "stop_sequences",
    "responseMimeType": "response_mime_type",
}


class GoogleGenerativeaiClient:
    """One connection pool of `requests` under the old SDK, called in threads; makes each call once."""

    notice = END_OF_SUPPORT

    def __init__(self, *, endpoint: Endpoint, key: Secret, clock: Clock, timeout_s: float) -> None:
        """Load the SDK, which takes about a second, and prepare it; nothing is sent yet.

        The SDK keeps its settings for the whole process: use one of these clients at a time.

        Args:
            endpoint: Where to send.
            key: API key, sent as x-goog-api-key.
            clock: Source of latency and recording times.
            timeout_s: Longest time a call may take, connecting included, in seconds.

        Raises:
            BadInput: If the SDK is not installed.
        """
        try:
            # Late: the SDK takes a second to load, and is an extra.
            from evalharness.gateway.clients.generativeai_sdk import Connection, sdk_name  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise BadInput(
                f"google-generativeai is not installed ({error.name}): install evalharness[legacy-sdk]"
            ) from None
        self.name = sdk_name()
        self._endpoint = endpoint
        self._clock = clock
        self._connection = Connection(endpoint=endpoint, key=key, clock=clock, timeout_s=timeout_s)

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Make exactly one call.

        Raises:
            ProviderError: The provider refused or failed, or did not answer with JSON in time.
            BadInput: The SDK cannot carry a field of the request, which is named.
        """
        del draw  # It is part of the recording's name, which is all that tells draws apart without a seed.
        lost = uncarried(request.body)
        if lost:
            raise BadInput(f"{self.name} cannot carry {', '.join(lost)}: {_advice(lost)}")
        answer = await self._connection.send(request)
        try:
            body = parse_object(answer.content)
        except ValueError as error:
            raise malformed_failure(self._endpoint.host, error) from None
        return Reply(
            body=body,
            host=self._endpoint.host,
            headers=allowed_headers(answer.headers),
            latency_ms=round(answer.latency_ms, 3),
            recorded_at=f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            delivery=Delivery.LIVE,
            client=self.name,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        self._connection.close()


def uncarried(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of a request that the old SDK has no place for, sorted; needs no SDK."""
    lost = [key for key in body if key not in _CARRIED]
    lost += [
        f"generationConfig.{key}" for key in body.get("generationConfig") or {} if key not in _CARRIED_CONFIG
    ]
    return tuple(sorted(lost))


def sdk_config(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the generationConfig in the SDK's spelling."""
    config = body.get("generationConfig") or {}
    return {name: config[key] for key, name in _CARRIED_CONFIG.items() if key in config}


def _advice(lost: tuple[str, ...]) -> str:
    ways = {
        "generationConfig.seed": "gateway.send_seed = false",
        "generationConfig.thinkingConfig": "no thinking_level",
    }
    said = [ways[field] for field in lost if field in ways]
    declare = f"say {' and '.join(said)} in the experiment, or " if said else ""
    return f"{declare}use google-genai"
