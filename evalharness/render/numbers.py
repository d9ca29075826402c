"""Numbers as text: the one place where a report rounds, groups, signs and names currencies.

Everything rounds half to even on the shortest decimal that names the float (Decimal(str(x))), so the same
decision gives the same digits on every machine. Babel writes the rounded digits as a language does; the
locale is named by the report's language and never asked of the machine. The minus sign is U+2212, which never
looks like a range.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from babel.numbers import NumberPattern

Number: TypeAlias = int | float | Decimal
Writer: TypeAlias = Callable[[Number], str]

MINUS: Final = "−"
_THOUSAND: Final = Decimal(1000)
_WIDE = Context(prec=400)
"""Bounds from almost no cases can have forty digits; rounding them must not fail."""


def exact(value: Number) -> Decimal:
    """Return the decimal that a number is written as."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


class Numerals:
    """How one language writes numbers.

    Babel is loaded with the locale, when the first report in a language is written.
    """

    def __init__(self, locale: str, *, percent: str, between: str = "–") -> None:
        """Load a locale.

        Args:
            locale: Such as en_US or ko_KR.
            percent: What follows the digits of a percentage, its space included.
            between: What stands between two percentages from zero up.
        """
        # Loaded here because commands that write no report must not pay for it.
        from babel import Locale  # noqa: PLC0415
        from babel.numbers import get_currency_precision, parse_pattern  # noqa: PLC0415

        self._locale = Locale.parse(locale)
        self._percent, self._between = percent, between
        money = self._locale.currency_formats["standard"].pattern.partition(";")[0]

        @cache
        def pattern(places: int, currency: bool) -> NumberPattern:
            digits = "#,##0" + ("." + "0" * places if places else "")
            return parse_pattern(re.sub(r"[#0,.]+", digits, money) if currency else digits)

        self._pattern = pattern
        self._precision = get_currency_precision
        self.fixed(Decimal("1.5"), 1)  # loads the locale's data now, since rendering opens no file
        self.local(1, "KRW")
        self.writers: Final[dict[str, Writer]] = self._writers()

    def fixed(self, value: Number, places: int, *, signed: bool = False, strip: bool = False) -> str:
        """Return a number with the language's separators and so many decimal places.

        Args:
            value: Finite.
            places: Digits after the point.
            signed: Whether a positive number carries its plus.
            strip: Whether trailing zeros go.
        """
        rounded = _rounded(value, places)
        shown = _shown_places(rounded, places) if strip else places
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + self._apply(rounded.copy_abs(), shown)

    def significant(self, value: Number, digits: int = 3) -> str:
        """Return a number with so many significant digits; whole ones are kept, trailing zeros dropped."""
        number = exact(value)
        if number == 0:
            return "0"
        return self.fixed(number, _significant_places(number, digits), strip=True)

    def currency(self, value: Number, code: str, places: int, *, signed: bool = False) -> str:
        """Return an amount with its currency's sign, as the language writes it."""
        rounded = _rounded(value, places)
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + self._apply(rounded.copy_abs(), places, code)

    def money(self, value: Number, *, signed: bool = False) -> str:
        """Return US dollars: whole from 100 up, cents from 10 cents up, three significant digits below."""
        number = exact(value)
        size = abs(number)
        if size == 0:
            return self.currency(0, "USD", 0)
        places = 0 if size >= 100 else 2
        if size < Decimal("0.1"):
            places = _significant_places(number, 3)
            places = _shown_places(_rounded(number, places), places)
        return self.currency(number, "USD", places, signed=signed)

    def local(self, value: Number, code: str) -> str:
        """Return an amount in a currency, with the decimals that it has: none for won, two for euros."""
        return self.currency(value, code, self._precision(code))

    def rate(self, value: Decimal, code: str) -> str:
        """Return an exchange rate with every digit that it was stated with."""
        return self.currency(value, code, max(0, -int(value.as_tuple().exponent)))

    def share(self, value: Number) -> str:
        """Return a share as a percentage: no decimals from 100 %, one from 10 %, two below."""
        percent = exact(value) * 100
        places = 0 if abs(percent) >= 100 else 1 if abs(percent) >= 10 else 2
        return self.fixed(percent, places, strip=True) + self._percent

    def percentage_points(self, value: Number) -> str:
        """Return a difference of shares, signed: no decimals that its percentages would not have."""
        percent = exact(value) * 100
        return self.fixed(percent, 1 if abs(percent) >= 10 else 2, signed=True, strip=True)

    def roi(self, value: Number) -> str:
        """Return a return on investment as a whole percentage: more digits would be false precision."""
        return self.fixed(exact(value) * 100, 0) + self._percent

    def share_apart(self, value: Number, limit: Number) -> str:
        """Return a percentage with as many decimals as it takes to look different from its limit."""
        percent = exact(value) * 100
        finer = (self.fixed(percent, places, strip=True) + self._percent for places in range(1, 7))
        return _apart(self.share(value), self.share(limit), exact(value) == exact(limit), finer)

    def probability(self, value: Number, limit: Number | None = None) -> str:
        """Return a probability with two decimals, more where it would look like 0, 1 or its limit."""
        number = exact(value)
        if number not in (0, 1) and not 0 < round(number, 3) < 1:
            return "≥ 0.999" if number > Decimal("0.5") else "≤ 0.001"
        near_end = number not in (0, 1) and not 0 < round(number, 2) < 1
        text = self.fixed(number, 3 if near_end else 2)
        if limit is None:
            return text
        finer = (self.fixed(number, places) for places in range(3, 7))
        return _apart(text, self.fixed(limit, 2), number == exact(limit), finer)

    def p_value(self, value: Number) -> str:
        """Return a p value with two decimals, three below 0.1."""
        number = exact(value)
        if number < Decimal("0.001"):
            return "≤ 0.001"
        return self.fixed(number, 3 if number < Decimal("0.1") else 2)

    def per_thousand(self, value: Number) -> str:
        """Return USD per request as USD per 1,000 requests, the unit left to the column."""
        return self.money(exact(value) * _THOUSAND)

    def digits(self, value: Number, unit: str) -> str:
        """Return a number's digits, with currency and % where they belong, without a unit's word.

        Raises:
            KeyError: If the unit is not known.
        """
        return self.writers[unit](value)

    def span(self, low: Number, high: Number, unit: str, *, joint: str) -> str:
        """Return an interval; percentages from zero up are written `106–737 %`."""
        first, last = self.digits(low, unit), self.digits(high, unit)
        if not last.endswith(self._percent):
            return first + joint + last
        return first.removesuffix(self._percent) + (self._between if exact(low) >= 0 else joint) + last

    def _apply(self, value: Decimal, places: int, code: str | None = None) -> str:
        with localcontext(_WIDE):
            text: str = self._pattern(places, code is not None).apply(
                value, self._locale, currency=code, currency_digits=False
            )
        return text

    def _writers(self) -> dict[str, Writer]:
        fixed, money = self.fixed, self.money
        return {
            "share": self.share,
            "ratio": self.share,
            "roi": self.roi,
            "pp": self.percentage_points,
            "probability": self.probability,
            "p_value": self.p_value,
            "points": lambda value: fixed(value, 2, signed=True),
            "score": lambda value: fixed(value, 2),
            "usd": money,
            "usd_signed": lambda value: money(value, signed=True),
            "usd_per_month": money,
            "usd_per_request": self.per_thousand,
            "per_thousand": self.per_thousand,
            "tokens": lambda value: fixed(value, 0 if abs(exact(value)) >= 100 else 1, strip=True),
            "ms": lambda value: fixed(value, 0),
            "days": lambda value: fixed(value, 0),
            "months": lambda value: self.significant(value, 2),
            "count": lambda value: fixed(value, 0),
            "number": self.significant,
            "none": self.significant,
        }


def day(value: dt.date) -> str:
    """Return an ISO date."""
    return value.isoformat()


UNITS: Final = frozenset({
    "share", "ratio", "roi", "pp", "probability", "p_value", "points", "score", "usd", "usd_signed",
    "usd_per_month", "usd_per_request", "per_thousand", "tokens", "ms", "days", "months", "count", "number",
    "none",
})  # fmt: skip
"""Units that a message may ask for; the unit's own word belongs to the language."""


def _rounded(value: Number, places: int) -> Decimal:
    return exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=_WIDE)


def _shown_places(rounded: Decimal, places: int) -> int:
    """Return the decimal places that are left when trailing zeros go."""
    digits = format(rounded, "f").partition(".")[2].rstrip("0")
    return min(places, len(digits))


def _significant_places(number: Decimal, digits: int) -> int:
    return min(max(0, digits - 1 - number.adjusted()), 12)


def _apart(text: str, limit: str, equal: bool, finer: Iterable[str]) -> str:
    if text != limit or equal:
        return text
    return next((better for better in finer if better != limit and not _same_digits(better, limit)), text)


def _same_digits(first: str, second: str) -> bool:
    """Tell 0.950 from 0.95 only by value."""
    return first.rstrip("0 %") == second.rstrip("0 %")
