"""Numbers as text: the one place where a report rounds, groups, signs and names units.

Everything rounds half to even on the shortest decimal that names the float (Decimal(str(x))), so the same
decision gives the same digits on every machine. The minus sign is U+2212, which never looks like a range.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, TypeAlias

Number: TypeAlias = int | float | Decimal
Writer: TypeAlias = Callable[[Number], str]

MINUS: Final = "−"
_THOUSAND: Final = Decimal(1000)


_WIDE = Context(prec=400)
"""Bounds from almost no cases can have forty digits; rounding them must not fail."""


def exact(value: Number) -> Decimal:
    """Return the decimal that a number is written as."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def fixed(value: Number, places: int, *, signed: bool = False, strip: bool = False) -> str:
    """Return a number with thousands separators and so many decimal places.

    Args:
        value: Finite.
        places: Digits after the point.
        signed: Whether a positive number carries its plus.
        strip: Whether trailing zeros go.
    """
    rounded = exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=_WIDE)
    text = f"{abs(rounded):,f}"
    if strip and "." in text:
        text = text.rstrip("0").rstrip(".")
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + text


def significant(value: Number, digits: int = 3) -> str:
    """Return a number with so many significant digits, whole digits always kept, trailing zeros dropped."""
    number = exact(value)
    if number == 0:
        return "0"
    places = max(0, digits - 1 - number.adjusted())
    return fixed(number, min(places, 12), strip=True)


def money(value: Number) -> str:
    """Return US dollars: whole from 100 up, cents from 10 cents up, three significant digits below."""
    number = exact(value)
    size = abs(number)
    if size == 0:
        text = "0"
    elif size < Decimal("0.1"):
        text = significant(size)
    else:
        text = fixed(size, 0 if size >= 100 else 2)
    return f"{MINUS if number < 0 else ''}${text}"


def share(value: Number) -> str:
    """Return a share as a percentage: no decimals from 100 %, one from 10 %, two below."""
    percent = exact(value) * 100
    places = 0 if abs(percent) >= 100 else 1 if abs(percent) >= 10 else 2
    return f"{fixed(percent, places, strip=True)} %"


def percentage_points(value: Number) -> str:
    """Return a difference of shares, signed: no decimals that its percentages would not have."""
    percent = exact(value) * 100
    return fixed(percent, 1 if abs(percent) >= 10 else 2, signed=True, strip=True)


def roi(value: Number) -> str:
    """Return a return on investment as a whole percentage: more digits would be false precision."""
    return f"{fixed(exact(value) * 100, 0)} %"


def share_apart(value: Number, limit: Number) -> str:
    """Return a percentage with as many decimals as it takes to look different from its limit."""
    percent = exact(value) * 100
    finer = (f"{fixed(percent, places, strip=True)} %" for places in range(1, 7))
    return _apart(share(value), share(limit), exact(value) == exact(limit), finer)


def probability(value: Number, limit: Number | None = None) -> str:
    """Return a probability with two decimals, more where it would look like 0, 1 or its limit."""
    number = exact(value)
    if number not in (0, 1) and not 0 < round(number, 3) < 1:
        return "≥ 0.999" if number > Decimal("0.5") else "≤ 0.001"
    near_end = number not in (0, 1) and not 0 < round(number, 2) < 1
    text = fixed(number, 3 if near_end else 2)
    if limit is None:
        return text
    finer = (fixed(number, places) for places in range(3, 7))
    return _apart(text, fixed(limit, 2), number == exact(limit), finer)


def _apart(text: str, limit: str, equal: bool, finer: Iterable[str]) -> str:
    if text != limit or equal:
        return text
    return next((better for better in finer if better != limit and not _same_digits(better, limit)), text)


def _same_digits(first: str, second: str) -> bool:
    """Tell 0.950 from 0.95 only by value."""
    return first.rstrip("0 %") == second.rstrip("0 %")


def p_value(value: Number) -> str:
    """Return a p value with two decimals, three below 0.1."""
    number = exact(value)
    if number < Decimal("0.001"):
        return "≤ 0.001"
    return fixed(number, 3 if number < Decimal("0.1") else 2)


def points(value: Number) -> str:
    """Return a difference of scores, signed."""
    return fixed(value, 2, signed=True)


def score(value: Number) -> str:
    """Return a score on its scale."""
    return fixed(value, 2)


def per_thousand(value: Number) -> str:
    """Return USD per request as USD per 1,000 requests, the unit left to the column."""
    return money(exact(value) * _THOUSAND)


def day(value: dt.date) -> str:
    """Return an ISO date."""
    return value.isoformat()


DIGITS: Final[dict[str, Writer]] = {
    "share": share,
    "ratio": share,
    "roi": roi,
    "pp": percentage_points,
    "probability": probability,
    "p_value": p_value,
    "points": points,
    "score": score,
    "usd": money,
    "usd_per_month": money,
    "usd_per_request": per_thousand,
    "per_thousand": per_thousand,
    "tokens": lambda value: fixed(value, 0 if abs(exact(value)) >= 100 else 1, strip=True),
    "ms": lambda value: fixed(value, 0),
    "days": lambda value: fixed(value, 0),
    "months": lambda value: significant(value, 2),
    "count": lambda value: fixed(value, 0),
    "number": significant,
    "none": significant,
}
"""How the digits of each unit are written; the unit's own word belongs to the language."""


def digits(value: Number, unit: str) -> str:
    """Return a number's digits, with $ and % where they belong, without a unit's word.

    Raises:
        KeyError: If the unit is not known.
    """
    return DIGITS[unit](value)


def span(low: Number, high: Number, unit: str, *, joint: str) -> str:
    """Return an interval; percentages from zero up are written `106–737 %`."""
    first, last = digits(low, unit), digits(high, unit)
    if not last.endswith(" %"):
        return first + joint + last
    return first.removesuffix(" %") + ("–" if exact(low) >= 0 else joint) + last
