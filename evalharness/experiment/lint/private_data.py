"""Rules against personal data and credentials."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import phonenumbers

from evalharness.core.case import Language
from evalharness.experiment.case_file import places_of
from evalharness.experiment.lint.corpus import Corpus, LintCase
from evalharness.experiment.lint.finding import Spot

_EMAIL = re.compile(r"[\w.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
# Names that can belong to nobody (RFC 2606 and 6761).
_RESERVED_MAIL = re.compile(
    r"@(?:.+\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", re.IGNORECASE
)
_RESIDENT = re.compile(r"(?<!\d)(\d{6})[ -]?([1-8])\d{6}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_REGIONS: dict[Language, str] = {"ko": "KR", "en": "US"}
# Written down rather than taken from a scanner: detect-secrets 1.5 knows no Google key and needs requests.
_CREDENTIALS = {
    "Google API key": r"AIza[0-9A-Za-z_-]{35}",
    "Google OAuth token": r"ya29\.[0-9A-Za-z_-]{20,}",
    "OpenAI or Anthropic key": r"sk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}",
    "GitHub token": r"(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})",
    "GitLab token": r"glpat-[A-Za-z0-9_-]{20}",
    "Slack token": r"xox[abposr]-[A-Za-z0-9-]{10,}",
    "AWS access key": r"(?:AKIA|ASIA)[0-9A-Z]{16}",
    "Stripe key": r"[rs]k_live_[0-9A-Za-z]{16,}",
    "PyPI token": r"pypi-[A-Za-z0-9_-]{50,}",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "signed token (JWT)": r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
}
_CREDENTIAL = {name: re.compile(rf"(?<![A-Za-z0-9]){pattern}") for name, pattern in _CREDENTIALS.items()}


def personal_data(corpus: Corpus) -> Iterator[Spot]:
    """Find e-mail addresses, phone numbers, Korean resident numbers and payment card numbers.

    Reserved addresses (example.com and the like) pass. Phone numbers are those that exist by the numbering
    plans that `phonenumbers` holds, read as Korean or American unless they name a country. Resident numbers
    are told by a real birth date: since October 2020 they carry no check digit. Cards pass Luhn's test.
    """
    finders = (("an e-mail address", _emails), ("a resident number", _residents), ("a card number", _cards))
    for item in corpus.cases:
        for where, text in _texts(item):
            found = [(what, match) for what, find in finders for match in find(text)]
            found += [("a phone number", match) for match in _phones(text, item.case.language)]
            for what, match in found:
                yield item.spot(f"{match!r} looks like {what}; replace it by an invented one", *where)


def credentials(corpus: Corpus) -> Iterator[Spot]:
    """Find what has the form of an API key, token or private key; the message shows only how it begins."""
    for item in corpus.cases:
        for where, text in _texts(item):
            for name, pattern in _CREDENTIAL.items():
                for match in pattern.finditer(text):
                    shown = f"{match.group()[:8]}…"
                    yield item.spot(f"{shown} has the form of a {name}; take it out and revoke it", *where)


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit that Luhn's algorithm gives."""
    doubled = [int(d) if i % 2 == 0 else int(d) * 2 for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _texts(item: LintCase) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("message",), item.case.message
    yield ("reference_answer",), item.case.reference_answer
    for place, text in places_of(item.case.context).items():
        name, _, index = place.rstrip("]").partition("[")
        yield ("context", name, int(index)) if index else ("context", name), text


def _emails(text: str) -> list[str]:
    return [match for match in _EMAIL.findall(text) if not _RESERVED_MAIL.search(match)]


def _residents(text: str) -> list[str]:
    return [match.group() for match in _RESIDENT.finditer(text) if _is_birth_date(*match.groups())]


def _is_birth_date(date: str, century: str) -> bool:
    year = (1900 if century in "1256" else 2000) + int(date[:2])
    try:
        dt.date(year, int(date[2:4]), int(date[4:]))
    except ValueError:
        return False
    return True


def _cards(text: str) -> list[str]:
    found = [(match, re.sub(r"\D", "", match)) for match in _CARD.findall(text)]
    # A row of one digit is a placeholder; zeros even pass the test.
    return [match for match, digits in found if passes_luhn(digits) and len(set(digits)) > 1]


def _phones(text: str, language: Language) -> list[str]:
    matcher = phonenumbers.PhoneNumberMatcher(text, _REGIONS[language], leniency=phonenumbers.Leniency.VALID)
    return [match.raw_string for match in matcher]
