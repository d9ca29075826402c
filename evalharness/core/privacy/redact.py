"""Replacing what is personal by what it is."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evalharness.core.privacy.finding import Kind, Personal, PersonalText

_HANGUL = re.compile(r"[가-힣]")
_LABELS: Mapping[Kind, tuple[str, str]] = {
    Kind.EMAIL: ("이메일", "email"),
    Kind.RESIDENT: ("주민번호", "resident number"),
    Kind.CARD: ("카드번호", "card number"),
    Kind.PHONE: ("전화", "phone"),
    Kind.ACCOUNT: ("계좌", "account"),
    Kind.NAME: ("이름", "name"),
}
NOT_PROSE = frozenset({"responseId", "modelVersion", "thoughtSignature", "id", "model", "createTime", "role"})
"""Keys of a response whose values are the provider's own, which no person wrote."""


@dataclass(slots=True)
class Pseudonyms:
    """Numbers what is replaced, so that two people stay two people and one stays one."""

    korean: bool
    counts: Counter[Kind] = field(default_factory=Counter)
    """How many pieces of each kind were replaced."""
    _numbers: dict[tuple[Kind, str], int] = field(default_factory=dict)

    def __call__(self, item: Personal) -> str:
        """Return what stands for a piece of personal text."""
        self.counts[item.kind] += 1
        same = (item.kind, "".join(item.text.casefold().split()))
        used = sum(kind is item.kind for kind, _ in self._numbers)
        number = self._numbers.setdefault(same, used + 1)
        return f"[{label(item.kind, korean=self.korean)}{number}]"


def label(kind: Kind, *, korean: bool) -> str:
    """Return the word that stands for a kind."""
    ko, en = _LABELS[kind]
    return ko if korean else en


def redact_text(text: str, personal: PersonalText, replace: Callable[[Personal], str]) -> str:
    """Return a text with everything personal replaced; nothing personal is found in what is returned."""
    text = unicodedata.normalize("NFC", text)
    # What replaces is shorter, so a word that tells what a number is can come into its reach: look again.
    while found := personal.find(text):
        parts, at = [], 0
        for item in found:
            parts += [text[at : item.start], replace(item)]
            at = item.end
        text = "".join([*parts, text[at:]])
    return text


def redact_json(value: Any, personal: PersonalText) -> tuple[Any, Counter[Kind]]:
    """Return a provider's JSON with everything personal in its texts replaced, and how much that was.

    Pieces carry no number here: a model that was sent redacted text cannot mean somebody in particular.
    """
    counts: Counter[Kind] = Counter()

    def replace(item: Personal, *, korean: bool) -> str:
        counts[item.kind] += 1
        return f"[{label(item.kind, korean=korean)}]"

    def walk(part: Any) -> Any:
        if isinstance(part, str):
            korean = bool(_HANGUL.search(part))
            return redact_text(part, personal, lambda item: replace(item, korean=korean))
        if isinstance(part, Mapping):
            return {key: item if key in NOT_PROSE else walk(item) for key, item in part.items()}
        if isinstance(part, list | tuple):
            return [walk(item) for item in part]
        return part

    return walk(value), counts
