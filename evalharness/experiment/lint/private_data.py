"""Rules against personal data and credentials."""

from __future__ import annotations

from collections.abc import Iterator

from evalharness.core.privacy import PersonalText
from evalharness.experiment.case_file import places_of
from evalharness.experiment.lint.corpus import Corpus, LintCase
from evalharness.experiment.lint.finding import Spot


def personal_data(corpus: Corpus) -> Iterator[Spot]:
    """Find e-mail addresses, and phone, resident, card and account numbers (`core.privacy`).

    A real dataset is looked at as it is sent, which is redacted: then a finding is a fault of redaction.
    """
    personal = PersonalText()
    for item in corpus.cases:
        for where, text in _texts(item):
            for found in personal.find(text):
                message = f"{found.text!r} looks like {found}; replace it by an invented one"
                yield item.spot(f"{message}, or mark the dataset as real", *where)


def credentials(corpus: Corpus) -> Iterator[Spot]:
    """Find what has the form of an API key, token or private key; the message shows only how it begins."""
    for item in corpus.cases:
        for where, text in _texts(item):
            for found in corpus.find_credentials(text):
                message = f"{found.shown} has the form of a {found.what}; take it out and revoke it"
                yield item.spot(message, *where)


def _texts(item: LintCase) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("message",), item.case.message
    yield ("reference_answer",), item.case.reference_answer
    for place, text in places_of(item.case.context).items():
        name, _, index = place.rstrip("]").partition("[")
        yield ("context", name, int(index)) if index else ("context", name), text
