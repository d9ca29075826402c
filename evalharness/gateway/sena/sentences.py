"""Text into pieces that a reader would call whole: sentences, lines and fenced code."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise

import regex

_FENCE = re.compile(
    r"^[ \t]*(?P<mark>`{3,}|~{3,}).*?(?:^[ \t]*(?P=mark)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_END = re.compile(r"""(?:[.!?…]+["'”’」』》)\]]*(?=\s)|[。！？]+["'”’」』》)\]]*)\s*""")
# A full stop after these does not end a sentence.
_ABBREVIATION = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof|st|no|vs|e\.g|i\.e|etc|approx|dept|fig|eq|inc|ltd|co|jr|sr|[a-z])\.$",
    re.IGNORECASE,
)
_FIGURE_STOP = re.compile(r"\d\.$")
_QUOTATION = re.compile(r'"[^"]*"|“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|《[^》]*》|`[^`]*`')
_CONTINUES = regex.compile(r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]")


def split_text(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text in order, and whether each is a fenced code block.

    Joined, the pieces are the text. No piece ends inside a code block, a quotation on one line, a number, a
    date written with full stops, or a grapheme. An unclosed fence reaches to the end of the text.
    """
    position = 0
    for fence in _FENCE.finditer(text):
        yield from ((piece, False) for piece in _sentences(text[position : fence.start()]))
        yield fence.group(), True
        position = fence.end()
    yield from ((piece, False) for piece in _sentences(text[position:]))


def find_quotations(text: str) -> list[str]:
    """Return what is quoted or set as inline code, with its marks; quotation marks pair within a line."""
    return [match.group() for line in text.splitlines() for match in _QUOTATION.finditer(line)]


def strip_start(text: str) -> int:
    """Return how much white space can be taken off the start without splitting a grapheme."""
    space = len(text) - len(text.lstrip())
    # A combining mark clings to the space before it.
    return space - 1 if space and _clings(text, space) else space


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        stops = [stop for stop in _stops(line) if 0 < stop < len(line)]
        for start, stop in pairwise([0, *stops, len(line)]):
            yield line[start:stop]


def _stops(line: str) -> Iterator[int]:
    """Yield where sentences of a line end, white space included."""
    ends = list(_END.finditer(line))
    if not ends:
        return
    quotations = [match.span() for match in _QUOTATION.finditer(line)]
    opened = [start for start, _ in quotations]
    closed = list(accumulate((end for _, end in quotations), max))
    for end in ends:
        sentence = line[: end.end()].rstrip()
        if _ABBREVIATION.search(sentence) or _FIGURE_STOP.search(sentence):
            continue
        quotation = bisect_right(opened, end.start()) - 1
        if quotation >= 0 and end.end() < closed[quotation]:
            continue
        if not _clings(line, end.end()):
            yield end.end()


def _clings(text: str, index: int) -> bool:
    """Tell whether the character at an index belongs to the grapheme before it."""
    # Line ends and other controls never carry marks.
    return index < len(text) and _CONTINUES.match(text[index]) is not None and text[index - 1] not in "\r\n\v\f"
