"""Splitting Korean and English prose into sentences; code blocks stay whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^[ \t]*```.*?(?:^[ \t]*```[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[-*•·▪]|\d{1,2}[.)])\s+")
_END = re.compile(r"""[.!?…。]+["'”’»)\]」』]*(?=\s)""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|mr|mrs|ms|dr|prof|st|vs|etc|approx|no|e\.g|i\.e|a\.m|p\.m|jr|sr|fig|dept|inc|ltd|co)|\d)\.$",
    re.IGNORECASE,
)

_KOREAN_DATE = re.compile(r"\d{4}\. ?\d{1,2}\. ?\d{1,2}\.$")


def split_sentences(text: str) -> Iterator[str]:
    """Yield sentences and whole code blocks in order, without bullets and surrounding space."""
    start = 0
    for fence in _FENCE.finditer(text):
        yield from _prose(text[start : fence.start()])
        yield fence.group().strip("\n")
        start = fence.end()
    yield from _prose(text[start:])


def _prose(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from _line(_BULLET.sub("", line).strip())


def _line(line: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(line):
        if _joins(line, end):
            continue
        yield line[start : end.end()].strip()
        start = end.end()
    if rest := line[start:].strip():
        yield rest


def _joins(line: str, end: re.Match[str]) -> bool:
    """Whether a full stop belongs to an abbreviation, an initial or a date such as 2024. 3. 5."""
    if end.group() != "." or not _ABBREVIATION.search(line[: end.end()]):
        return False
    following = line[end.end() :].lstrip()[:1]
    if line[end.start() - 1].isdigit():
        return following.isdigit() or bool(_KOREAN_DATE.search(line[: end.end()]))
    if re.search(r"\b[ap]\.m\.$|\betc\.$", line[: end.end()], re.IGNORECASE):
        return not following.isupper()
    return True
