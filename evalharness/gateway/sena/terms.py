"""Terms of Korean and English text, and BM25 over a handful of sentences."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"[a-z0-9]+(?:[.'’-][a-z0-9]+)*|(?-i:[가-힣])+", re.IGNORECASE)
_STOP_WORDS = """
a an and are as at be been but by can could did do does for from had has have he her him his how i if in
into is it its just me my no not of on or our she should so than that the their them then there they this
to up us was we were what when which who will with would you your
"""
_ENGLISH_STOP = frozenset(_STOP_WORDS.split())
_PARTICLE = re.compile(
    r"(?:에서는|에게는|으로는|이라고|라고|에서|에게|으로|까지|부터|처럼|보다|이나|이랑|하고|[은는이가을를에의도만로와과랑])$"
)
_SHORTEST_PLURAL = 4
_STEM_SYLLABLES = 3
_K1, _B = 1.2, 0.75


def bigrams(text: str) -> list[str]:
    """Return lower-case Latin words without stop words, and the character bigrams of Korean words.

    Bigrams stand in for lemmas: particles and endings then cost a bigram, not the whole word.
    """
    found: list[str] = []
    for word in _words(text):
        if not _is_korean(word):
            found.append(_singular(word))
        elif len(word) == 1:
            found.append(word)
        else:
            found += [word[i : i + 2] for i in range(len(word) - 1)]
    return found


def stems(text: str) -> list[str]:
    """Return one term a word: Latin words in the singular, Korean ones without particle, cut to 3 syllables.

    Coarser than bigrams, so that a shared stem means a shared word.
    """
    found: list[str] = []
    for word in _words(text):
        if not _is_korean(word):
            if len(word) > 1:
                found.append(_singular(word))
        else:
            bare = _PARTICLE.sub("", word) if len(word) > 2 else word
            found.append(bare[:_STEM_SYLLABLES])
    return found


def bm25(query: Sequence[str], documents: Sequence[Sequence[str]]) -> list[float]:
    """Return the BM25 score of each document for the query's distinct terms; higher is closer, 0 is none.

    References:
        Robertson and Zaragoza (2009), The Probabilistic Relevance Framework: BM25 and Beyond.
    """
    counts = [Counter(document) for document in documents]
    mean_length = sum(map(len, documents)) / max(1, len(documents)) or 1.0
    frequency = Counter(term for count in counts for term in count)
    total = len(documents)
    wanted = frozenset(query) & frequency.keys()
    scores = []
    for document, count in zip(documents, counts, strict=True):
        norm = _K1 * (1 - _B + _B * len(document) / mean_length)
        scores.append(
            sum(
                math.log(1 + (total - frequency[term] + 0.5) / (frequency[term] + 0.5))
                * count[term]
                * (_K1 + 1)
                / (count[term] + norm)
                # Sorted: the last digit of a sum must not depend on the order of a set.
                for term in sorted(wanted & count.keys())
            )
        )
    return scores


def _words(text: str) -> Iterator[str]:
    return (word for word in _WORD.findall(text.casefold()) if word not in _ENGLISH_STOP)


def _is_korean(word: str) -> bool:
    return "가" <= word[0] <= "힣"


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) >= _SHORTEST_PLURAL else word
