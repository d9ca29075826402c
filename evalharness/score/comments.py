"""Free-text comments, grouped by the words that they share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from evalharness.core.ratings import CommentGroup, Rating
from evalharness.core.text import normalise

FEWEST = 2
"""Comments that make a group."""
MOST_GROUPS = 20
_ALSO = 3
_WORD = re.compile(r"[a-z][a-z'-]{2,}|[가-힣]{2,}")
_LONG_PARTICLES = "에서는 으로는 이라는 에게서 까지는 에서 에게 으로 까지 부터 처럼 보다"
_SHORT_PARTICLES = "이나 라는 하고 이랑 은 는 이 가 을 를 에 의 도 로 와 과 만 랑"
_PARTICLES = tuple(f"{_LONG_PARTICLES} {_SHORT_PARTICLES}".split())
_ENGLISH_STOP = (
    "the and for that this with was were are but not you your have has had they them from too very just "
    "about would could can will what when which there their than then also more much some any all its it's"
)
_KOREAN_STOP = (
    "정말 너무 그냥 조금 아주 매우 진짜 그리고 그런데 하지만 그래서 같아요 있어요 "
    "없어요 해요 합니다 있습니다 없습니다 같습니다 했어요 돼요 됩니다 제가 저는 저의"
)
_STOP = frozenset(f"{_ENGLISH_STOP} {_KOREAN_STOP}".split())


def group_comments(ratings: Sequence[Rating]) -> tuple[CommentGroup, ...]:
    """Group comments by keyword: each comment stands in one group, the largest that its words allow.

    The word that most comments share names the first group, the word that most of the rest share the second,
    and so on; what shares nothing stands last, without a keyword. Words are surface forms: Korean particles
    are cut off, endings of verbs are not.
    """
    words = {rating.session: keywords(rating.comment) for rating in ratings if rating.comment}
    satisfied = {rating.session: rating.satisfied for rating in ratings}
    left = dict(words)
    groups: list[CommentGroup] = []
    while left and len(groups) < MOST_GROUPS:
        counts = Counter(word for found in left.values() for word in found)
        best = min(counts, key=lambda word: (-counts[word], word), default="")
        if not best or counts[best] < FEWEST:
            break
        chosen = [session for session, found in left.items() if best in found]
        groups.append(_group(best, chosen, words, satisfied))
        for session in chosen:
            del left[session]
    if left:
        groups.append(_group("", list(left), words, satisfied))
    return tuple(groups)


def keywords(comment: str) -> frozenset[str]:
    """Return a comment's words that mean something, each once."""
    found = (_stem(word) for word in _WORD.findall(normalise(comment)))
    return frozenset(word for word in found if word not in _STOP and len(word) > 1)


def _stem(word: str) -> str:
    for particle in _PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    return word


def _group(
    keyword: str, sessions: Sequence[str], words: dict[str, frozenset[str]], satisfied: dict[str, bool]
) -> CommentGroup:
    counts = Counter(word for session in sessions for word in words[session] if word != keyword)
    frequent = [word for word in sorted(counts, key=lambda w: (-counts[w], w)) if counts[word] >= FEWEST]
    return CommentGroup(
        keyword=keyword, also=tuple(frequent[:_ALSO]) if keyword else (), sessions=tuple(sorted(sessions)),
        satisfied=sum(satisfied[session] for session in sessions),
    )  # fmt: skip
