"""Matching of surface forms in Korean and English text: exact on numbers, tolerant of spacing and particles.

Pure functions without state that could change a result; compiled patterns are memoised because the same
forms are looked for in hundreds of answers.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TypeAlias

Form: TypeAlias = str | tuple[str, ...]
"""One acceptable surface form; a tuple means that all its parts must occur."""

_SAME = {
    ord(sign): plain
    for signs, plain in (("‐‑‒–—−﹣－", "-"), ("‘’ʼ＇`´", "'"), ("“”＂", '"'))
    for sign in signs
}
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,]*\d)")
_HANGUL = re.compile(r"[가-힣ㄱ-ㆎ]")
_PLURAL = re.compile(r"(?<=[a-rt-z]{3})s$")
_SCRIPT_CHANGE = re.compile(r"(?<=[가-힣])(?=[0-9a-z])|(?<=[0-9a-z])(?=[가-힣])")


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return text in the form in which surface forms are compared.

    NFKC, case-folded, one kind of dash and quote, no thousands separators, single spaces.
    """
    return _fold(text)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_SAME)
    joined = _THOUSANDS.sub(lambda match: match.group(1).replace(",", ""), folded)
    return " ".join(joined.split())


@lru_cache(maxsize=65536)
def _pieces(form: str) -> tuple[str, ...]:
    """Return the texts that must occur, one after another, wherever the form occurs."""
    text = _bare(form)
    if _HANGUL.search(text):
        # Korean spacing varies where words meet, and between figures and their units.
        pieces = [piece for word in text.split() for piece in _SCRIPT_CHANGE.split(word)]
    else:
        pieces = re.split(r"[\s-]+", text)
    return tuple(piece for piece in pieces if piece) or (text,)


@lru_cache(maxsize=65536)
def _pattern(form: str) -> re.Pattern[str]:
    text = _bare(form)
    gap = r"\s*" if _HANGUL.search(text) else r"[\s-]+"
    body = gap.join(map(re.escape, _pieces(form)))
    return re.compile(_left_boundary(text) + body + _right_boundary(text))


def _bare(form: str) -> str:
    return _PLURAL.sub("", _fold(form))  # the boundary below allows it again


def _occurs(form: str, haystack: str) -> bool:
    # Most forms are not there, and plain search says so before a pattern is compiled. Where the first piece
    # stands, the pattern is tried: a pattern that begins by looking back would try every character.
    pieces = _pieces(form)
    if not all(piece in haystack for piece in pieces):
        return False
    match, at = _pattern(form).match, haystack.find(pieces[0])
    while at >= 0:
        if match(haystack, at):
            return True
        at = haystack.find(pieces[0], at + 1)
    return False


def _left_boundary(text: str) -> str:
    if text[:1].isdigit():
        return r"(?<!\d)(?<!\d[.,])"
    return r"(?<![a-z0-9])" if text[:1].isascii() and text[:1].isalpha() else ""


def _right_boundary(text: str) -> str:
    if text[-1:].isdigit():
        return r"(?!\d)(?![.,]\d)"
    return r"(?:'?s)?(?![a-z0-9])" if text[-1:].isascii() and text[-1:].isalpha() else ""


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
    parts = (form,) if isinstance(form, str) else form
    if not parts or not all(part.strip() for part in parts):
        raise ValueError("a surface form must not be empty")
    haystack = normalise(text)
    return all(_occurs(part, haystack) for part in parts)


def find_any(forms: tuple[Form, ...], text: str) -> bool:
    """Tell whether at least one of the surface forms occurs in the text."""
    return any(find_form(form, text) for form in forms)
