"""Foreign text reduced to what can be seen: for a terminal, a log line, a table.

A provider's error message, a model's answer or an authored name may carry terminal sequences, bidi controls,
zero-width characters or line breaks. None of them may reach a reader as anything but visible text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.DOTALL)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, formats (bidi and zero-width marks among them), surrogates, private and unassigned characters."""
_EMPTY = frozenset("\u115f\u1160\u3164\uffa0\u2800\u00ad\u034f\u17b4\u17b5")
"""Letters and signs that have no ink: fillers, which could pass for an empty cell or a space."""
_MOST_MARKS = 4
"""Combining marks on one letter; more of them paint over the lines above and below."""
_PLAIN = re.compile(r"[ -~가-힣·…–—−∼≤≥→×‘’“”€£₩]*")
"""Blanks and signs with ink that most texts consist of: nothing is to be looked at one by one."""


def clean(text: str, *, limit: int | None = None) -> str:
    """Return the text on one line without anything invisible, cut to `limit` characters.

    Terminal sequences, control and bidi characters go; every kind of white space becomes one space.
    """
    line = " ".join(_visible(text).split())
    return line if limit is None else shorten(line, limit)


def printable(text: str) -> str:
    """Return the text as a terminal may have it: its line breaks and blanks stay, nothing invisible does."""
    return "\n".join(_visible(line) for line in text.split("\n"))


def clean_lines(text: str, *, limit: int | None = None) -> str:
    """Return the text with its line breaks, everything else as `clean`; empty lines at both ends go."""
    lines = (" ".join(_visible(line).split()) for line in text.splitlines())
    whole = "\n".join(lines).strip("\n")
    return whole if limit is None else shorten(whole, limit)


def shorten(text: str, limit: int) -> str:
    """Return at most so many characters, the last one an ellipsis where something was cut off."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _visible(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    without = _ANSI.sub("", text)
    kept: list[str] = []
    marks = 0
    for char in without:
        kind = _kind(char)
        marks = marks + 1 if kind == "mark" else 0
        if kind == "space":
            kept.append(" ")
        elif kind == "ink" or (kind == "mark" and marks <= _MOST_MARKS):
            kept.append(char)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    """Return space, mark, ink or hidden."""
    category = unicodedata.category(char)
    if char.isspace():
        return "space"
    if category in _HIDDEN or char in _EMPTY:
        return "hidden"
    return "mark" if category in {"Mn", "Me"} else "ink"
