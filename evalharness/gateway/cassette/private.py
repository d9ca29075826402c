"""Keys and people's text in recordings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from evalharness.core.privacy.redact import NOT_PROSE
from evalharness.gateway.cassette.checks import texts_of
from evalharness.gateway.cassette.finding import Check, Finding

if TYPE_CHECKING:
    from evalharness.core.privacy import Personal
    from evalharness.gateway.cassette.finding import Standard
    from evalharness.gateway.cassette.interaction import Interaction

_REMEMBERED = 8192


class PrivateText:
    """Looks for what must not stand in a recording; remembers texts, since arms share their prompts."""

    def __init__(self, standard: Standard) -> None:
        """Take what to look for."""
        self._standard = standard
        self._personal = lru_cache(maxsize=_REMEMBERED)(self._find_personal)

    def check(self, item: Interaction) -> Iterator[Finding]:
        """Yield the keys and people's text in a recording; messages do not repeat them whole."""
        name = f"{item.key}.json"
        yield from self._secrets(item, name)
        if self._standard.real and item.redacted is None:
            message = "the dataset is real, and this was recorded without redaction"
            yield Finding(check=Check.PERSONAL, file=name, message=message)
        bodies = (("request.body", item.request_body), ("response.body", item.response_body))
        for where, text in (pair for top, body in bodies for pair in texts_of(body, top)):
            if where.rpartition(".")[2] in NOT_PROSE:
                continue
            for found in self._personal(text):
                # Invented cases may be answered with a public hotline; of people's text nothing may be left.
                yield Finding(
                    check=Check.PERSONAL,
                    file=name,
                    message=f"{where} holds {found}",
                    warning=self._standard.real is False,
                )

    def _secrets(self, item: Interaction, name: str) -> Iterator[Finding]:
        around = {"path": item.path, "host": item.host, "client": item.client, "headers": item.headers}
        parts = (("request.body", item.request_body), ("response.body", item.response_body), ("", around))
        for where, text in (pair for top, part in parts for pair in texts_of(part, top)):
            for found in self._standard.find_credentials(text):
                message = f"{where.lstrip('.')} holds {found.shown}, in the form of: {found.what}"
                yield Finding(check=Check.SECRET, file=name, message=message)

    def _find_personal(self, text: str) -> tuple[Personal, ...]:
        return self._standard.personal.find(unicodedata.normalize("NFC", text))
