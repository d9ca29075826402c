"""Approximate token counts, offline, for shares and budgets; bills use the provider's counts."""

from __future__ import annotations

import re

_HANGUL = re.compile(r"[가-힣]+")
_OTHER_WIDE = re.compile(r"[\u2e80-\uabff\uf900-\ufaff\U0001f000-\U0001faff]+")

HANGUL_TOKENS_PER_CHARACTER = 0.62
WIDE_TOKENS_PER_CHARACTER = 0.9
OTHER_TOKENS_PER_CHARACTER = 0.25


def approximate_tokens(text: str) -> int:
    """Return about how many tokens a Gemini tokenizer makes of the text; 0 only for empty text."""
    hangul = sum(map(len, _HANGUL.findall(text)))
    wide = 0 if text.isascii() else sum(map(len, _OTHER_WIDE.findall(text)))
    other = len(text) - hangul - wide
    estimate = (
        hangul * HANGUL_TOKENS_PER_CHARACTER
        + wide * WIDE_TOKENS_PER_CHARACTER
        + other * OTHER_TOKENS_PER_CHARACTER
    )
    return max(1, round(estimate)) if text else 0
