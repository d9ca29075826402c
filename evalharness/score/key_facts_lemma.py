"""Key-fact coverage that sees through Korean inflection: lemmas beside surface forms."""

from __future__ import annotations

from collections.abc import Sequence

from evalharness.core.case import Case
from evalharness.core.ports import Lemmatizer
from evalharness.core.score import Completed, Score
from evalharness.core.text import Form, find_form
from evalharness.score.results import scored

_FEWEST = 2
"""Lemmas that a form must have to be looked for by them: a single one is found almost anywhere."""


class KeyFactLemmaScorer:
    """Share of the case's key facts found by surface form or, in Korean, by lemmas: 0 to 1, higher is better.

    A form is found by its lemmas where they stand in the answer in the same order with nothing but
    particles, endings and light verbs between them, within one sentence: "마감을 미루다" is found in
    "마감은 미뤘어요". So it is never below key_facts. English answers have no lemmas here: their score is
    that of key_facts.
    """

    name = "key_facts_lemma"
    version = "1"

    def __init__(self, lemmatizer: Lemmatizer) -> None:
        """Take what finds lemmas."""
        self._lemmatizer = lemmatizer
        self.resource = lemmatizer.version
        self._forms: dict[str, tuple[str, ...]] = {}

    def depends_on(self, case: Case) -> str:
        """Return what of the case the score depends on."""
        return repr((case.language, tuple((fact.id, fact.forms) for fact in case.key_facts)))

    def score(self, case: Case, record: Completed) -> Score:
        """Return coverage, with the ids of the facts found; those found by lemmas alone are marked."""
        text = record.answer.text
        lemmas = self._lemmatizer.lemmas(text) if case.language == "ko" else ()
        found = []
        for fact in case.key_facts:
            if any(find_form(form, text) for form in fact.forms):
                found.append(fact.id)
            elif any(self._by_lemmas(form, text, lemmas) for form in fact.forms):
                found.append(f"{fact.id}:lemma")
        return scored(record, self, len(found) / len(case.key_facts), tuple(found))

    def _by_lemmas(self, form: Form, text: str, lemmas: Sequence[str]) -> bool:
        parts = (form,) if isinstance(form, str) else form
        return bool(lemmas) and all(
            find_form(part, text) or contains(lemmas, self._lemmas_of(part)) for part in parts
        )

    def _lemmas_of(self, part: str) -> tuple[str, ...]:
        if part not in self._forms:
            self._forms[part] = tuple(self._lemmatizer.lemmas(part))
        return self._forms[part]


def contains(lemmas: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether lemmas stand together in a text; single ones are not looked for."""
    size = len(wanted)
    if size < _FEWEST:
        return False
    return any(tuple(lemmas[i : i + size]) == tuple(wanted) for i in range(len(lemmas) - size + 1))
