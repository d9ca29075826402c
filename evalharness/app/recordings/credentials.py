"""What finds keys and tokens: a maintained scanner's rules, and our own for what it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from evalharness.core.privacy import Credential, FindCredentials, find_credentials

_LEFT_OUT = frozenset(
    {
        # Response ids and signatures look random, and a version looks like an address.
        "Base64 High Entropy String",
        "Hex High Entropy String",
        "Public IP (ipv4)",
        # "The password is the one you chose" is prose.
        "Secret Keyword",
    }
)
_REMEMBERED = 4096


def scanner() -> FindCredentials:
    """Return a finder of credentials: core.privacy's patterns, then detect-secrets' detectors of one form."""
    # Late: it imports an HTTP client, to ask providers whether a key still works, which is never done here.
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    known: dict[str, Any] = get_mapping_from_secret_type_to_class()
    detectors = [(what, known[what]()) for what in sorted(known) if what not in _LEFT_OUT]

    # Arms share their prompts, so most texts come several times.
    @lru_cache(maxsize=_REMEMBERED)
    def scan(text: str) -> tuple[Credential, ...]:
        found = list(find_credentials(text))
        for what, detector in detectors:
            found += [Credential(what=what, text=secret) for secret in detector.analyze_string(text)]
        return tuple(found)

    def find(text: str) -> Iterator[Credential]:
        yield from scan(text)

    return find
