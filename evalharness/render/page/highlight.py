"""Which sentences of an answer carry a key fact, or a claim that it must not make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from evalharness.core.case import Case
from evalharness.core.text import first_with, normalise

_SENTENCE: Final = re.compile(r"[^\n]+?(?:[.!?。？！](?=\s)|(?=\n)|$)")
Mark: TypeAlias = tuple[int, int, tuple[int, ...], tuple[int, ...]]
"""(start, end, facts, claims): a sentence in UTF-16 units, as browsers count, and positions in the case."""


def marks_of(text: str, case: Case, facts: Sequence[str], claims: Sequence[str]) -> tuple[Mark, ...]:
    """Return the sentences in which found facts and claims stand, each where it stands first.

    A fact whose parts are scattered over several sentences is in the answer and in none of them.

    Args:
        text: The answer as the page shows it.
        case: The case.
        facts: Ids of the key facts that the scorer found in the answer.
        claims: Must-not claims that it found.
    """
    wanted = [(0, k, fact.forms) for k, fact in enumerate(case.key_facts) if fact.id in facts]
    wanted += [(1, k, claim.forms) for k, claim in enumerate(case.must_not) if claim.claim in claims]
    if not wanted:
        return ()
    sentences = list(_sentences(text))
    normal = [normalise(text[start:end]) for start, end in sentences]
    found: dict[int, tuple[list[int], list[int]]] = {}
    for kind, k, forms in wanted:
        at = first_with(forms, normal)
        if at is not None:
            found.setdefault(at, ([], []))[kind].append(k)
    units = utf16_units(text)
    return tuple(
        (units(sentences[at][0]), units(sentences[at][1]), tuple(of_facts), tuple(of_claims))
        for at, (of_facts, of_claims) in sorted(found.items())
    )


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        start += len(match.group()) - len(match.group().lstrip())
        if start < end:
            yield start, end


class utf16_units:  # noqa: N801 (used as a function that remembers its text)
    """Positions in a text as browsers count them: a sign beyond the basic plane is two."""

    def __init__(self, text: str) -> None:
        """Look once whether any sign is beyond the basic plane."""
        self._text = text
        self._plain = text.isascii() or max(text, default="") <= "\uffff"

    def __call__(self, position: int) -> int:
        """Return a position in UTF-16 units."""
        if self._plain:
            return position
        return position + sum(sign > "\uffff" for sign in self._text[:position])
