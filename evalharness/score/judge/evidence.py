"""Whether a quoted passage really is in the answer."""

from __future__ import annotations

import re
from functools import lru_cache

from evalharness.core.text import normalise

SHORTEST = 4
"""Characters, spaces aside, below which a passage is no evidence: it would be found in any answer."""

_ELLIPSIS = re.compile(r"\s*(?:\.{3,}|…|\[\.\.\.\])\s*")
_LAYOUT = re.compile(r"[\s*_`#>~|\-•·\"'()\[\]]+")


def is_in(quote: str, answer: str) -> bool:
    """Tell whether a passage stands in an answer.

    Spaces, quotation marks, dashes, brackets and Markdown do not matter; letters, digits and their order do.
    A passage with an ellipsis stands if its pieces do, one after the other.

    Args:
        quote: As the judge copied it.
        answer: The answer, with or without its Markdown.
    """
    pieces = [squeezed for piece in _ELLIPSIS.split(quote) if (squeezed := _squeeze(piece))]
    text = _squeeze(answer)
    start = 0
    for piece in pieces:
        found = text.find(piece, start)
        if len(piece) < SHORTEST or found < 0:
            return False
        start = found + len(piece)
    return bool(pieces)


@lru_cache(maxsize=4096)
def _squeeze(text: str) -> str:
    return _LAYOUT.sub("", normalise(text))
