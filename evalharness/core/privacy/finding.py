"""What is personal in a text, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from evalharness.core.privacy.contacts import emails, phones
from evalharness.core.privacy.names import NameList
from evalharness.core.privacy.numbers import accounts, cards, residents


class Kind(StrEnum):
    """What a piece of personal text is. Where two overlap, the earlier kind here wins."""

    EMAIL = "e-mail address"
    RESIDENT = "resident number"
    CARD = "card number"
    PHONE = "phone number"
    ACCOUNT = "account number"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """One piece of personal text."""

    kind: Kind
    start: int
    end: int
    text: str

    def __str__(self) -> str:
        """Return what it is, without what it says."""
        article = "an" if self.kind.value[0] in "aeiou" else "a"
        return f"{article} {self.kind.value}"


_FINDERS = (
    (Kind.EMAIL, emails),
    (Kind.RESIDENT, residents),
    (Kind.CARD, cards),
    (Kind.PHONE, phones),
    (Kind.ACCOUNT, accounts),
)


@dataclass(frozen=True)
class PersonalText:
    """Finds people's names (by a list), e-mail addresses, and phone, resident, card and account numbers."""

    names: tuple[str, ...] = ()
    """Names to find, each as people write it; a name that is also a word is found wherever the word is."""
    allowed: frozenset[str] = frozenset()
    """Texts that belong to nobody, such as a service's own hotline: never found."""

    @cached_property
    def _names(self) -> NameList:
        return NameList(self.names)

    def find(self, text: str) -> tuple[Personal, ...]:
        """Return what is personal in a text, in order, without overlaps."""
        found = [
            Personal(kind=kind, start=start, end=end, text=text[start:end])
            for kind, find in (*_FINDERS, (Kind.NAME, self._names.find))
            for start, end in find(text)
        ]
        return _apart(item for item in found if item.text not in self.allowed)


def _apart(found: Iterable[Personal]) -> tuple[Personal, ...]:
    """Keep the first kind of what overlaps; the sort is stable, so kinds stay in their order."""
    kept: list[Personal] = []
    for item in found:
        if all(item.end <= other.start or other.end <= item.start for other in kept):
            kept.append(item)
    return tuple(sorted(kept, key=lambda item: item.start))
