"""Resident, card and bank account numbers in a text, told by their own check digits where they have any."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

_RESIDENT = re.compile(r"(?<!\d)(\d{6})( ?[-‐‑–—] ?| )?([1-8])(\d{6})(?!\d)")
# Not after a bracket: there stands what replaced another number.
_RESIDENT_WORD = re.compile(r"(?<!\[)(?:주민|등록\s?번호|resident|registration|\bRRN\b)", re.IGNORECASE)
_NO_CHECK_DIGIT_SINCE = dt.date(2020, 10, 1)
_SOCIAL_SECURITY = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_CARD = re.compile(r"(?<!\d)[2-69](?:[ -]?\d){12,18}(?!\d)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_GROUPED = re.compile(r"(?<![\d-])[1-9]\d{2,5}-\d{2,6}-\d{4,8}(?:-\d{1,3})?(?![\d-])")
_LONG_NUMBER = re.compile(r"(?<![\d-])\d(?:[ -]?\d){9,15}(?![\d-])")
_BANK_WORD = re.compile(
    r"(?<!\[)(?:계좌|통장|은행|뱅크|농협|수협|신협|새마을금고|우체국|카뱅|예금주|입금|송금"
    r"|\b(?:bank|account|acct|a/c|sort code|routing)\b)",
    re.IGNORECASE,
)
_BEFORE, _AFTER = 40, 12
"""Characters around a number in which a word tells what it is."""


def residents(text: str) -> Iterator[tuple[int, int]]:
    """Yield where Korean resident registration numbers stand, and American social security numbers.

    A written separator and a real birth date are enough, since numbers given out since October 2020 carry no
    check digit. Thirteen figures in one piece must also pass the check digit, belong to a birth date since
    then, or have a word beside them that says what they are: else every long number would do.
    """
    for match in _RESIDENT.finditer(text):
        date, separator, century, rest = match.groups()
        born = _birth_date(date, century)
        if born is None:
            continue
        told = _has_word(_RESIDENT_WORD, text, match)
        if separator or told or born >= _NO_CHECK_DIGIT_SINCE or passes_check_digit(date + century + rest):
            yield match.span()
    for match in _SOCIAL_SECURITY.finditer(text):
        yield match.span()


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Yield where payment card numbers stand: 13 to 19 figures that pass Luhn's test."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        # A row of one digit is a placeholder; zeros even pass the test.
        if passes_luhn(digits) and len(set(digits)) > 1:
            yield match.span()


def accounts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where bank account numbers stand.

    Found are IBANs (by their check digits), Korean accounts as banks group them (11 to 14 figures with
    hyphens, no leading zero), and any 10 to 16 figures beside a word about banks or accounts.
    """
    for match in _IBAN.finditer(text):
        if passes_iban(match.group()):
            yield match.span()
    for match in _GROUPED.finditer(text):
        if 11 <= sum(map(str.isdigit, match.group())) <= 14:
            yield match.span()
    for match in _LONG_NUMBER.finditer(text):
        if _has_word(_BANK_WORD, text, match):
            yield match.span()


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit that Luhn's algorithm gives."""
    doubled = [int(d) if i % 2 == 0 else int(d) * 2 for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def passes_check_digit(digits: str) -> bool:
    """Tell whether the last of 13 digits is a resident (or, from 5 to 8, foreigner) number's check digit."""
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(int(d) * w for d, w in zip(digits, weights, strict=False))
    foreigner = digits[6] in "5678"
    return int(digits[12]) == ((13 if foreigner else 11) - total % 11) % 10


def passes_iban(text: str) -> bool:
    """Tell whether an international bank account number has the right check digits (ISO 7064, mod 97)."""
    plain = text.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _birth_date(date: str, century: str) -> dt.date | None:
    year = (1900 if century in "1256" else 2000) + int(date[:2])
    try:
        return dt.date(year, int(date[2:4]), int(date[4:]))
    except ValueError:
        return None


def _has_word(word: re.Pattern[str], text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    return bool(word.search(text[max(0, start - _BEFORE) : start]) or word.search(text[end : end + _AFTER]))
