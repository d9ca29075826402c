"""The rule against labels that one keyword gives away."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from evalharness.core.case import Language
from evalharness.core.text import normalise
from evalharness.experiment.lint.corpus import Corpus, LintCase
from evalharness.experiment.lint.finding import Spot

LEAST_SUPPORT = 6
"""Messages that must contain a token before its precision means anything: with four equal personas, six of
six by chance happen to one token in a thousand."""
PRECISION_LIMIT = 0.9

_TOKEN = re.compile(r"[가-힣]+|[a-z']+|\d+")


def label_giveaways(corpus: Corpus) -> Iterator[Spot]:
    """Find tokens that, in six messages or more of one language, predict one persona in nine of ten.

    A router could score well by that word alone. Korean words count with every beginning of at least two
    syllables, so that endings do not hide a stem.
    """
    languages: tuple[Language, ...] = ("ko", "en")
    for language in languages:
        items = [item for item in corpus.cases if item.case.language == language]
        for token, group in _distinct(items):
            personas = Counter(item.case.persona for item in group)
            persona, hits = personas.most_common(1)[0]
            if len(group) >= LEAST_SUPPORT and hits / len(group) >= PRECISION_LIMIT:
                example = next(item for item in group if item.case.persona == persona)
                message = (
                    f"{token!r} occurs in {len(group)} {language} messages, {hits} of them {persona}: "
                    "it gives the label away; reword some"
                )
                yield example.spot(message, "message")


def tokens_of(message: str) -> frozenset[str]:
    """Return the tokens of a message: words, numbers, and beginnings of Korean words."""
    found: set[str] = set()
    for token in _TOKEN.findall(normalise(message)):
        is_korean = "가" <= token[0] <= "힣"
        found |= {token[:i] for i in range(2, len(token) + 1)} if is_korean else {token}
    return frozenset(found)


def _distinct(items: list[LintCase]) -> Iterator[tuple[str, tuple[LintCase, ...]]]:
    """Yield each set of messages that share a token once, with the longest such token."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        for token in tokens_of(item.case.message):
            places[token].append(index)
    longest: dict[tuple[int, ...], str] = {}
    for token in sorted(places, key=lambda token: (len(token), token)):
        longest[tuple(places[token])] = token
    for indices, token in sorted(longest.items(), key=lambda entry: entry[1]):
        yield token, tuple(items[i] for i in indices)
