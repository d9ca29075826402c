"""E-mail addresses and phone numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
# Names that can belong to nobody (RFC 2606 and 6761).
_RESERVED_MAIL = re.compile(
    r"@(?:.+\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", re.IGNORECASE
)
# Seven figures in a row, whatever stands between them: no shorter number is a phone's. Loading the numbering
# plans takes longer than reading most texts, and most texts have none.
_ENOUGH_FIGURES = re.compile(r"\d(?:[^\w\n]{0,3}\d){6}")
_REGIONS = ("KR", "US")
"""How a number without a country code is read."""


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Yield where e-mail addresses stand; reserved domains (example.com and the like) pass."""
    for match in _EMAIL.finditer(text):
        if not _RESERVED_MAIL.search(match.group()):
            yield match.span()


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Yield where phone numbers stand that exist by the numbering plans that `phonenumbers` holds."""
    if not _ENOUGH_FIGURES.search(text):
        return
    import phonenumbers  # noqa: PLC0415 - forty milliseconds that most texts do not need

    seen: set[tuple[int, int]] = set()
    for region in _REGIONS:
        matcher = phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.VALID)
        for match in matcher:
            if (match.start, match.end) not in seen:
                seen.add((match.start, match.end))
                yield match.start, match.end
