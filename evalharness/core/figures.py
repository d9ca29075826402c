"""Figures in Korean and English text: dates, years, amounts, shares and large numbers, in one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from evalharness.core.text import normalise

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATES = (
    re.compile(r"(?<!\d)(?:(?P<y>(?:19|20)\d\d)\s*[-./년]\s*)(?P<m>1[0-2]|0?[1-9])\s*[-./월]\s*(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(?P<m>1[0-2]|[1-9])\s*월\s*(?P<d>3[01]|[12]\d|[1-9])\s*일"),
    re.compile(rf"(?<!\d)(?P<d>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_MONTH})\b"),
    re.compile(rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)?(?![\d:%])"),
    re.compile(r"(?<![\d./])(?P<m>1[0-2]|[1-9])/(?P<d>3[01]|[12]\d|[1-9])(?![\d/])"),
)  # fmt: skip
_SCALES = {"k": 10**3, "m": 10**6, "bn": 10**9}
_KOREAN_SCALES = {
    "천억": 10**11, "백억": 10**10, "십억": 10**9, "천만": 10**7, "백만": 10**6, "십만": 10**5,
    "조": 10**12, "억": 10**8, "만": 10**4, "천": 10**3,
}  # fmt: skip
_KOREAN_SCALE = "|".join(_KOREAN_SCALES)
_PIECE = re.compile(rf"(\d+(?:\.\d+)?)\s*({_KOREAN_SCALE})")
_KOREAN_AMOUNT = re.compile(
    rf"(?<![\d.,])((?:\d+(?:\.\d+)?\s*(?:{_KOREAN_SCALE})\s*)+)(\d+(?=\s*(?:원|명|건|개)))?"
)
_PERCENT = r"(?P<percent>\s*(?:%p?|퍼센트|percent|per cent|포인트))?"
_CURRENCY = r"(?P<money>\s*(?:원|달러|유로|dollars?|euros?|pounds?|won|usd|eur|krw))?"
_NUMBER = re.compile(
    rf"(?<![\w.])(?P<sign>[$€£₩]\s*)?(?P<n>\d+(?:\.\d+)?)(?P<scale>k|bn|m)?{_PERCENT}{_CURRENCY}(?![\d])"
)
_LARGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a text."""

    kind: str
    """date | year | amount | share | number"""
    value: str
    """In one spelling: 12-03, 2026, 500, 30."""


def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text that state a fact, in order, each once.

    Dates of month and day, years, amounts of money, percentages, and numbers from 100 up or with a decimal
    point. Small whole numbers are left out: "three steps" or "15 minutes a day" is advice, not a fact.
    """
    rest = normalise(text)
    found = dict.fromkeys(_dates(rest))
    for pattern in _DATES if found else ():
        rest = pattern.sub(" ", rest)
    found |= dict.fromkeys(_amounts(rest))
    rest = _KOREAN_AMOUNT.sub(" ", rest)
    found |= dict.fromkeys(figure for figure in _numbers(rest) if _states_a_fact(figure))
    return tuple(found)


def numbers_in(text: str) -> frozenset[str]:
    """Return every number and date of a text in the spelling of figures, small numbers included."""
    folded = normalise(text)
    values = {figure.value for figure in (*_dates(folded), *_amounts(folded), *_numbers(folded))}
    return frozenset(values | {_plain(Decimal(piece)) for piece in re.findall(r"\d+(?:\.\d+)?", folded)})


def _dates(folded: str) -> Iterator[Figure]:
    for pattern in _DATES:
        for match in pattern.finditer(folded):
            month = match["m"]
            number = _MONTHS[month] if month in _MONTHS else int(month)
            yield Figure(kind="date", value=f"{number:02d}-{int(match['d']):02d}")


def _amounts(folded: str) -> Iterator[Figure]:
    for match in _KOREAN_AMOUNT.finditer(folded):
        total, before = Decimal(match[2] or 0), ""
        for number, scale in _PIECE.findall(match[1]):
            # "1억 5천" leaves out the 만 that everybody hears.
            factor = 10**7 if (before, scale) == ("억", "천") else _KOREAN_SCALES[scale]
            total += Decimal(number) * factor
            before = scale
        yield Figure(kind="amount", value=_plain(total))


def _numbers(folded: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(folded):
        try:
            number = Decimal(match["n"]) * _SCALES.get(match["scale"] or "", 1)
        except InvalidOperation:
            continue
        kind = "number"
        if match["percent"]:
            kind = "share"
        elif match["sign"] or match["money"]:
            kind = "amount"
        elif re.fullmatch(r"(?:19|20)\d\d", match["n"]) and not match["scale"]:
            kind = "year"
        yield Figure(kind=kind, value=_plain(number))


def _states_a_fact(figure: Figure) -> bool:
    if figure.kind != "number":
        return figure.value != "0"
    return Decimal(figure.value) >= _LARGE or "." in figure.value


def _plain(number: Decimal) -> str:
    text = f"{number.normalize():f}"
    return "0" if text in ("-0", "") else text
