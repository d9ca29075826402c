"""What an answer no longer says: the key facts that went, and the sentences that carried them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from evalharness.core.case import Case, KeyFact
from evalharness.core.gate import LostFact
from evalharness.core.text import Form, find_form

Split = Callable[[str], Iterable[str]]
"""Text → its sentences, in order; joined they are the text."""
_MOST_SENTENCES = 3


def lost_facts(
    case: Case, gone: Iterable[str], *, unsent: Iterable[str], texts: Sequence[str], split: Split
) -> tuple[LostFact, ...]:
    """Return the key facts that went, each with the sentences of the earlier answers that carried it.

    Args:
        case: The case.
        gone: Ids of the facts.
        unsent: Ids of the facts that the request no longer holds.
        texts: The earlier answers, by repeat; empty where they are not known.
        split: Into sentences.
    """
    missing, wanted = frozenset(unsent), frozenset(gone)
    return tuple(
        LostFact(
            id=fact.id,
            fact=fact.fact,
            sentences=tuple(_carriers(fact, texts, split)),
            unsent=fact.id in missing,
        )
        for fact in case.key_facts
        if fact.id in wanted
    )


def _carriers(fact: KeyFact, texts: Sequence[str], split: Split) -> Iterator[str]:
    """Yield the sentences that carry a fact, each once, a few at most."""
    shown: list[str] = []
    for text in texts:
        sentences = [" ".join(sentence.split()) for sentence in split(text) if sentence.strip()]
        whole = [each for each in sentences if any(find_form(form, each) for form in fact.forms)]
        # The parts of a form may stand in several sentences; then these carry the fact together.
        parts = _parts_in(fact.forms, text)
        for sentence in whole or [each for each in sentences if any(find_form(p, each) for p in parts)]:
            if sentence not in shown:
                shown.append(sentence)
    yield from shown[:_MOST_SENTENCES]


def _parts_in(forms: Sequence[Form], text: str) -> tuple[str, ...]:
    """Return the parts of the first composite form that the whole text holds."""
    return next((form for form in forms if isinstance(form, tuple) and find_form(form, text)), ())
