"""Rules on key facts and must-not claims: a fact must be there, be used, and not be handed over."""

from __future__ import annotations

from collections.abc import Iterator

from evalharness.core.text import Form, find_any, find_form
from evalharness.experiment.case_file import place_text
from evalharness.experiment.lint.corpus import Corpus
from evalharness.experiment.lint.finding import Spot

GENERIC_SHARE = 0.02
"""Largest share of other cases' reference answers in which a fact may be found by chance; one always may."""


def fact_places(corpus: Corpus) -> Iterator[Spot]:
    """Find facts without any form at a place that they name: the scorer would ask for what is not there."""
    for item in corpus.cases:
        for i, fact in enumerate(item.case.key_facts):
            for j, place in enumerate(fact.where):
                if not find_any(fact.forms, place_text(item.case.context, place) or ""):
                    message = f"{fact.id}: no form occurs at {place}; mend the place or the forms"
                    yield item.spot(message, "key_facts", i, "where", j)


def reference_facts(corpus: Corpus) -> Iterator[Spot]:
    """Find facts that the reference answer does not use: it must cover all of them, as the scorer sees it.

    With three to eight facts a case, coverage of at least 0.95 means every fact.
    """
    for item in corpus.cases:
        for i, fact in enumerate(item.case.key_facts):
            if not find_any(fact.forms, item.case.reference_answer):
                message = f"{fact.id}: the reference answer does not use it in any of its forms; add it"
                yield item.spot(message, "key_facts", i, "forms")


def reference_claims(corpus: Corpus) -> Iterator[Spot]:
    """Find reference answers that make a claim they must not make, as the scorer sees it."""
    for item in corpus.cases:
        for i, claim in enumerate(item.case.must_not):
            made = _first(claim.forms, item.case.reference_answer)
            if made is not None:
                message = f"must_not[{i}]: the reference answer contains {made}; mend the form or the answer"
                yield item.spot(message, "must_not", i, "forms")


def message_facts(corpus: Corpus) -> Iterator[Spot]:
    """Find facts that the message gives away: the context would not be needed for them."""
    for item in corpus.cases:
        for i, fact in enumerate(item.case.key_facts):
            given = _first(fact.forms, item.case.message)
            if given is not None:
                message = f"{fact.id}: the message itself says {given}; take it out or narrow the form"
                yield item.spot(message, "key_facts", i, "forms")


def generic_forms(corpus: Corpus) -> Iterator[Spot]:
    """Find facts that other cases' reference answers hit: more than one of them and more than 2 %.

    Such a form would be credited to an answer that never saw the context. Translation pairs are exempt.
    """
    for item in corpus.cases:
        others = [other for other in corpus.cases if other is not item and not item.is_twin_of(other)]
        for i, fact in enumerate(item.case.key_facts):
            hits = [other for other in others if find_any(fact.forms, other.case.reference_answer)]
            if len(hits) > max(1.0, GENERIC_SHARE * len(others)):
                form = _first(fact.forms, hits[0].case.reference_answer)
                names = ", ".join(other.case.id for other in hits[:3])
                message = (
                    f"{fact.id}: {form} is also found in {len(hits)} other references ({names}); narrow it"
                )
                yield item.spot(message, "key_facts", i, "forms")


def _first(forms: tuple[Form, ...], text: str) -> str | None:
    """Return the first form that occurs, as a reader would write it."""
    found = next((form for form in forms if find_form(form, text)), None)
    return None if found is None else repr(found if isinstance(found, str) else " + ".join(found))
