"""Keeps people's text out of what is sent and out of what is handed on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evalharness.core.errors import IntegrityError
from evalharness.core.privacy import redact_json

if TYPE_CHECKING:
    from evalharness.core.call import Reply
    from evalharness.core.ports import ModelClient
    from evalharness.core.privacy import PersonalText
    from evalharness.core.wire.request import ModelRequest


class RedactingClient:
    """A live client whose answers hold nothing personal that can be found, for runs that are not recorded.

    Cases are redacted when they are read, so that the digest of a request names what was really sent. This
    looks once more before anything leaves: a template, for instance, is not read as a case.
    """

    def __init__(self, client: ModelClient, personal: PersonalText) -> None:
        """Wrap a live client."""
        self.name = client.name
        self._client = client
        self._personal = personal

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Fetch one answer and replace what is personal in it.

        Raises:
            IntegrityError: The request holds personal text; nothing was sent.
            ProviderError: The provider refused or failed.
        """
        refuse_personal(request, self._personal)
        reply = await self._client.complete(request, draw=draw)
        body, _ = redact_json(reply.body, self._personal)
        return replace(reply, body=body)

    async def aclose(self) -> None:
        """Close the live client."""
        await self._client.aclose()


def refuse_personal(request: ModelRequest, personal: PersonalText) -> None:
    """Stop a request that holds what a real dataset must not send.

    Raises:
        IntegrityError: Saying what it is and in which part, not what it says.
    """
    for where, text in (("system text", request.system), *((m.role, m.text) for m in request.messages)):
        for found in personal.find(text):
            raise IntegrityError(
                f"not sent: the {where} of a request holds {found}, and the dataset is real; take it out of "
                "the template, or list it under allow in the dataset's description if it belongs to nobody"
            )
