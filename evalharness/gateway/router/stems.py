"""What a message is read into: its stems, and the parts of a long one that are read at all.

Stems stand in for lemmas: a Korean word gives its beginnings and its inner syllable pairs and triples, an
English one itself and its first five letters. Kiwi's lemmas were one to two points better and
take seconds to load (docs/router.md), so they were left out.
"""

from __future__ import annotations

import re
from itertools import pairwise

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[가-힣]+|[?!]")
_ENGLISH_STEM = 5
HALF_WINDOW = 300


def fold(text: str) -> str:
    """Return readable text in the one spelling that cues and stems are written in."""
    return text.casefold().replace("’", "'")


def stems(folded: str) -> frozenset[str]:
    """Return the distinct stems and word pairs of a case-folded message."""
    words = _WORD.findall(folded)
    found: set[str] = {f"{left} {right}" for left, right in pairwise(words)}
    for word in words:
        if not "가" <= word[0] <= "힣":
            found |= {word, word[:_ENGLISH_STEM]}
            continue
        found |= {f"^{word[:2]}", f"^{word[:3]}"}
        found |= {word[i : i + size] for size in (2, 3) for i in range(len(word) - size + 1)}
    return frozenset(found)


def window(text: str, half: int = HALF_WINDOW) -> str:
    """Return the text, or its beginning and end: so much is enough to route, and the time stays bounded."""
    return text if len(text) <= 2 * half else f"{text[:half]}\n{text[-half:]}"
