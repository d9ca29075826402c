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

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "‘’ʼ＇`´"), "'") | dict.fromkeys(map(ord, "“”＂"), '"')
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,]*\d)")
_HANGUL = re.compile(r"[가-힣ㄱ-ㆎ]")
_PLURAL = re.compile(r"(?<=[a-rt-z]{3})s$")
_SCRIPT_CHANGE = re.compile(r"(?<=[가-힣])(?=[0-9a-z])|(?<=[0-9a-z])(?=[가-힣])")


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return text in the form in which surface forms are compared.

    NFKC, case-folded, one kind of dash and quote, no thousands separators, single spaces.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_DASHES).translate(_QUOTES)
    joined = _THOUSANDS.sub(lambda match: match.group(1).replace(",", ""), folded)
    return " ".join(joined.split())


@lru_cache(maxsize=65536)
def _pattern(form: str) -> re.Pattern[str]:
    text = _PLURAL.sub("", normalise(form))  # the boundary below allows it again
    if _HANGUL.search(text):
        # Korean spacing varies where words meet, and between figures and their units.
        pieces = [piece for word in text.split() for piece in _SCRIPT_CHANGE.split(word)]
        gap = r"\s*"
    else:
        pieces = re.split(r"[\s-]+", text)
        gap = r"[\s-]+"
    body = gap.join(re.escape(piece) for piece in pieces if piece)
    return re.compile(_left_boundary(text) + body + _right_boundary(text))


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
    return all(_pattern(part).search(haystack) for part in parts)


def find_any(forms: tuple[Form, ...], text: str) -> bool:
    """Tell whether at least one of the surface forms occurs in the text."""
    return any(find_form(form, text) for form in forms)
