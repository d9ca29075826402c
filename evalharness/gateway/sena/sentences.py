"""Text into pieces that a reader would call whole: sentences, lines and fenced code.

Whether two pieces part depends on the left piece alone: so dropping pieces never changes how the rest splits,
and a compressed text splits into the very pieces that were kept.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

import regex

# A fence opens at the start of a line; a tilde fence must close, for ~~~ is also a way of sighing in Korean.
# Any white space may stand around it: which one does can change when the text between is dropped.
_FENCE = re.compile(
    r"^[^\S\n]*(?:(?P<ticks>`{3,})[^`\n]*(?:\n(?:.*?\n)?[^\S\n]*(?P=ticks)`*[^\S\n]*$|(?:\n.*)?\Z)"
    r"|(?P<tildes>~{3,})[\w+#.-]*[^\S\n]*\n(?:.*?\n)?[^\S\n]*(?P=tildes)~*[^\S\n]*$)",
    re.MULTILINE | re.DOTALL,
)
_CLOSERS = r"""["'”’」』》)\]]*"""
_END = re.compile(rf"((?<![.!?…])[.!?…]++{_CLOSERS}(?=\s)|[。！？]+{_CLOSERS})\s*")
# A full stop after these does not end a sentence: titles, list numbers, dates such as 2026. 11. 22.
_NO_END = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|vs|e\.g|i\.e|etc|approx|dept|fig|eq|inc|ltd|co|jr|sr|[a-z])"
    r"|(?:^|\s)\d{1,4})\.$",
    re.IGNORECASE,
)
_LONGEST_NO_END = 10
_QUOTES = {'"': '"', "“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "`": "`"}
_OPENER = re.compile(f"[{''.join(_QUOTES)}]")
# Only line feeds end lines, as for fences; form feeds and their like are white space.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE_MARKS = ("```", "~~~")
_CONTINUES = regex.compile(r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]")


def split_text(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text in order, and whether each is a fenced code block.

    Joined, the pieces are the text. None ends inside a code block, a quotation on one line, a number, a date
    written with full stops, or a grapheme. An unclosed fence of backticks reaches to the end of the text.
    """
    position = 0
    for fence in _FENCE.finditer(text):
        yield from ((piece, False) for piece in _sentences(text[position : fence.start()]))
        yield fence.group(), True
        position = fence.end()
    yield from ((piece, False) for piece in _sentences(text[position:]))


def quotations(text: str) -> list[str]:
    """Return what is quoted, or set as inline code, with its marks; marks pair up within a line."""
    return [line[start:end] for line in _LINE.findall(text) for start, end in _quoted(line)]


def leading_space(text: str) -> int:
    """Return how many characters of white space can be taken off the start without splitting a grapheme."""
    space = len(text) - len(text.lstrip())
    # A combining mark clings to the space before it.
    return space - 1 if space and _clings(text, space) else space


def _sentences(text: str) -> Iterator[str]:
    for line in _LINE.findall(text):
        for start, stop in pairwise([0, *_stops(line), len(line)]):
            if start < stop:
                yield line[start:stop]


def _stops(line: str) -> Iterator[int]:
    """Yield where the sentences of a line end, the white space after them included."""
    quoted = _quoted(line)
    openings = [opened for opened, _ in quoted]
    start = 0
    for end in _END.finditer(line):
        stop, mark = end.end(), end.end(1)
        before = bisect_left(openings, stop) - 1
        inside_quotation = before >= 0 and stop < quoted[before][1]
        if (
            inside_quotation
            or _NO_END.search(line[max(start, mark - _LONGEST_NO_END) : mark])
            or _clings(line, stop)
            # A fence in the middle of a line is none; dropping what stands before must not make it one.
            or line.startswith(_FENCE_MARKS, stop)
        ):
            continue
        yield stop
        start = stop


def _quoted(line: str) -> list[tuple[int, int]]:
    """Return where quotations of a line begin and end; a mark that nothing closes is none."""
    found: list[tuple[int, int]] = []
    position = 0
    unclosed: set[str] = set()
    while opener := _OPENER.search(line, position):
        position = opener.end()
        if opener.group() in unclosed:
            continue
        close = line.find(_QUOTES[opener.group()], position)
        if close < 0:
            unclosed.add(opener.group())
        else:
            position = close + 1
            found.append((opener.start(), position))
    return found


def _clings(text: str, index: int) -> bool:
    """Tell whether the character at an index belongs to the grapheme before it."""
    # A line end never carries a mark, a space does.
    return (
        0 < index < len(text)
        and _CONTINUES.match(text[index]) is not None
        and unicodedata.category(text[index - 1]) == "Zs"
    )
