"""The rule on translation pairs: two members that say the same in two languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from evalharness.experiment.lint.corpus import Corpus, LintCase
from evalharness.experiment.lint.finding import Spot


def twins(corpus: Corpus) -> Iterator[Spot]:
    """Find pairs that are not two, not of two languages, or differ in persona, category or fact ids."""
    pairs: dict[str, list[LintCase]] = defaultdict(list)
    for item in corpus.cases:
        if item.case.pair_id is not None:
            pairs[item.case.pair_id].append(item)
    for name, members in sorted(pairs.items()):
        if len(members) != 2:
            message = f"{name} has {len(members)} members; a pair has two"
            yield members[-1].spot(message, "pair_id")
            continue
        first, second = members
        for what, key in _differences(first, second):
            message = f"{name}: {what} of {second.case.id} and {first.case.id}; mend one of them"
            yield second.spot(message, key)


def _differences(first: LintCase, second: LintCase) -> Iterator[tuple[str, str]]:
    a, b = first.case, second.case
    if a.language == b.language:
        yield "same language", "language"
    if a.persona != b.persona:
        yield "different personas", "persona"
    if a.category != b.category:
        yield "different categories", "category"
    if {fact.id for fact in a.key_facts} != {fact.id for fact in b.key_facts}:
        yield "different fact ids", "key_facts"
