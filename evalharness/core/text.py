"""Matching of surface forms in Korean and English text: exact on numbers, tolerant of spacing and particles.

Pure functions without state that could change a result; what a form looks like is memoised because the same
forms are looked for in hundreds of answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Form: TypeAlias = str | tuple[str, ...]
"""One acceptable surface form; a tuple means that all its parts must occur."""

_PLAIN = {
    sign: plain for signs, plain in (("‐‑‒–—−﹣－", "-"), ("‘’ʼ＇`´", "'"), ("“”＂", '"')) for sign in signs
}
_SIGN = re.compile(f"[{''.join(_PLAIN)}]")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,]*\d)")
_HANGUL = re.compile(r"[가-힣ㄱ-ㆎ]")
_PLURAL = re.compile(r"(?<=[a-rt-z]{3})s$")
_EMPTY = "a surface form must not be empty"
_GAP = re.compile(r"[ -]+")
_LATIN = re.compile(r"[a-z0-9]")
_SCRIPT_CHANGE = re.compile(r"(?<=[가-힣])(?=[0-9a-z])|(?<=[0-9a-z])(?=[가-힣])")


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return text in the form in which surface forms are compared.

    NFKC, case-folded, one kind of dash and quote, no thousands separators, single spaces.
    """
    return _fold(text)


def _fold(text: str) -> str:
    folded = _SIGN.sub(lambda match: _PLAIN[match[0]], unicodedata.normalize("NFKC", text).casefold())
    joined = _THOUSANDS.sub(lambda match: match.group(1).replace(",", ""), folded)
    return " ".join(joined.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What a surface form looks like in normalised text."""

    pieces: tuple[str, ...]
    """Must occur one after another."""
    gap: str
    """Signs that may stand between them, any number of them."""
    apart: bool
    """Whether at least one of these signs must."""
    first: str
    """number, word or other: what may not go on before the form."""
    last: str
    """The same, behind it."""


@lru_cache(maxsize=65536)
def _shape(form: str) -> _Shape:
    if not form.strip():
        raise ValueError(_EMPTY)
    text = _PLURAL.sub("", _fold(form))  # what may follow a word allows it again
    korean = bool(_HANGUL.search(text))
    if korean:
        # Korean spacing varies where words meet, and between figures and their units.
        pieces = [piece for word in text.split() for piece in _SCRIPT_CHANGE.split(word)]
    else:
        pieces = _GAP.split(text)
    return _Shape(
        pieces=tuple(piece for piece in pieces if piece) or (text,),
        gap=" " if korean else " -",
        apart=not korean,
        first=_kind(text[:1]),
        last=_kind(text[-1:]),
    )


def _kind(sign: str) -> str:
    if sign.isdigit():
        return "number"
    return "word" if sign.isascii() and sign.isalpha() else "other"


@lru_cache(maxsize=65536)
def _pieces(form: Form) -> tuple[str, ...]:
    """Return all that must stand somewhere for a form to occur."""
    parts = (form,) if isinstance(form, str) else form
    if not parts:
        raise ValueError(_EMPTY)
    return tuple(piece for part in parts for piece in _shape(part).pieces)


def _occurs(form: str, haystack: str) -> bool:
    # By hand: compiling a pattern for each form takes longer than looking for it in every answer.
    shape = _shape(form)
    at = haystack.find(shape.pieces[0])
    while at >= 0:
        end = _end(shape, haystack, at)
        begins = end >= 0 and _begins(shape.first, haystack[max(0, at - 2) : at])
        if begins and _ends(shape.last, haystack[end : end + 3]):
            return True
        at = haystack.find(shape.pieces[0], at + 1)
    return False


def _end(shape: _Shape, haystack: str, at: int) -> int:
    """Return where a form ends that begins here, -1 if it does not."""
    end = at + len(shape.pieces[0])
    for piece in shape.pieces[1:]:
        begin = end
        while haystack[begin : begin + 1] and haystack[begin] in shape.gap:
            begin += 1
        if (shape.apart and begin == end) or not haystack.startswith(piece, begin):
            return -1
        end = begin + len(piece)
    return end


def _begins(kind: str, before: str) -> bool:
    """Tell whether a form may begin after these two signs: no number or word may run into it."""
    if kind == "number":
        return not before[-1:].isdecimal() and not (before[-1:] in (",", ".") and before[0].isdecimal())
    return kind == "other" or not _LATIN.match(before[-1:])


def _ends(kind: str, behind: str) -> bool:
    """Tell whether a form may end before these three signs; a word may have its plural or genitive s."""
    if kind == "number":
        return not behind[:1].isdecimal() and not (behind[:1] in (",", ".") and behind[1:2].isdecimal())
    if kind == "other":
        return True
    rests = [behind.removeprefix(ending) for ending in ("'s", "s", "") if behind.startswith(ending)]
    return any(not _LATIN.match(rest) for rest in rests)


def find_form(form: Form, text: str) -> bool:
    """Tell whether a surface form occurs in the text.

    Args:
        form: A string, or a tuple of strings that must all occur, in any order.
        text: Raw text in Korean, English or both.

    Returns:
        True if it occurs. Spaces inside Korean forms, and between figures and Korean units, are optional
        and whatever follows them (particles) is ignored; Latin words match whole, singular or plural;
        digits never match inside a longer number.

    Raises:
        ValueError: If the form is empty.
    """
    return _found(form, normalise(text))


def find_any(forms: tuple[Form, ...], text: str) -> bool:
    """Tell whether at least one of the surface forms occurs in the text.

    Raises:
        ValueError: If one that is looked for is empty.
    """
    haystack = normalise(text)
    return any(_found(form, haystack) for form in forms)


def first_with(forms: tuple[Form, ...], texts: Sequence[str]) -> int | None:
    """Return the position of the first normalised text in which at least one of the surface forms occurs.

    Raises:
        ValueError: If one that is looked for is empty.
    """
    return next((at for at, text in enumerate(texts) if any(_found(form, text) for form in forms)), None)


def _found(form: Form, haystack: str) -> bool:
    # First what rules most forms out at once.
    for piece in _pieces(form):
        if piece not in haystack:
            return False
    if isinstance(form, str):
        return _occurs(form, haystack)
    return all(_occurs(part, haystack) for part in form)
