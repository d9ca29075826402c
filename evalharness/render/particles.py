"""Korean particles that fit the word before them: 은/는, 이/가, 을/를, 과/와, 으로/로, 이나/나, 이라/라.

Messages write both forms, 은(는), because what stands before is known only when the message is filled. What
is read aloud decides: the last syllable of a word, the last digit of a number, the name of a unit or letter.
"""

from __future__ import annotations

import re
from typing import Final

_PAIRS: Final = {
    "은(는)": ("은", "는"), "이(가)": ("이", "가"), "을(를)": ("을", "를"), "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"), "(이)나": ("이나", "나"), "(이)라": ("이라", "라"), "(이)고": ("이고", "고"),
    "(이)며": ("이며", "며"),
}  # fmt: skip
"""What a message writes, and the form after a final consonant and after none."""
_MARK: Final = re.compile("|".join(map(re.escape, _PAIRS)))
_ASIDE: Final = re.compile(r"\s*\([^()]*\)$")
_SILENT: Final = "”’\"'」』》〉)]}*`…·.,:;!? "
"""Signs that are not read aloud."""
_DIGITS: Final = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
_SIGNS: Final = {"%": "트", "‰": "밀", "$": "러", "₩": "원", "+": "스", "°": "도", "€": "로"}
_WORDS: Final = {
    "usd": "러", "krw": "원", "roi": "이", "npv": "이", "ms": "초", "pp": "트", "n": "엔", "k": "이",
    "sena": "나",
    "flash": "시", "pro": "로", "raw": "로", "google": "글", "gemini": "이", "preview": "뷰", "lite": "트",
    "argon": "곤", "ko": "어", "en": "어", "api": "이", "ai": "이", "simulated": "드",
}  # fmt: skip
"""The last syllable of Latin words as Koreans read them."""
_LETTERS: Final = {"l": "엘", "m": "엠", "n": "엔", "r": "알"}
"""Letters whose names end in a consonant; every other letter's name ends in a vowel."""
_ENDINGS: Final = {"l": "엘", "m": "엠", "n": "엔"}
"""Last letters that words read as a consonant; other words are taken to end in a vowel."""
_RIEUL: Final = 8


def fitted(text: str) -> str:
    """Return the text with every double form replaced by the one that fits."""
    parts: list[str] = []
    end = 0
    for match in _MARK.finditer(text):
        parts.append(text[end : match.start()])
        parts.append(_form("".join(parts), match.group()))
        end = match.end()
    return "".join(parts) + text[end:]


def _form(before: str, mark: str) -> str:
    closed, opened = _PAIRS[mark]
    final = final_consonant(before)
    if mark == "(으)로" and final == _RIEUL:
        return opened
    return closed if final else opened


def final_consonant(text: str) -> int:
    """Return the index of the last syllable's final consonant, 0 for none; asides in brackets are skipped."""
    read = _ASIDE.sub("", text.rstrip(_SILENT.replace(")", ""))).rstrip(_SILENT)
    syllable = _syllable(read)
    return (ord(syllable) - ord("가")) % 28 if "가" <= syllable <= "힣" else 0


def _syllable(text: str) -> str:
    last = text[-1:]
    if last.isascii() and last.isalpha():
        found = re.search(r"[A-Za-z]+$", text)
        word = found.group() if found else last
        spelt = word.isupper() or len(word) == 1
        endings = _LETTERS if spelt else _ENDINGS
        return _WORDS.get(word.lower(), endings.get(word[-1].lower(), "이"))
    return _DIGITS.get(last) or _SIGNS.get(last) or last or "이"
