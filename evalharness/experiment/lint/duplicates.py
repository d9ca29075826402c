"""Rules against the same case told twice: shared n-grams, and messages near in meaning."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from evalharness.core.text import normalise
from evalharness.experiment.lint.corpus import Corpus
from evalharness.experiment.lint.finding import Spot

CHARACTERS = 8
WORDS = 4
OVERLAP_LIMIT = 0.25
"""Largest share of the shorter text's n-grams that may occur in another case's."""
LEAST_SHARED = 8
"""Fewer shared n-grams than this are a common phrase, whatever their share."""
MEANING_LIMIT = 0.70
"""Largest cosine of two messages' sentence embeddings."""

_WORD = re.compile(r"\w+")


def near_duplicate_words(corpus: Corpus) -> Iterator[Spot]:
    """Find texts that share more than a quarter of their 8-character or 4-word n-grams.

    Overlap is taken over the shorter text, so that a case hidden in a longer one is found too. Messages,
    contexts and reference answers are compared each with their kind; translation pairs are exempt.
    """
    for index, key in enumerate(("message", "context", "reference_answer")):
        texts = [item.texts[index][1] for item in corpus.cases]
        worst: dict[tuple[int, int], float] = {}
        for grams in (_character_grams, _word_grams):
            for pair, overlap in overlaps(texts, grams).items():
                worst[pair] = max(overlap, worst.get(pair, 0.0))
        for (first, second), overlap in sorted(worst.items()):
            a, b = corpus.cases[first], corpus.cases[second]
            if overlap > OVERLAP_LIMIT and not a.is_twin_of(b):
                yield b.spot(
                    f"{key} shares {overlap:.0%} of its n-grams with {a.case.id}; write another situation",
                    key,
                )


def near_duplicate_meaning(corpus: Corpus) -> Iterator[Spot]:
    """Find messages whose embeddings nearly coincide although their words differ; pairs are exempt.

    Close paraphrases pass the limit, free ones stay below it; so this warns and does not clear.
    """
    if corpus.embed is None or len(corpus.cases) < 2:
        return
    vectors = corpus.embed([item.case.message for item in corpus.cases])
    cosines = vectors @ vectors.T
    for i, j in combinations(range(len(corpus.cases)), 2):
        a, b = corpus.cases[i], corpus.cases[j]
        if cosines[i, j] > MEANING_LIMIT and not a.is_twin_of(b):
            likeness = f"cosine {cosines[i, j]:.2f}"
            yield b.spot(f"means nearly the same as {a.case.id} ({likeness}); ask something else", "message")


def no_embedding(corpus: Corpus) -> str | None:
    """Return why meaning cannot be compared."""
    return None if corpus.embed else "needs sentence embeddings: pip install 'evalharness[semantic]'"


def overlaps(texts: Sequence[str], grams: Callable[[str], frozenset[str]]) -> dict[tuple[int, int], float]:
    """Return, for pairs of texts with enough n-grams in common, their share of the shorter text's n-grams."""
    sets = [grams(text) for text in texts]
    places: dict[str, list[int]] = defaultdict(list)
    for index, found in enumerate(sets):
        for gram in found:
            places[gram].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for indices in places.values():
        shared.update(combinations(indices, 2))
    return {
        (i, j): count / min(len(sets[i]), len(sets[j]))
        for (i, j), count in shared.items()
        if count >= LEAST_SHARED
    }


def _character_grams(text: str) -> frozenset[str]:
    letters = "".join(_WORD.findall(normalise(text)))
    return frozenset(letters[i : i + CHARACTERS] for i in range(len(letters) - CHARACTERS + 1))


def _word_grams(text: str) -> frozenset[str]:
    words = _WORD.findall(normalise(text))
    return frozenset(" ".join(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1))
